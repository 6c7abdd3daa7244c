import type { ResourceType } from "../../kube/kube-api.ts";
import { changeItems, changeRecord, isRecord, without, withoutEmpty } from "../json-data.ts";
import type { JsonRecord } from "../json-data.ts";

type Scrubber = (template: JsonRecord) => JsonRecord;

/**
 * Removes from a template what a server or controller of the source cluster assigned and what cannot hold, or would be
 * refused, in another cluster (B-FD6, decision 0021). Kinds are told by group and kind: a custom `Service` is left alone.
 */
export function scrub(template: JsonRecord, type: Pick<ResourceType, "group" | "kind">): JsonRecord {
  return scrubbers.get(`${type.group}/${type.kind}`)?.(template) ?? template;
}

const scrubbers: ReadonlyMap<string, Scrubber> = new Map<string, Scrubber>([
  ["/Namespace", (template) => inSpec(template, (spec) => without(spec, ["finalizers"]))],
  ["/ServiceAccount", scrubServiceAccount],
  ["/Service", (template) => inSpec(template, scrubServiceSpec)],
  ["/PersistentVolumeClaim", (template) => inSpec(template, (spec) => without(spec, ["volumeName"]))],
  ["/PersistentVolume", (template) => inSpec(template, scrubVolumeSpec)],
  ["/Pod", (template) => inSpec(template, scrubPodSpec)],
  ["batch/Job", scrubJob],
]);

function inSpec(template: JsonRecord, change: Scrubber): JsonRecord {
  return changeRecord(template, "spec", change);
}

/** Token and image pull secrets that controllers made (the latter OpenShift's), which are others in each cluster. */
function scrubServiceAccount(template: JsonRecord): JsonRecord {
  return withoutItems(
    without(template, ["secrets"]),
    "imagePullSecrets",
    (item) => isRecord(item) && typeof item["name"] === "string" && /-dockercfg-[a-z0-9]{5}$/.test(item["name"]),
  );
}

/** A cluster IP belongs to one cluster; `None` is no address but the wish for a headless service, and stays. */
function scrubServiceSpec(spec: JsonRecord): JsonRecord {
  const addresses = spec["clusterIP"] === "None" ? ["clusterIPs"] : ["clusterIP", "clusterIPs"];
  const kept = without(spec, [...addresses, "healthCheckNodePort"]);
  return changeItems(kept, "ports", (port) => without(port, ["nodePort"]));
}

/** A claim is found again by name; its UID is another one in each cluster. */
function scrubVolumeSpec(spec: JsonRecord): JsonRecord {
  return changeRecord(spec, "claimRef", (claim) => without(claim, ["uid", "resourceVersion"]));
}

/**
 * Filled in by schedulers, debuggers and admission. A priority or overhead that is not what the other cluster's own classes
 * come to is refused by its admission.
 */
const assignedToPods = ["nodeName", "ephemeralContainers", "priority", "preemptionPolicy", "overhead"];

/** What each cluster gives a Pod by itself, and what this one chose. */
function scrubPodSpec(spec: JsonRecord): JsonRecord {
  const volumes = tokenVolumesOf(spec);
  const ofToken = (item: unknown) => isRecord(item) && volumes.has(item["name"]);
  const kept = withoutItems(without(spec, assignedToPods), "volumes", ofToken);
  return ["containers", "initContainers"].reduce(
    (changed, field) => changeItems(changed, field, (container) => withoutItems(container, "volumeMounts", ofToken)),
    kept,
  );
}

const tokenVolume = /^kube-api-access-[a-z0-9]{5}$/;
/** Before Kubernetes 1.21: a secret that is mounted under its own generated name. */
const legacyTokenVolume = /-token-[a-z0-9]{5}$/;

/** Names of the volumes that hold the service account's token. */
function tokenVolumesOf(spec: JsonRecord): ReadonlySet<unknown> {
  const volumes: readonly unknown[] = Array.isArray(spec["volumes"]) ? spec["volumes"] : [];
  return new Set(
    volumes
      .filter(isRecord)
      .filter(isTokenVolume)
      .map(({ name }) => name),
  );
}

function isTokenVolume({ name, projected, secret }: JsonRecord): boolean {
  if (typeof name !== "string") return false;
  if (isRecord(projected)) return tokenVolume.test(name);
  return isRecord(secret) && secret["secretName"] === name && legacyTokenVolume.test(name);
}

/** An array that becomes empty goes: the server would not have written one. */
function withoutItems(record: JsonRecord, field: string, remove: (item: unknown) => boolean): JsonRecord {
  const items: unknown = record[field];
  if (!Array.isArray(items) || !items.some(remove)) return record;
  const kept = items.filter((item) => !remove(item));
  return kept.length === 0 ? without(record, [field]) : { ...record, [field]: kept };
}

const jobLabels = ["controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"];

/** The server derives selector and labels from the Job's UID, unless the user took that over with `manualSelector`. */
function scrubJob(template: JsonRecord): JsonRecord {
  const spec = template["spec"];
  if (!isRecord(spec) || spec["manualSelector"] === true) return template;
  return withoutJobLabels({
    ...template,
    spec: changeRecord(without(spec, ["selector"]), "template", withoutJobLabels),
  });
}

function withoutJobLabels(record: JsonRecord): JsonRecord {
  const changed = changeRecord(record, "metadata", (metadata) =>
    withoutEmpty(
      changeRecord(metadata, "labels", (labels) => without(labels, jobLabels)),
      "labels",
    ),
  );
  return withoutEmpty(changed, "metadata");
}
