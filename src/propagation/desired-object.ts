import { isRecord, type JsonRecord, without } from "../federation/json-data.ts";
import { managedLabel } from "../federation/kubefed-types.ts";
import { apiVersionOf } from "../federation/step.ts";
import type { ResourceType } from "../kube/kube-api.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { applyOverrides, OverrideError, overridesFor } from "./overrides.ts";
import { retain } from "./retention.ts";
import type { ClusterStatus, PropagatedType } from "./types.ts";

/** What a member's object is to be, or why nobody can tell. */
export type DesiredObject =
  | { readonly ok: true; readonly object: UnknownObject }
  | { readonly ok: false; readonly status: ClusterStatus; readonly message: string };

export interface DesiredFacts {
  readonly type: PropagatedType;
  readonly federated: UnknownObject;
  readonly cluster: string;
  /** What the member has; absent when it is to be created. */
  readonly live?: JsonRecord | undefined;
}

/**
 * Fields of a template that are not propagated: controllers of the members set them, and an owner's UID means nothing in another
 * cluster, where the garbage collector would take the copy for one whose owner is gone. Overrides can set them.
 */
export const unsupportedMetadata = ["annotations", "finalizers", "ownerReferences"] as const;

/** Of the server that a template was copied from; another one refuses them, or takes them for those of its own object. */
const serversMetadata = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
];

/** The object for one cluster: the template under the federated object's name, with what the member keeps, overridden, labelled. */
export function desiredObject({ type, federated, cluster, live }: DesiredFacts): DesiredObject {
  const template = baseObject(type, federated);
  const retainsReplicas = retainsReplicasOf(federated);
  const kept = live === undefined ? template : retain(template, live, { target: type.target, retainsReplicas });
  try {
    const overridden = applyOverrides(kept, overridesFor(federated, cluster));
    return { ok: true, object: withManagedLabel(overridden) };
  } catch (error) {
    if (!(error instanceof OverrideError)) throw error;
    return { ok: false, status: "ApplyOverridesFailed", message: error.message };
  }
}

/** True when the members scale the object, and not the template. */
export function retainsReplicasOf({ spec }: UnknownObject): boolean {
  return isRecord(spec) && spec["retainReplicas"] === true;
}

export function templateOf({ spec }: UnknownObject): JsonRecord {
  const template = isRecord(spec) ? spec["template"] : undefined;
  return isRecord(template) ? template : {};
}

/** Which of {@link unsupportedMetadata} a template has. */
export function droppedMetadata(federated: UnknownObject): readonly (typeof unsupportedMetadata)[number][] {
  const { metadata } = templateOf(federated);
  if (!isRecord(metadata)) return [];
  return unsupportedMetadata.filter((field) => Object.keys(metadata[field] ?? {}).length > 0);
}

const droppedFields = [...unsupportedMetadata, ...serversMetadata];

function baseObject({ target }: PropagatedType, federated: UnknownObject): JsonRecord {
  const template = templateOf(federated);
  const { name, namespace } = federated.metadata ?? {};
  const isNamespace = target.group === "" && target.kind === "Namespace";
  const own = isRecord(template["metadata"]) ? without(template["metadata"], droppedFields) : {};
  const metadata = { ...own, name, ...(!isNamespace && namespace !== undefined && { namespace }) };
  const { apiVersion } = template;
  const isVersioned = typeof apiVersion === "string" && apiVersion !== "";
  return { ...template, apiVersion: isVersioned ? apiVersion : apiVersionOf(target), kind: target.kind, metadata };
}

/** Last of all, so that no override takes it away. */
function withManagedLabel(object: JsonRecord): UnknownObject {
  const metadata = isRecord(object["metadata"]) ? object["metadata"] : {};
  const labels = isRecord(metadata["labels"]) ? metadata["labels"] : {};
  return { ...object, metadata: { ...metadata, labels: { ...labels, [managedLabel]: "true" } } };
}

/** The type to write an object as: a template may ask for another version than the FederatedTypeConfig has. */
export function writtenType({ target }: PropagatedType, { apiVersion = "" }: UnknownObject): ResourceType {
  const [first = "", second] = apiVersion.split("/");
  return second === undefined ? { ...target, group: "", version: first } : { ...target, group: first, version: second };
}
