import { hasCode } from "../errors.ts";
import type { KubeApi, ResourceType } from "../kube/kube-api.ts";
import type { KubeObject } from "../kube/objects.ts";

/** Who leads, as a lock says it. Times are of the one who wrote it. */
export interface LeaderRecord {
  /** "": nobody, it was given back. */
  readonly holder: string;
  readonly leaseSeconds: number;
  readonly acquiredAt: string;
  readonly renewedAt: string;
  readonly transitions: number;
  /** What somebody who waits for a Lease says to who holds it. Absent: it stays as it is. */
  readonly wish?: string | undefined;
}

/** A lock in an object of the host cluster. */
export interface LeaderLock {
  /** In a sentence: `Lease "a" in namespace "b"`. */
  readonly label: string;
  /** Undefined when there is no such object, or no record in it. @throws FedctlError Server* */
  read(signal: AbortSignal): Promise<LeaderRecord | undefined>;
  /** Replaces what was read last. Gives what stands there now; undefined when somebody else was faster. @throws FedctlError Server* */
  write(record: LeaderRecord, signal: AbortSignal): Promise<LeaderRecord | undefined>;
}

export interface LockPlace {
  readonly api: KubeApi;
  readonly namespace: string;
  readonly name: string;
}

const leaseType: ResourceType = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
};

const wishAnnotation = "fedctl-controller/wish";

interface Lease extends KubeObject {
  spec?: Readonly<Record<string, unknown>>;
}

/** A lock in a Lease, as controllers have it since Kubernetes 1.14. */
export function leaseLock({ api, namespace, name }: LockPlace): LeaderLock {
  return objectLock<Lease>(
    { api, namespace, name, type: leaseType },
    {
      recordOf: ({ spec = {}, metadata }) => ({ ...recordFrom(spec), wish: metadata?.annotations?.[wishAnnotation] }),
      withRecord: (object, { holder, leaseSeconds, acquiredAt, renewedAt, transitions, wish }) => ({
        ...object,
        ...(wish !== undefined && {
          metadata: { ...object.metadata, annotations: { ...object.metadata?.annotations, [wishAnnotation]: wish } },
        }),
        spec: {
          holderIdentity: holder,
          // The server wants at least one second, also of a lock that was given back.
          leaseDurationSeconds: Math.max(1, leaseSeconds),
          acquireTime: microTime(acquiredAt),
          renewTime: microTime(renewedAt),
          leaseTransitions: transitions,
        },
      }),
    },
  );
}

/** Leases want microseconds. */
function microTime(iso: string): string {
  return iso.replace(/(\.\d+)?Z$/, (fraction) => `.${fraction.replace(/[.Z]/g, "").padEnd(6, "0")}Z`);
}

export type AnnotatedLockKind = "configmaps" | "endpoints";

const annotatedTypes: Readonly<Record<AnnotatedLockKind, ResourceType>> = {
  configmaps: { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true },
  endpoints: { group: "", version: "v1", kind: "Endpoints", plural: "endpoints", namespaced: true },
};
const recordAnnotation = "control-plane.alpha.kubernetes.io/leader";

/** A lock in an annotation, as KubeFed 0.10 has it (client-go 0.22, resourcelock). */
export function annotatedLock(kind: AnnotatedLockKind, { api, namespace, name }: LockPlace): LeaderLock {
  return objectLock<KubeObject>(
    { api, namespace, name, type: annotatedTypes[kind] },
    {
      recordOf: ({ metadata }) => parseRecord(metadata?.annotations?.[recordAnnotation]),
      withRecord: (object, record) => ({
        ...object,
        metadata: {
          ...object.metadata,
          annotations: { ...object.metadata?.annotations, [recordAnnotation]: recordText(record) },
        },
      }),
    },
  );
}

function recordText({ holder, leaseSeconds, acquiredAt, renewedAt, transitions }: LeaderRecord): string {
  const wholeSeconds = (iso: string): string => iso.replace(/\.\d+Z$/, "Z");
  return JSON.stringify({
    holderIdentity: holder,
    leaseDurationSeconds: leaseSeconds,
    acquireTime: wholeSeconds(acquiredAt),
    renewTime: wholeSeconds(renewedAt),
    leaderTransitions: transitions,
  });
}

function parseRecord(text: string | undefined): LeaderRecord | undefined {
  const fields = text === undefined ? undefined : parseFields(text);
  if (fields === undefined) return undefined;
  return { ...recordFrom(fields), transitions: numberOf(fields["leaderTransitions"]) };
}

/** The fields that both forms name alike. */
function recordFrom(fields: Readonly<Record<string, unknown>>): LeaderRecord {
  const { holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions } = fields;
  return {
    holder: textOf(holderIdentity),
    leaseSeconds: numberOf(leaseDurationSeconds),
    acquiredAt: textOf(acquireTime),
    renewedAt: textOf(renewTime),
    transitions: numberOf(leaseTransitions),
  };
}

/** Undefined for what is no record: nobody can hold a lock by that. */
function parseFields(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const numberOf = (value: unknown): number => (typeof value === "number" ? value : 0);

interface RecordForm<T> {
  readonly recordOf: (object: T) => LeaderRecord | undefined;
  readonly withRecord: (object: T, record: LeaderRecord) => T;
}

/** The object is read before each write: others may keep more in it than the record. */
function objectLock<T extends KubeObject>(
  { api, namespace, name, type }: LockPlace & { readonly type: ResourceType },
  { recordOf, withRecord }: RecordForm<T>,
): LeaderLock {
  let last: T | undefined;
  return {
    label: `${type.kind} "${name}" in namespace "${namespace}"`,
    async read(signal) {
      last = await api.get<T>({ type, namespace, name }, { signal });
      return last === undefined ? undefined : recordOf(last);
    },
    async write(record, signal) {
      try {
        if (last === undefined) {
          const fresh = { metadata: { namespace, name } } as T; // All fields of these types are optional.
          last = await api.create<T>(type, withRecord(fresh, record), { signal });
        } else {
          last = await api.update<T>(type, withRecord(last, record), { signal });
        }
        return recordOf(last);
      } catch (error) {
        if (hasCode(error, "ServerConflict", "ServerAlreadyExists", "ServerNotFound")) return undefined;
        throw error;
      }
    },
  };
}
