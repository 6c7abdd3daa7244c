import { isRecord, type JsonRecord, sameJson } from "../federation/json-data.ts";
import type { UnknownObject } from "../kube/objects.ts";
import type { ClusterPreference, ReplicaPreference } from "./replica-plan.ts";

/** What a ReplicaSchedulingPreference asks for. */
export interface SchedulingPreference extends ReplicaPreference {
  /** `FederatedDeployment` or `FederatedReplicaSet`, of the preference's own namespace and name. */
  readonly targetKind: string;
  /** Only clusters that the target's and its namespace's selector match. */
  readonly intersects: boolean;
}

/** Kinds that can be scheduled. */
export const scheduledKinds: readonly string[] = ["FederatedDeployment", "FederatedReplicaSet"];

export function readPreference({ spec }: UnknownObject): SchedulingPreference {
  const { targetKind, totalReplicas, rebalance, intersectWithClusterSelector, clusters } = isRecord(spec) ? spec : {};
  const listed = Object.entries(isRecord(clusters) ? clusters : {});
  const wanted = listed.length === 0 ? [["*", { weight: 1 }] as const] : listed;
  return {
    targetKind: typeof targetKind === "string" ? targetKind : "",
    totalReplicas: numberOr(totalReplicas, 0),
    rebalance: rebalance === true,
    intersects: intersectWithClusterSelector === true,
    clusters: Object.fromEntries(wanted.map(([name, preference]) => [name, readCluster(preference)])),
  };
}

function readCluster(preference: unknown): ClusterPreference {
  const { weight, minReplicas, maxReplicas } = isRecord(preference) ? preference : {};
  return {
    weight: numberOr(weight, 0),
    minReplicas: numberOr(minReplicas, 0),
    maxReplicas: typeof maxReplicas === "number" ? maxReplicas : undefined,
  };
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}

/** What a member's object and its pods tell of where replicas run. */
export interface RunningReplicas {
  readonly current: number;
  /** Undefined: nothing says that there is a limit. */
  readonly capacity: number | undefined;
}

/** So long a pod without a place is not yet one that finds none. */
const unschedulableAfterMs = 60_000;

/** True when the object alone does not tell how many replicas run, so that its pods have to be looked at. */
export function needsPods({ spec, status }: UnknownObject): boolean {
  return replicasOf(spec) !== readyOf(status);
}

function replicasOf(spec: unknown): number {
  return isRecord(spec) ? numberOr(spec["replicas"], 0) : 0;
}

function readyOf(status: unknown): number {
  return isRecord(status) ? numberOr(status["readyReplicas"], 0) : 0;
}

export function runningReplicas(
  { spec, status }: UnknownObject,
  pods: readonly UnknownObject[],
  nowMs: number,
): RunningReplicas {
  const [wanted, ready] = [replicasOf(spec), readyOf(status)];
  if (wanted === ready) return { current: ready, capacity: undefined };
  const unplaced = pods.filter((pod) => isUnschedulable(pod, nowMs)).length;
  return { current: pods.filter(isReady).length, capacity: unplaced === 0 ? undefined : wanted - unplaced };
}

function conditionsOf({ status }: UnknownObject): readonly JsonRecord[] {
  const conditions: unknown = isRecord(status) ? status["conditions"] : undefined;
  return Array.isArray(conditions) ? conditions.filter(isRecord) : [];
}

function phaseOf({ status }: UnknownObject): unknown {
  return isRecord(status) ? status["phase"] : undefined;
}

function isReady(pod: UnknownObject): boolean {
  const ready = conditionsOf(pod).find(({ type }) => type === "Ready");
  return phaseOf(pod) === "Running" && ready?.["status"] === "True";
}

function isUnschedulable(pod: UnknownObject, nowMs: number): boolean {
  const scheduled = conditionsOf(pod).find(({ type }) => type === "PodScheduled");
  if (phaseOf(pod) === "Running" || scheduled?.["status"] !== "False") return false;
  const { reason, lastTransitionTime } = scheduled;
  const sinceMs = typeof lastTransitionTime === "string" ? Date.parse(lastTransitionTime) : Number.NaN;
  return reason === "Unschedulable" && sinceMs + unschedulableAfterMs < nowMs;
}

const replicasPath = "/spec/replicas";

/**
 * The spec that gives each cluster its replicas: the placement lists them all, those with none too, and each has an override. Other
 * overrides stay; those of replicas in other clusters go. Undefined when it says so already.
 */
export function scheduledSpec(
  { spec }: UnknownObject,
  replicas: Readonly<Record<string, number>>,
): Readonly<Record<string, unknown>> | undefined {
  const before = isRecord(spec) ? spec : {};
  const placement = scheduledPlacement(before["placement"], Object.keys(replicas));
  const overrides = scheduledOverrides(before["overrides"], replicas);
  if (sameJson(placement, before["placement"]) && sameJson(overrides, before["overrides"] ?? [])) return undefined;
  return { ...before, placement, overrides };
}

function scheduledPlacement(placement: unknown, names: readonly string[]): JsonRecord {
  const before = isRecord(placement) ? placement : {};
  const listed: readonly unknown[] = Array.isArray(before["clusters"]) ? before["clusters"] : [];
  const known = listed.filter(isRecord).map(({ name }) => name);
  const isSame =
    Array.isArray(before["clusters"]) && known.length === names.length && names.every((name) => known.includes(name));
  return isSame ? before : { ...before, clusters: [...names].sort().map((name) => ({ name })) };
}

function scheduledOverrides(overrides: unknown, replicas: Readonly<Record<string, number>>): readonly JsonRecord[] {
  const items: readonly unknown[] = Array.isArray(overrides) ? overrides : [];
  const kept = items.filter(isRecord).map((item) => withReplicas(item, replicas));
  const overridden = new Set(kept.map(({ clusterName }) => clusterName));
  const missing = Object.keys(replicas).filter((name) => !overridden.has(name));
  const added = missing.sort().map((clusterName) => withReplicas({ clusterName, clusterOverrides: [] }, replicas));
  return [...kept, ...added].filter(
    ({ clusterOverrides }) => Array.isArray(clusterOverrides) && clusterOverrides.length > 0,
  );
}

function withReplicas(item: JsonRecord, replicas: Readonly<Record<string, number>>): JsonRecord {
  const { clusterName, clusterOverrides } = item;
  const listed: readonly unknown[] = Array.isArray(clusterOverrides) ? clusterOverrides : [];
  const wanted =
    typeof clusterName === "string" && Object.hasOwn(replicas, clusterName) ? replicas[clusterName] : undefined;
  const isOwn = (operation: unknown): boolean => isRecord(operation) && operation["path"] === replicasPath;
  if (wanted === undefined) return { ...item, clusterOverrides: listed.filter((operation) => !isOwn(operation)) };
  const own = listed.find(isOwn);
  const next = { ...(isRecord(own) ? own : { path: replicasPath }), value: wanted };
  const changed =
    own === undefined ? [...listed, next] : listed.map((operation) => (isOwn(operation) ? next : operation));
  return { ...item, clusterOverrides: changed };
}
