import type { Discovery, KubeApi } from "../../kube/kube-api.ts";
import type { CustomResourceDefinition, KubeObject, Namespace } from "../../kube/objects.ts";
import { type EnableFacts, type TypeFacts } from "../enable/facts.ts";
import { federatedCrdName } from "../enable/federated-crd.ts";
import { typeConfigFor } from "../enable/type-config.ts";
import { coreCrds } from "../kubefed-crds.ts";
import { crdType, defaultFederatedGroup, kubefedConfigType, namespaceType, typeConfigType } from "../kubefed-types.ts";
import type { FederatedTypeConfig, KubeFedConfig } from "../kubefed-types.ts";
import { groupQualifiedName } from "../step.ts";
import { controllerObjects, type ControllerSetting } from "./controller-objects.ts";
import { defaultTypes, scales } from "./default-types.ts";
import { listIfServed, partByNamespace } from "./listing.ts";
import type { InstallOptions } from "./plan.ts";
import type { ControllerFact } from "./plan-controller.ts";

/** A CRD of KubeFed's own: as it should be, and as it is. */
export interface CoreCrdFacts {
  readonly wanted: CustomResourceDefinition;
  readonly live: CustomResourceDefinition | undefined;
}

export interface InstallFacts {
  /** Context of the host cluster. */
  readonly cluster: string;
  readonly kubefedNamespace: string;
  readonly namespace: Namespace | undefined;
  readonly coreCrds: readonly CoreCrdFacts[];
  readonly config: KubeFedConfig | undefined;
  /** Of control planes in other namespaces. */
  readonly otherConfigs: readonly KubeFedConfig[];
  readonly enable: EnableFacts;
  /** Default types that this cluster does not serve, by group-qualified plural. */
  readonly unserved: readonly string[];
  /** What is to run the controller; empty when it is not asked for. */
  readonly controller: readonly ControllerFact[];
}

/** Reads what there is of KubeFed in the host cluster: all at once, since each round trip may be long. */
export async function gatherInstallFacts(
  api: KubeApi,
  { kubefedNamespace, scope, controller }: InstallOptions,
): Promise<InstallFacts> {
  const readCrd = async (name: string): Promise<CustomResourceDefinition | undefined> =>
    api.get<CustomResourceDefinition>({ type: crdType, name });
  const [discovery, namespace, typeConfigs, configs, liveCoreCrds] = await Promise.all([
    api.discover(),
    api.get<Namespace>({ type: namespaceType, name: kubefedNamespace }),
    listIfServed<FederatedTypeConfig>(api, typeConfigType, { namespace: kubefedNamespace }),
    listIfServed<KubeFedConfig>(api, kubefedConfigType),
    Promise.all(coreCrds().map(async (wanted) => ({ wanted, live: await readCrd(wanted.metadata?.name ?? "") }))),
  ]);
  const served = defaultTypes.filter((type) => isServed(type, discovery));
  const types = served.map(async (resource): Promise<TypeFacts> => {
    const wanted = asEnabledAlready(typeConfigFor(resource, { namespace: kubefedNamespace }), typeConfigs);
    const crd = await readCrd(federatedCrdName(wanted.spec.federatedType));
    return { resource, wanted, retainReplicas: scales(resource), crd };
  });
  const { own, others } = partByNamespace(configs, kubefedNamespace);
  return {
    cluster: api.context,
    kubefedNamespace,
    namespace,
    coreCrds: liveCoreCrds,
    config: own[0],
    otherConfigs: others,
    enable: { cluster: api.context, typeConfigs, types: await Promise.all(types) },
    unserved: defaultTypes.filter((type) => !served.includes(type)).map((type) => groupQualifiedName(type)),
    controller:
      controller === undefined
        ? []
        : await readController(api, {
            ...controller,
            kubefedNamespace,
            scope: own[0]?.spec.scope === "Namespaced" ? "Namespaced" : scope,
            federatedGroups: groupsOf(typeConfigs),
          }),
  };
}

/** Of what is federated by default, and of what is enabled. */
export function groupsOf(typeConfigs: readonly FederatedTypeConfig[]): readonly string[] {
  const groups = typeConfigs.map(({ spec }) => spec.federatedType.group ?? "");
  return [...new Set([defaultFederatedGroup, ...groups])].sort();
}

async function readController(api: KubeApi, setting: ControllerSetting): Promise<readonly ControllerFact[]> {
  return Promise.all(
    controllerObjects(setting).map(async ({ type, object }) => {
      const { name = "", namespace } = object.metadata ?? {};
      return { type, object, live: await api.get<KubeObject>({ type, namespace, name }) };
    }),
  );
}

/** A type that somebody enabled in another way stays as it is. */
function asEnabledAlready(
  wanted: FederatedTypeConfig,
  typeConfigs: readonly FederatedTypeConfig[],
): FederatedTypeConfig {
  const live = typeConfigs.find(({ metadata }) => metadata?.name === wanted.metadata?.name);
  return live === undefined ? wanted : { ...wanted, spec: live.spec };
}

function isServed(
  { group, version, plural }: { readonly group: string; readonly version: string; readonly plural: string },
  { resources }: Discovery,
): boolean {
  return resources.some((other) => other.group === group && other.version === version && other.plural === plural);
}
