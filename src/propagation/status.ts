import { isRecord, sameJson } from "../federation/json-data.ts";
import type { ClusterStatus, PropagationReason } from "./types.ts";

/** What is to be told of one cluster. */
export interface ClusterEntry {
  readonly name: string;
  readonly status: ClusterStatus;
  /** Of the member's object, where statuses are gathered. */
  readonly remoteStatus?: unknown;
}

export interface StatusFacts {
  /** `status` of the federated object, as it is. */
  readonly current: unknown;
  readonly generation: number | undefined;
  readonly reason: PropagationReason;
  readonly clusters: readonly ClusterEntry[];
  /** Something was written to a member. */
  readonly updated: boolean;
  readonly nowMs: number;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly lastTransitionTime?: string;
  readonly lastUpdateTime?: string;
}

const conditionType = "Propagation";

/** The reason that the clusters' statuses make of one that is fine. */
export function overallReason(reason: PropagationReason, clusters: readonly ClusterEntry[]): PropagationReason {
  return reason === "" && clusters.some(({ status }) => status !== "") ? "CheckClusters" : reason;
}

/** The status a federated object is to have; undefined when it has it. Clusters are sorted by name. */
export function nextStatus(facts: StatusFacts): Readonly<Record<string, unknown>> | undefined {
  const current = isRecord(facts.current) ? facts.current : {};
  const clusters = facts.clusters.map(entryOf).sort((one, other) => (one.name < other.name ? -1 : 1));
  const clustersChanged = !sameEntries(current["clusters"], clusters);
  const condition = nextCondition(conditionOf(current["conditions"]), {
    ...facts,
    reason: overallReason(facts.reason, facts.clusters),
    changed: clustersChanged || facts.updated,
  });
  const isObserved = current["observedGeneration"] === facts.generation;
  if (isObserved && !clustersChanged && condition === undefined) return undefined;
  const { conditions } = current;
  const others: readonly unknown[] = Array.isArray(conditions) ? conditions.filter((item) => !isOurs(item)) : [];
  return {
    ...(facts.generation !== undefined && { observedGeneration: facts.generation }),
    conditions: [...others, condition ?? conditionOf(conditions)],
    ...(clusters.length > 0 && { clusters }),
  };
}

function entryOf({ name, status, remoteStatus }: ClusterEntry): { readonly name: string } {
  return { name, ...(status !== "" && { status }), ...(isRecord(remoteStatus) && { remoteStatus }) };
}

/** KubeFed writes them in any order. */
function sameEntries(current: unknown, wanted: readonly { readonly name: string }[]): boolean {
  const listed = (Array.isArray(current) ? current : []).filter(isRecord);
  const byName = new Map(listed.map((entry) => [entry["name"], entry]));
  return listed.length === wanted.length && wanted.every((entry) => sameJson(byName.get(entry.name), entry));
}

function isOurs(item: unknown): boolean {
  return isRecord(item) && item["type"] === conditionType;
}

function conditionOf(conditions: unknown): Condition | undefined {
  const found: unknown = Array.isArray(conditions) ? conditions.find(isOurs) : undefined;
  return isRecord(found) ? (found as unknown as Condition) : undefined; // It has our type; the CRD has the rest as strings.
}

interface ConditionFacts extends Pick<StatusFacts, "reason" | "nowMs"> {
  readonly changed: boolean;
}

/** Undefined when it may stay as it is. */
function nextCondition(current: Condition | undefined, facts: ConditionFacts): Condition | undefined {
  const { reason, changed } = facts;
  const status = reason === "" ? "True" : "False";
  const isTransition = current?.status !== status || (current.reason ?? "") !== reason;
  if (!isTransition && !changed) return undefined;
  const now = timestamp(facts.nowMs);
  return {
    type: conditionType,
    status,
    ...(reason !== "" && { reason }),
    lastUpdateTime: now,
    lastTransitionTime: isTransition ? now : (current.lastTransitionTime ?? now),
  };
}

/** As Kubernetes writes times: whole seconds, UTC. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
