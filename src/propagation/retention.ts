import { changeRecord, isRecord, type JsonRecord, without } from "../federation/json-data.ts";
import type { ResourceType } from "../kube/kube-api.ts";
import { allocatedFields } from "./allocated-fields.ts";

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
  const allocated = allocatedFields(target);
  if (allocated !== undefined) return allocated.retain(common, live);
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

function retainReplicas(desired: JsonRecord, live: JsonRecord): JsonRecord {
  const { replicas } = recordAt(live, "spec");
  if (!Number.isInteger(replicas)) return desired;
  return changeRecord({ spec: {}, ...desired }, "spec", (spec) => ({ ...spec, replicas }));
}

/** What of a member's object decisions and retention look at: all that a controller needs to keep in memory. */
export function retainedPart(object: JsonRecord, { target, retainsReplicas, collectsStatus }: PartOptions): JsonRecord {
  const { apiVersion, kind, spec, status } = object;
  const { managedFields, ...metadata } = recordAt(object, "metadata");
  const part: Record<string, unknown> = { apiVersion, kind, metadata: withManagers(metadata, managedFields) };
  const allocated = allocatedFields(target);
  if (allocated !== undefined) Object.assign(part, allocated.part(object));
  else if (retainsReplicas && isRecord(spec)) part["spec"] = { replicas: spec["replicas"] };
  if (collectsStatus) part["status"] = status;
  return part;
}

interface PartOptions extends Retention {
  readonly collectsStatus: boolean;
}

/** Who wrote it, without what they wrote: that alone is most of an object's bytes. */
function withManagers(metadata: JsonRecord, managedFields: unknown): JsonRecord {
  if (!Array.isArray(managedFields)) return metadata;
  const managers = managedFields
    .filter(isRecord)
    .map(({ manager, operation, subresource }) => ({ manager, operation, subresource }));
  return { ...metadata, managedFields: managers };
}
