import { FedctlError, hasCode } from "../errors.ts";
import { isRecord } from "../federation/json-data.ts";
import { schedulingGroup } from "../federation/kubefed-types.ts";
import type { ResourceType } from "../kube/kube-api.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { isBeingDeleted } from "../propagation/object-state.ts";
import { InvalidSelectorError } from "../propagation/label-selector.ts";
import { selectorPlacement } from "../propagation/placement.ts";
import { planReplicas } from "../propagation/replica-plan.ts";
import {
  needsPods,
  readPreference,
  type RunningReplicas,
  runningReplicas,
  scheduledKinds,
  scheduledSpec,
  type SchedulingPreference,
} from "../propagation/replica-preference.ts";
import type { FederatedKey, PropagatedType } from "../propagation/types.ts";
import { keyFor } from "./key.ts";
import type { Subject } from "./reconcile-plan.ts";
import type { MemberCluster, World } from "./world.ts";

export const schedulingPreferenceType: ResourceType = {
  group: schedulingGroup,
  version: "v1alpha1",
  kind: "ReplicaSchedulingPreference",
  plural: "replicaschedulingpreferences",
  namespaced: true,
};

const podType: ResourceType = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };

/** What a preference came to. */
export interface Scheduled {
  /** The federated object it is for. */
  readonly subject: Subject;
  readonly replicas: Readonly<Record<string, number>>;
  /** The federated object was written. */
  readonly changed: boolean;
}

/**
 * Gives the federated object of a ReplicaSchedulingPreference its placement and its replicas in each cluster. Undefined when there is
 * nothing to give them to.
 * @throws FedctlError Server* of a member that cannot be read, and of the host
 */
export async function scheduleReplicas(world: World, preference: UnknownObject): Promise<Scheduled | undefined> {
  const wanted = readPreference(preference);
  const { name = "", namespace = "" } = preference.metadata ?? {};
  const key = { namespace, name };
  const type = world.types().find(({ federated }) => federated.kind === wanted.targetKind);
  if (type === undefined || !scheduledKinds.includes(wanted.targetKind) || isBeingDeleted(preference)) return undefined;
  const federated = await world.host.get({ type: type.federated, ...key });
  if (federated === undefined || isBeingDeleted(federated)) return undefined;
  const clusters = await candidates(world, wanted, federated);
  if (clusters.length === 0) return undefined;
  const replicas = await planFor(world, { type, key, wanted, clusters });
  return { subject: { type, key }, replicas, changed: await writeSpec(world, { type, federated }, replicas) };
}

async function candidates(
  world: World,
  { intersects }: SchedulingPreference,
  federated: UnknownObject,
): Promise<readonly MemberCluster[]> {
  // Replicas that begin elsewhere stay there, unless the preference rebalances: a cluster that is ready in a moment would get none.
  if (world.clusters().some(({ isPending }) => isPending === true)) return [];
  const ready = world.clusters().filter((cluster) => cluster.ready);
  if (!intersects) return ready;
  const own = selected(federated, ready);
  const namespace = await world.federatedNamespace(federated.metadata?.namespace ?? "");
  if (namespace === undefined && world.settings.scope === "Cluster") return [];
  const around = namespace === undefined ? own : selected(namespace, ready);
  return ready.filter(({ name }) => own.has(name) && around.has(name));
}

/** @throws FedctlError ObjectConflict for a selector that no server would take */
function selected(object: UnknownObject, ready: readonly MemberCluster[]): ReadonlySet<string> {
  try {
    return selectorPlacement(object, ready);
  } catch (error) {
    if (!(error instanceof InvalidSelectorError)) throw error;
    const { kind = "", metadata } = object;
    const what = `${kind} "${metadata?.name ?? ""}" in namespace "${metadata?.namespace ?? ""}"`;
    throw new FedctlError("ObjectConflict", `the cluster selector of ${what} cannot be used: ${error.message}`, {
      cause: error,
    });
  }
}

interface Planning {
  readonly type: PropagatedType;
  readonly key: FederatedKey;
  readonly wanted: SchedulingPreference;
  readonly clusters: readonly MemberCluster[];
}

async function planFor(
  world: World,
  { type, key, wanted, clusters }: Planning,
): Promise<Readonly<Record<string, number>>> {
  const running = await Promise.all(
    clusters.map(async (cluster) => [cluster.name, await runningIn(world, cluster, { type, key })] as const),
  );
  const current: Record<string, number> = {};
  const capacity: Record<string, number> = {};
  for (const [name, found] of running) {
    if (found === undefined) continue;
    current[name] = found.current;
    if (found.capacity !== undefined) capacity[name] = found.capacity;
  }
  const names = clusters.map(({ name }) => name);
  return planReplicas({ preference: wanted, clusters: names, current, capacity, key: keyFor(key) });
}

async function runningIn(
  { clock }: World,
  cluster: MemberCluster,
  { type, key }: Subject,
): Promise<RunningReplicas | undefined> {
  const object = await cluster.api().get({ type: type.target, ...key });
  if (object === undefined) return undefined;
  const pods = needsPods(object) ? await podsOf(cluster, object) : [];
  return runningReplicas(object, pods, clock.now());
}

async function podsOf(cluster: MemberCluster, { metadata, spec }: UnknownObject): Promise<readonly UnknownObject[]> {
  const selector = isRecord(spec) && isRecord(spec["selector"]) ? spec["selector"]["matchLabels"] : undefined;
  if (!isRecord(selector)) return [];
  const labelSelector = Object.entries(selector)
    .map(([label, value]) => `${label}=${String(value)}`)
    .join(",");
  return (await cluster.api().list(podType, { namespace: metadata?.namespace, labelSelector })).items;
}

const maxTries = 5;

async function writeSpec(
  { host }: World,
  { type, federated }: { readonly type: PropagatedType; readonly federated: UnknownObject },
  replicas: Readonly<Record<string, number>>,
): Promise<boolean> {
  const { name = "", namespace } = federated.metadata ?? {};
  let live: UnknownObject | undefined = federated;
  for (let tries = 1; ; tries += 1) {
    const spec = live === undefined ? undefined : scheduledSpec(live, replicas);
    if (spec === undefined) return false;
    try {
      await host.update(type.federated, { ...live, spec });
      return true;
    } catch (error) {
      if (tries === maxTries || !hasCode(error, "ServerConflict")) throw error;
      live = await host.get({ type: type.federated, namespace, name });
    }
  }
}
