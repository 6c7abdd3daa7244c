import { FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi, ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject } from "../../kube/objects.ts";
import type { FederationDeps } from "../deps.ts";

/** Whether a controller acts on a control plane, as its leader lock tells. `unknown`: the lock may not be read. */
export interface ControllerPresence {
  readonly state: "running" | "absent" | "unknown";
  /** In a sentence: "no controller runs: ...". */
  readonly reason: string;
  /** For how long its lock counts when it is renewed no more. */
  readonly leaseMs: number;
}

/** A leader lock as it stands: who holds it, since when, and how long that counts. */
export interface LeaderRecord {
  readonly holder: string;
  readonly renewedAtMs: number;
  readonly leaseMs: number;
}

/** KubeFed's name for its lock; `spec.leaderElect.resourceLock` of the KubeFedConfig says which type it is of. */
const lockName = "kubefed-controller-manager";
const recordAnnotation = "control-plane.alpha.kubernetes.io/leader";
const lockTypes: readonly ResourceType[] = [
  { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true },
  { group: "", version: "v1", kind: "Endpoints", plural: "endpoints", namespaced: true },
];
const leaseType: ResourceType = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
};
const defaultLeaseMs = 15_000;
/** A lock that looks expired may be one whose clock differs from ours; by more than this it does not. */
const largestSkewMs = 10 * 60_000;
const pauseMs = 1_000;

type PresenceDeps = Pick<FederationDeps, "clock" | "signal" | "report">;

/**
 * Finds out whether a controller runs. A lock that expired lately is watched for as long as it would be valid: a leader
 * renews it within that time, whatever the clocks say.
 */
export async function findController(
  api: KubeApi,
  namespace: string,
  { clock, signal, report }: PresenceDeps,
): Promise<ControllerPresence> {
  const first = await readLocks(api, namespace);
  const presence = judgeLocks(first, clock.now());
  const doubtful = first.records.filter((record) => isDoubtful(record, clock.now()));
  if (presence.state !== "absent" || doubtful.length === 0) return presence;
  report.progress(`looking whether a controller runs in namespace "${namespace}" of cluster "${api.context}"`);
  const until = clock.now() + Math.max(...doubtful.map(({ leaseMs }) => leaseMs));
  while (clock.now() < until) {
    await clock.sleep(pauseMs, signal);
    const { records } = await readLocks(api, namespace);
    const renewed = records.find((record) => isRenewal(record, first.records));
    if (renewed !== undefined) return running(renewed);
  }
  return presence;
}

interface Locks {
  readonly records: readonly LeaderRecord[];
  /** Some of them may not be read. */
  readonly hidden: boolean;
}

/** Pure: what locks say at a time. */
export function judgeLocks({ records, hidden }: Locks, nowMs: number): ControllerPresence {
  const fresh = records.find(({ holder, renewedAtMs, leaseMs }) => holder !== "" && renewedAtMs + leaseMs > nowMs);
  if (fresh !== undefined) return running(fresh);
  if (hidden) return { state: "unknown", reason: "its leader lock may not be read", leaseMs: defaultLeaseMs };
  const last = Math.max(...records.map(({ renewedAtMs }) => renewedAtMs));
  const reason =
    records.length === 0 ? "there is no leader lock" : `its lock was last renewed ${new Date(last).toISOString()}`;
  return { state: "absent", reason, leaseMs: defaultLeaseMs };
}

function running({ holder, leaseMs }: LeaderRecord): ControllerPresence {
  return { state: "running", reason: `"${holder}" holds the leader lock`, leaseMs };
}

function isDoubtful({ holder, renewedAtMs }: LeaderRecord, nowMs: number): boolean {
  return holder !== "" && Math.abs(nowMs - renewedAtMs) < largestSkewMs;
}

function isRenewal({ holder, renewedAtMs }: LeaderRecord, earlier: readonly LeaderRecord[]): boolean {
  return holder !== "" && !earlier.some((other) => other.holder === holder && other.renewedAtMs === renewedAtMs);
}

async function readLocks(api: KubeApi, namespace: string): Promise<Locks> {
  const lists = await Promise.all([
    ...lockTypes.map((type) => unlessForbidden(readAnnotatedLock(api, type, namespace))),
    unlessForbidden(readLeases(api, namespace)),
  ]);
  return { records: lists.flatMap((records) => records ?? []), hidden: lists.includes(undefined) };
}

async function unlessForbidden<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (hasCode(error, "ServerForbidden")) return undefined;
    throw error;
  }
}

async function readAnnotatedLock(api: KubeApi, type: ResourceType, namespace: string): Promise<LeaderRecord[]> {
  const lock = await api.get<KubeObject>({ type, namespace, name: lockName });
  const text = lock?.metadata?.annotations?.[recordAnnotation];
  const record = text === undefined ? undefined : parseRecord(text);
  return record === undefined ? [] : [record];
}

/** client-go's record, as JSON in an annotation; undefined for something else. */
export function parseRecord(text: string): LeaderRecord | undefined {
  try {
    return recordOf(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Any lease of the namespace: it holds nothing but the control plane. */
async function readLeases(api: KubeApi, namespace: string): Promise<LeaderRecord[]> {
  try {
    const { items } = await api.list<KubeObject & { spec?: unknown }>(leaseType, { namespace });
    return items.map(({ spec }) => recordOf(spec)).filter((record) => record !== undefined);
  } catch (error) {
    if (error instanceof FedctlError && error.code === "ServerNotFound") return [];
    throw error;
  }
}

function recordOf(value: unknown): LeaderRecord | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { holderIdentity, renewTime, leaseDurationSeconds } = value as Readonly<Record<string, unknown>>; // Looked at below.
  const renewedAtMs = typeof renewTime === "string" ? Date.parse(renewTime) : Number.NaN;
  if (Number.isNaN(renewedAtMs)) return undefined;
  return {
    holder: typeof holderIdentity === "string" ? holderIdentity : "",
    renewedAtMs,
    leaseMs: typeof leaseDurationSeconds === "number" ? leaseDurationSeconds * 1_000 : defaultLeaseMs,
  };
}
