import { isRecord, type JsonRecord } from "../federation/json-data.ts";
import type { ResourceType } from "../kube/kube-api.ts";

/** What servers and controllers of a member fill into objects of one kind, where a template leaves it out or cannot know it. */
export interface AllocatedFields {
  /** Puts what the member's object has into what it is to be. */
  readonly retain: (desired: JsonRecord, live: JsonRecord) => JsonRecord;
  /** All of the member's object that `retain` looks at. */
  readonly part: (live: JsonRecord) => JsonRecord;
}

/** Undefined for kinds of which nothing is allocated. */
export function allocatedFields({ group, kind }: Pick<ResourceType, "group" | "kind">): AllocatedFields | undefined {
  return kinds.get(`${group}/${kind}`);
}

function recordAt(record: JsonRecord, field: string): JsonRecord {
  const nested = record[field];
  return isRecord(nested) ? nested : {};
}

/** `desired` with those of the fields that it lacks and `live` has. */
function filledIn(desired: JsonRecord, live: JsonRecord, fields: readonly string[]): JsonRecord {
  const missing = fields.filter((field) => isAbsent(desired[field]) && !isAbsent(live[field]));
  return { ...desired, ...Object.fromEntries(missing.map((field) => [field, live[field]])) };
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function retainService(desired: JsonRecord, live: JsonRecord): JsonRecord {
  const from = recordAt(live, "spec");
  const wanted = recordAt(desired, "spec");
  const { healthCheckNodePort, ports } = from;
  // A name elsewhere has no address, and a server refuses one that is given.
  const spec: Record<string, unknown> = { ...wanted, ...(wanted["type"] !== "ExternalName" && addressesOf(from)) };
  if (typeof healthCheckNodePort === "number" && healthCheckNodePort > 0) {
    spec["healthCheckNodePort"] = healthCheckNodePort;
  }
  if (hasNodePorts(wanted) && Array.isArray(ports) && Array.isArray(wanted["ports"])) {
    spec["ports"] = retainNodePorts(wanted["ports"], ports);
  }
  return { ...desired, spec };
}

function addressesOf({ clusterIP, clusterIPs }: JsonRecord): JsonRecord {
  return {
    ...(typeof clusterIP === "string" && clusterIP !== "" && { clusterIP }),
    ...(Array.isArray(clusterIPs) && clusterIPs.length > 0 && { clusterIPs }),
  };
}

/** Of other types a server refuses node ports, unless they are all that the Service had. */
function hasNodePorts({ type }: JsonRecord): boolean {
  return type === "NodePort" || type === "LoadBalancer";
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

/** Made of the UID of the Job, so that each cluster has its own; immutable, as is the number of completions. */
const jobLabels = ["controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"];

function retainJob(desired: JsonRecord, live: JsonRecord): JsonRecord {
  const [wanted, from] = [recordAt(desired, "spec"), recordAt(live, "spec")];
  if (wanted["manualSelector"] === true) return desired;
  const spec = filledIn(wanted, from, ["selector", "completions"]);
  const template = recordAt(wanted, "template");
  const metadata = recordAt(template, "metadata");
  const labels = filledIn(recordAt(metadata, "labels"), podLabelsOf(from), jobLabels);
  return { ...desired, spec: { ...spec, template: { ...template, metadata: { ...metadata, labels } } } };
}

function podLabelsOf(spec: JsonRecord): JsonRecord {
  return recordAt(recordAt(recordAt(spec, "template"), "metadata"), "labels");
}

function jobPart(live: JsonRecord): JsonRecord {
  const spec = recordAt(live, "spec");
  const { selector, completions } = spec;
  return { spec: { selector, completions, template: { metadata: { labels: podLabelsOf(spec) } } } };
}

const claimFields = ["volumeName", "storageClassName"];

function retainClaim(desired: JsonRecord, live: JsonRecord): JsonRecord {
  return { ...desired, spec: filledIn(recordAt(desired, "spec"), recordAt(live, "spec"), claimFields) };
}

/** Without it, a volume that is in use would be given to somebody else. A template may name the claim, but not which one of that name. */
function retainClaimRef(desired: JsonRecord, live: JsonRecord): JsonRecord {
  const wanted = recordAt(desired, "spec");
  const bound = recordAt(recordAt(live, "spec"), "claimRef");
  const named = recordAt(wanted, "claimRef");
  const isOther = ["name", "namespace"].some((field) => !isAbsent(named[field]) && named[field] !== bound[field]);
  if (isOther || Object.keys(bound).length === 0) return desired;
  return { ...desired, spec: { ...wanted, claimRef: { ...bound, ...named } } };
}

/** The rules of a role that is made of others are the member's. */
function retainRules(desired: JsonRecord, live: JsonRecord): JsonRecord {
  if (!isRecord(desired["aggregationRule"]) || !Array.isArray(live["rules"])) return desired;
  return { ...desired, rules: live["rules"] };
}

const kinds: ReadonlyMap<string, AllocatedFields> = new Map<string, AllocatedFields>([
  ["/Service", { retain: retainService, part: ({ spec }) => ({ spec }) }],
  ["/ServiceAccount", { retain: retainSecrets, part: ({ secrets }) => ({ secrets }) }],
  ["batch/Job", { retain: retainJob, part: jobPart }],
  [
    "/PersistentVolumeClaim",
    { retain: retainClaim, part: (live) => ({ spec: filledIn({}, recordAt(live, "spec"), claimFields) }) },
  ],
  [
    "/PersistentVolume",
    { retain: retainClaimRef, part: (live) => ({ spec: filledIn({}, recordAt(live, "spec"), ["claimRef"]) }) },
  ],
  [
    "rbac.authorization.k8s.io/ClusterRole",
    {
      retain: retainRules,
      part: ({ aggregationRule, rules }) => (isRecord(aggregationRule) ? { rules } : {}),
    },
  ],
]);
