import { changeRecord, isRecord, type JsonRecord, without } from "../federation/json-data.ts";
import type { ResourceType } from "../kube/kube-api.ts";

export interface Retention {
  readonly target: Pick<ResourceType, "group" | "kind">;
  /** `spec.retainReplicas` of the federated object. */
  readonly retainsReplicas: boolean;
}

/**
 * Takes from a member's object what belongs to that member: the version that the update is based on, finalizers and annotations, and
 * what the member allocated or scaled.
 */
export function retain(desired: JsonRecord, live: JsonRecord, { target, retainsReplicas }: Retention): JsonRecord {
  const common = retainMetadata(desired, live);
  if (target.group === "" && target.kind === "Service") return retainService(common, live);
  if (target.group === "" && target.kind === "ServiceAccount") return retainSecrets(common, live);
  return retainsReplicas ? retainReplicas(common, live) : common;
}

function recordAt(record: JsonRecord, field: string): JsonRecord {
  const nested = record[field];
  return isRecord(nested) ? nested : {};
}

/** These are set by controllers of the member; overrides come later and can set them. */
const membersMetadata = ["resourceVersion", "finalizers", "annotations"];

function retainMetadata(desired: JsonRecord, live: JsonRecord): JsonRecord {
  const own = recordAt(live, "metadata");
  const kept = Object.entries(own).filter(([field, value]) => membersMetadata.includes(field) && value !== undefined);
  const wanted = without(recordAt(desired, "metadata"), membersMetadata);
  return { ...desired, metadata: { ...wanted, ...Object.fromEntries(kept) } };
}

function retainService(desired: JsonRecord, live: JsonRecord): JsonRecord {
  const from = recordAt(live, "spec");
  const wanted = recordAt(desired, "spec");
  const spec: Record<string, unknown> = { ...wanted };
  const { healthCheckNodePort, clusterIP, clusterIPs, ports } = from;
  if (typeof healthCheckNodePort === "number" && healthCheckNodePort > 0) {
    spec["healthCheckNodePort"] = healthCheckNodePort;
  }
  // A name elsewhere has no address, and a server refuses one that is given.
  if (wanted["type"] !== "ExternalName") {
    if (typeof clusterIP === "string" && clusterIP !== "") spec["clusterIP"] = clusterIP;
    if (Array.isArray(clusterIPs) && clusterIPs.length > 0) spec["clusterIPs"] = clusterIPs;
  }
  if (Array.isArray(ports) && Array.isArray(wanted["ports"])) spec["ports"] = retainNodePorts(wanted["ports"], ports);
  return { ...desired, spec };
}

function retainNodePorts(desired: readonly unknown[], live: readonly unknown[]): readonly unknown[] {
  const allocated = live.filter(isRecord).filter(({ nodePort }) => nodePort !== undefined);
  return desired.map((port) => {
    if (!isRecord(port)) return port;
    const same = allocated.find((other) => isSamePort(port, other));
    return same === undefined ? port : { ...port, nodePort: same["nodePort"] };
  });
}

/** A server fills in the protocol where a template leaves it out. */
function isSamePort(one: JsonRecord, other: JsonRecord): boolean {
  const protocolOf = ({ protocol }: JsonRecord): unknown => protocol ?? "TCP";
  return one["name"] === other["name"] && one["port"] === other["port"] && protocolOf(one) === protocolOf(other);
}

function retainSecrets(desired: JsonRecord, live: JsonRecord): JsonRecord {
  const [wanted, own] = [desired["secrets"], live["secrets"]];
  if (Array.isArray(wanted) && wanted.length > 0) return desired;
  return Array.isArray(own) && own.length > 0 ? { ...desired, secrets: own } : desired;
}

function retainReplicas(desired: JsonRecord, live: JsonRecord): JsonRecord {
  const { replicas } = recordAt(live, "spec");
  if (!Number.isInteger(replicas)) return desired;
  return changeRecord({ spec: {}, ...desired }, "spec", (spec) => ({ ...spec, replicas }));
}

/** What of a member's object decisions and retention look at: all that a controller needs to keep in memory. */
export function retainedPart(object: JsonRecord, { target, retainsReplicas, collectsStatus }: PartOptions): JsonRecord {
  const { apiVersion, kind, spec, secrets, status } = object;
  const { managedFields, ...metadata } = recordAt(object, "metadata");
  const part: Record<string, unknown> = { apiVersion, kind, metadata: withManagers(metadata, managedFields) };
  if (target.group === "" && target.kind === "Service") part["spec"] = spec;
  else if (retainsReplicas && isRecord(spec)) part["spec"] = { replicas: spec["replicas"] };
  if (target.group === "" && target.kind === "ServiceAccount") part["secrets"] = secrets;
  if (collectsStatus) part["status"] = status;
  return part;
}

interface PartOptions extends Retention {
  readonly collectsStatus: boolean;
}

/** Who wrote it, without what they wrote: that alone is most of an object's bytes. */
function withManagers(metadata: JsonRecord, managedFields: unknown): JsonRecord {
  if (!Array.isArray(managedFields)) return metadata;
  const managers = managedFields.filter(isRecord).map(({ manager, operation }) => ({ manager, operation }));
  return { ...metadata, managedFields: managers };
}
