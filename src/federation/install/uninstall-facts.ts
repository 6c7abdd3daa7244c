import type { Discovery, KubeApi, ResourceType } from "../../kube/kube-api.ts";
import type {
  ClusterRoleBinding,
  CustomResourceDefinition,
  KubeObject,
  Namespace,
  UnknownObject,
} from "../../kube/objects.ts";
import { federatedCrdName } from "../enable/federated-crd.ts";
import { coreCrds } from "../kubefed-crds.ts";
import {
  crdType,
  defaultFederatedGroup,
  kubefedClusterType,
  kubefedConfigType,
  managedByFedctl,
  managedByLabel,
  namespaceType,
  schedulingGroup,
  typeConfigType,
} from "../kubefed-types.ts";
import type { FederatedTypeConfig, KubeFedCluster, KubeFedConfig } from "../kubefed-types.ts";
import { namespaceContents, type NamespaceContents } from "../namespace-contents.ts";
import { controllerName, controllerTypes, type TypedObject } from "./controller-objects.ts";
import { listIfServed, partByNamespace } from "./listing.ts";

/** A type whose objects users make to have something federated: its CRD, and what there is of it. */
export interface FederatedTypeFacts {
  readonly type: ResourceType;
  readonly crd: CustomResourceDefinition;
  readonly instances: readonly UnknownObject[];
  /** Another control plane uses the type, too: only what is in this one's namespace is looked at. */
  readonly shared: boolean;
}

export interface UninstallFacts {
  /** Context of the host cluster. */
  readonly cluster: string;
  readonly kubefedNamespace: string;
  readonly namespace: Namespace | undefined;
  /** What is in the namespace; undefined when fedctl did not make it, so that it stays anyhow. */
  readonly contents: NamespaceContents | undefined;
  readonly clusters: readonly KubeFedCluster[];
  readonly typeConfigs: readonly FederatedTypeConfig[];
  readonly config: KubeFedConfig | undefined;
  /** Of KubeFed itself, as far as they are there. */
  readonly coreCrds: readonly CustomResourceDefinition[];
  readonly federatedTypes: readonly FederatedTypeFacts[];
  /** What runs fedctl's controller, as far as fedctl made it. */
  readonly controller: readonly TypedObject[];
  /** Namespace of another control plane, which needs the CRDs of KubeFed too. */
  readonly otherPlane: string | undefined;
}

const schedulingPreferencesCrd = `replicaschedulingpreferences.${schedulingGroup}`;

/** Reads all that `uninstall` looks at before it deletes anything. */
export async function gatherUninstallFacts(api: KubeApi, kubefedNamespace: string): Promise<UninstallFacts> {
  const [discovery, namespace, typeConfigs, clusters, configs, core] = await Promise.all([
    api.discover(),
    api.get<Namespace>({ type: namespaceType, name: kubefedNamespace }),
    listIfServed<FederatedTypeConfig>(api, typeConfigType),
    listIfServed<KubeFedCluster>(api, kubefedClusterType),
    listIfServed<KubeFedConfig>(api, kubefedConfigType),
    readCoreCrds(api),
  ]);
  const part = <T extends KubeFedCluster | KubeFedConfig | FederatedTypeConfig>(objects: readonly T[]) =>
    partByNamespace(objects, kubefedNamespace);
  const strangers = [...part(configs).others, ...part(typeConfigs).others, ...part(clusters).others];
  const otherPlane = strangers[0]?.metadata?.namespace;
  const uses = usesOfCrds(part(typeConfigs), otherPlane === undefined ? discovery : undefined);
  const [federatedTypes, contents, controller] = await Promise.all([
    Promise.all([...uses].map(([name, shared]) => readFederatedType(api, { name, shared, kubefedNamespace }))),
    isOurs(namespace) ? namespaceContents(api, kubefedNamespace) : undefined,
    readController(api, kubefedNamespace),
  ]);
  return {
    cluster: api.context,
    kubefedNamespace,
    namespace,
    contents,
    clusters: part(clusters).own,
    typeConfigs: part(typeConfigs).own,
    config: part(configs).own[0],
    coreCrds: core,
    federatedTypes: federatedTypes.filter((type) => type !== undefined),
    controller,
    otherPlane,
  };
}

/** Another control plane may have a controller too: what belongs to the whole cluster is this one's when it is bound to this account. */
async function readController(api: KubeApi, kubefedNamespace: string): Promise<readonly TypedObject[]> {
  const found = await Promise.all(
    controllerTypes.map(async (type) => {
      const namespace = type.namespaced ? kubefedNamespace : undefined;
      const object = await api.get({ type, namespace, name: controllerName });
      return object === undefined || !isOurs(object) ? [] : [{ type, object }];
    }),
  );
  const all = found.flat();
  const isHere = ({ type, object }: TypedObject): boolean =>
    type.kind !== "ClusterRoleBinding" ||
    ((object as ClusterRoleBinding).subjects ?? []).some(({ namespace }) => namespace === kubefedNamespace);
  const isBoundElsewhere = !all.every(isHere);
  return isBoundElsewhere ? all.filter(({ type }) => type.namespaced) : all;
}

async function readCoreCrds(api: KubeApi): Promise<readonly CustomResourceDefinition[]> {
  const names = coreCrds().map(({ metadata }) => metadata?.name ?? "");
  const found = await Promise.all(names.map((name) => api.get<CustomResourceDefinition>({ type: crdType, name })));
  return found.filter((crd) => crd !== undefined);
}

/** True for what `fedctl install` made. */
function isOurs(object: KubeObject | undefined): boolean {
  return object?.metadata?.labels?.[managedByLabel] === managedByFedctl;
}

/**
 * The CRDs of what users federated, by name, and whether another control plane uses them: those of the type configs, the
 * preferences for replicas, and, where the cluster has one control plane only, those that lost their type config.
 */
function usesOfCrds(
  { own, others }: ReturnType<typeof partByNamespace<FederatedTypeConfig>>,
  discovery: Discovery | undefined,
): ReadonlyMap<string, boolean> {
  const elsewhere = new Set(others.map(({ spec }) => federatedCrdName(spec.federatedType)));
  const leftOver = (discovery?.resources ?? []).filter(
    ({ group, kind }) => group === defaultFederatedGroup && kind.startsWith("Federated"),
  );
  const names = [
    ...own.map(({ spec }) => federatedCrdName(spec.federatedType)),
    ...leftOver.map(({ plural, group }) => `${plural}.${group}`),
  ];
  return new Map([
    ...names.map((name) => [name, elsewhere.has(name)] as const),
    [schedulingPreferencesCrd, discovery === undefined],
  ]);
}

interface CrdUse {
  readonly name: string;
  readonly shared: boolean;
  readonly kubefedNamespace: string;
}

/** Lists objects in a version that the CRD serves, whatever the type config says: none may be overlooked. */
async function readFederatedType(api: KubeApi, use: CrdUse): Promise<FederatedTypeFacts | undefined> {
  const { name, shared, kubefedNamespace } = use;
  const crd = await api.get<CustomResourceDefinition>({ type: crdType, name });
  const version = crd?.spec.versions.find(({ served }) => served)?.name;
  if (crd === undefined || version === undefined) return undefined;
  const { group, names, scope } = crd.spec;
  const type = { group, version, kind: names.kind, plural: names.plural, namespaced: scope === "Namespaced" };
  if (shared && !type.namespaced) return { type, crd, shared, instances: [] };
  const instances = await listIfServed(api, type, { namespace: shared ? kubefedNamespace : undefined });
  return { type, crd, shared, instances };
}
