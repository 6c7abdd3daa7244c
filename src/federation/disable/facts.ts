import { hasCode } from "../../errors.ts";
import type { KubeApi, ResourceType } from "../../kube/kube-api.ts";
import type { CustomResourceDefinition, KubeObject } from "../../kube/objects.ts";
import type { FederationDeps } from "../deps.ts";
import { nameOf } from "../describe.ts";
import { readControlPlane } from "../enable/facts.ts";
import { federatedCrdName } from "../enable/federated-crd.ts";
import {
  crdType,
  type FederatedTypeConfig,
  kubefedConfigName,
  kubefedConfigType,
  type KubeFedConfig,
  typeConfigType,
} from "../kubefed-types.ts";
import { type ControllerPresence, findController } from "./controller-presence.ts";
import { type InstanceReach, listInstances } from "./instance-list.ts";
import type { DisableOptions } from "./options.ts";
import { areLiteral, type DisableTarget, findTarget } from "./targets.ts";

/** What the plan has to know of one type. */
export interface DisableTypeFacts extends DisableTarget {
  /** The live CRD of the federated type. */
  readonly crd: CustomResourceDefinition | undefined;
  /** Other FederatedTypeConfigs, of any namespace, with the same federated type. */
  readonly sharers: readonly FederatedTypeConfig[];
  /** The federated type in a version that is served; undefined without a CRD. */
  readonly federatedType: ResourceType | undefined;
  readonly reach: InstanceReach;
  readonly instances: readonly KubeObject[];
}

export interface DisableFacts {
  /** Context of the host cluster. */
  readonly cluster: string;
  readonly kubefedNamespace: string;
  readonly controller: ControllerPresence;
  /** Every FederatedTypeConfig of the control plane. */
  readonly typeConfigs: readonly FederatedTypeConfig[];
  readonly types: readonly DisableTypeFacts[];
}

/**
 * Reads all that `disable` looks at before it writes anything.
 * @throws FedctlError KubeFedNotInstalled, TypeNotFound, TypeAmbiguous
 */
export async function gatherDisableFacts(
  api: KubeApi,
  options: DisableOptions,
  deps: Pick<FederationDeps, "clock" | "signal" | "report">,
): Promise<DisableFacts> {
  const { kubefedNamespace, names } = options;
  const [{ typeConfigs }, others, config, controller] = await Promise.all([
    readControlPlane(api, options),
    readOthers(api, options),
    api.get<KubeFedConfig>({ type: kubefedConfigType, namespace: kubefedNamespace, name: kubefedConfigName }),
    findController(api, kubefedNamespace, deps),
  ]);
  const discovery = areLiteral(names, typeConfigs) ? { resources: [], failures: [] } : await api.discover();
  const targets = names.map((name) => findTarget(name, typeConfigs, { ...options, discovery }));
  const byName = new Map(targets.map((target) => [target.name, target]));
  const isNarrow = config?.spec.scope === "Namespaced";
  const place = { options, isNarrow, all: [...typeConfigs, ...others] };
  const types = await Promise.all([...byName.values()].map((target) => readType(api, target, place)));
  return { cluster: api.context, kubefedNamespace, controller, typeConfigs, types };
}

/** FederatedTypeConfigs of other control planes. Who may not see them may not delete CRDs either. */
async function readOthers(
  api: KubeApi,
  { kubefedNamespace, deleteCrd }: DisableOptions,
): Promise<readonly FederatedTypeConfig[]> {
  try {
    const { items } = await api.list<FederatedTypeConfig>(typeConfigType);
    return items.filter(({ metadata }) => metadata?.namespace !== kubefedNamespace);
  } catch (error) {
    // That nothing is installed is found, and told, beside this.
    if (hasCode(error, "ServerNotFound") || (hasCode(error, "ServerForbidden") && !deleteCrd)) return [];
    throw error;
  }
}

interface Place {
  readonly options: DisableOptions;
  /** The control plane federates in its own namespace only. */
  readonly isNarrow: boolean;
  readonly all: readonly FederatedTypeConfig[];
}

async function readType(
  api: KubeApi,
  target: DisableTarget,
  { options, isNarrow, all }: Place,
): Promise<DisableTypeFacts> {
  const crd = await api.get<CustomResourceDefinition>({ type: crdType, name: target.crdName });
  const sharers = all.filter(
    (config) =>
      federatedCrdName(config.spec.federatedType) === target.crdName &&
      (nameOf(config) !== target.name || config.metadata?.namespace !== options.kubefedNamespace),
  );
  const federatedType = crd === undefined ? undefined : typeOf(crd);
  const isOwnOnly = sharers.length > 0 || (isNarrow && !options.deleteCrd);
  const reach = reachOf(federatedType, isOwnOnly ? options.kubefedNamespace : undefined);
  const instances = federatedType === undefined ? [] : (await listInstances(api, federatedType, reach)).objects;
  return { ...target, crd, sharers, federatedType, reach, instances };
}

function reachOf(type: ResourceType | undefined, namespace: string | undefined): InstanceReach {
  const isElsewhere = namespace !== undefined && type?.namespaced === false;
  return isElsewhere ? "none" : { namespace };
}

/** In a version that the CRD serves, whatever the FederatedTypeConfig says: no object may be overlooked. */
function typeOf({ spec: { group, names, scope, versions } }: CustomResourceDefinition): ResourceType | undefined {
  const version = versions.find(({ served }) => served)?.name;
  if (version === undefined) return undefined;
  return { group, version, kind: names.kind, plural: names.plural, namespaced: scope === "Namespaced" };
}
