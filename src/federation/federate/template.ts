import type { ResourceType } from "../../kube/kube-api.ts";
import type { UnknownObject } from "../../kube/objects.ts";
import { managedLabel } from "../kubefed-types.ts";
import { changeRecord, isRecord, sameJson, without } from "../json-data.ts";
import type { JsonRecord } from "../json-data.ts";
import { scrub } from "./scrubbers.ts";

type Kind = Pick<ResourceType, "group" | "kind">;

/**
 * The template of an object: the object without identity and status, of its metadata only the labels (the sync controller
 * refuses more), and without what cannot hold in another cluster. Shares what it can with `source`.
 */
export function templateOf(source: UnknownObject, kind: Kind): JsonRecord {
  const body = without(source, ["apiVersion", "kind", "status", "metadata"]);
  const labels = labelsOf(source);
  return scrub(labels === undefined ? body : { ...body, metadata: { labels } }, kind);
}

function labelsOf(source: UnknownObject): JsonRecord | undefined {
  const labels = without(source.metadata?.labels ?? {}, [managedLabel]);
  return Object.keys(labels).length === 0 ? undefined : labels;
}

/** Notes that tools and controllers keep for themselves in each cluster; nobody misses them in a template. */
const bookkeeping = [
  "kubectl.kubernetes.io/last-applied-configuration",
  "deployment.kubernetes.io/revision",
  "deployment.kubernetes.io/desired-replicas",
  "deployment.kubernetes.io/max-replicas",
  "deprecated.daemonset.template.generation",
  "control-plane.alpha.kubernetes.io/leader",
  "pv.kubernetes.io/bind-completed",
  "pv.kubernetes.io/bound-by-controller",
  "pv.kubernetes.io/provisioned-by",
  "volume.beta.kubernetes.io/storage-provisioner",
  "volume.kubernetes.io/storage-provisioner",
  "volume.kubernetes.io/selected-node",
  "volume.kubernetes.io/storage-resizer",
  "batch.kubernetes.io/job-tracking",
  "endpoints.kubernetes.io/last-change-trigger-time",
];

/**
 * The keys of an object's annotations, which no template can carry, but for those that nobody would miss.
 * Keys only: values may hold secrets (B-FD11).
 */
export function annotationKeys(source: UnknownObject): string[] {
  const keys = Object.keys(source.metadata?.annotations ?? {});
  return keys.filter((key) => !bookkeeping.includes(key)).sort();
}

/**
 * Whether a federated object already holds this template. One that kubefedctl made holds fields that `scrub` removes:
 * these, and replicas under retainReplicas, which the members own, are no difference.
 */
export function holdsTemplate(existingSpec: JsonRecord, template: JsonRecord, kind: Kind): boolean {
  const existing = existingSpec["template"];
  if (!isRecord(existing)) return false;
  if (sameJson(existing, template)) return true;
  const rules = { retainReplicas: existingSpec["retainReplicas"] === true };
  return sameJson(comparableTemplate(existing, kind, rules), comparableTemplate(template, kind, rules));
}

/** A template without what is no difference. */
export function comparableTemplate(
  template: UnknownObject,
  kind: Kind,
  { retainReplicas }: { readonly retainReplicas: boolean },
): JsonRecord {
  const scrubbed = templateOf(template, kind);
  return retainReplicas ? withoutReplicas(scrubbed) : scrubbed;
}

function withoutReplicas(template: JsonRecord): JsonRecord {
  return changeRecord(template, "spec", (spec) => without(spec, ["replicas"]));
}
