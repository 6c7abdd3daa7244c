import { createHash } from "node:crypto";
import { isRecord } from "../federation/json-data.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { goJson } from "./go-json.ts";
import type { PropagatedType, RecordedVersion } from "./types.ts";

/** What an object is made of, as KubeFed fingerprints it. */
export interface SourceVersions {
  readonly templateVersion: string;
  readonly overridesVersion: string;
}

/** Equal for equal templates and overrides, whichever controller computes them. */
export function sourceVersions({ spec }: UnknownObject): SourceVersions {
  if (!isRecord(spec)) return { templateVersion: "", overridesVersion: "" };
  const { template, overrides } = spec;
  return {
    templateVersion: isRecord(template) ? digest(template) : "",
    overridesVersion: digest({ overrides: Array.isArray(overrides) ? overrides.map(knownItem) : null }),
  };
}

/** Go's encoder ends what it writes with a newline. */
function digest(value: unknown): string {
  return createHash("md5")
    .update(`${goJson(value)}\n`)
    .digest("hex");
}

/** KubeFed reads overrides into structs and hashes those: other fields, and empty ones, are not in them. */
function knownItem(item: unknown): Readonly<Record<string, unknown>> {
  const { clusterName, clusterOverrides } = isRecord(item) ? item : {};
  const listed = Array.isArray(clusterOverrides) && clusterOverrides.length > 0;
  return { clusterName: clusterName ?? "", ...(listed && { clusterOverrides: clusterOverrides.map(knownOverride) }) };
}

function knownOverride(item: unknown): Readonly<Record<string, unknown>> {
  const { op, path, value } = isRecord(item) ? item : {};
  return {
    ...(op !== "" && op !== null && { op }),
    path: path ?? "",
    ...(value !== null && { value: asFloats(value) }),
  };
}

/** Of overrides KubeFed reads each number as a float64; of templates, whole ones to the last digit. */
function asFloats(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(asFloats);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([field, nested]) => [field, asFloats(nested)]));
}

/** Of the API server, for the name of a custom resource. */
const longestName = 253;

/** Name of the (Cluster)PropagatedVersion of a federated object. One that would be too long, which KubeFed cannot write, ends in a hash. */
export function versionName({ target }: PropagatedType, name: string): string {
  const whole = `${target.kind.toLowerCase()}-${name}`;
  if (whole.length <= longestName) return whole;
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, 32);
  return `${whole.slice(0, longestName - hash.length).replace(/[^a-z0-9]+$/, "")}${hash}`;
}

/** The recorded versions of clusters that still count: none, when template or overrides changed since. */
export function validVersions(
  recorded: RecordedVersion | undefined,
  source: SourceVersions,
): Readonly<Record<string, string>> {
  return recorded !== undefined && isSameSource(recorded, source) ? recorded.clusterVersions : {};
}

function isSameSource(one: SourceVersions, other: SourceVersions): boolean {
  return one.templateVersion === other.templateVersion && one.overridesVersion === other.overridesVersion;
}

/** Begins what is recorded of a cluster that still has something older: no object has such a version. */
const stale = "stale:";

export interface VersionUpdate {
  readonly source: SourceVersions;
  /** Versions of what was written or found current, by cluster. */
  readonly written: Readonly<Record<string, string>>;
  /** Clusters that have, or may have, the object: selected ones, and others that it could not be removed from yet. */
  readonly holders: ReadonlySet<string>;
}

/**
 * What is to be recorded now; undefined when that is recorded already, or there is nothing to record. A cluster that may still have
 * the object stays in the record, so that its deletion is not forgotten.
 */
export function nextVersion(
  recorded: RecordedVersion | undefined,
  { source, written, holders }: VersionUpdate,
): RecordedVersion | undefined {
  if (recorded === undefined) {
    const isEmpty = Object.keys(written).length === 0;
    return isEmpty ? undefined : { ...source, clusterVersions: written, resourceVersion: undefined };
  }
  const isValid = isSameSource(recorded, source);
  const kept = Object.entries(recorded.clusterVersions)
    .filter(([cluster]) => holders.has(cluster))
    .map(([cluster, version]) => [cluster, isValid ? version : outdated(version)]);
  const clusterVersions = { ...(Object.fromEntries(kept) as Record<string, string>), ...written };
  if (isValid && sameVersions(recorded.clusterVersions, clusterVersions)) return undefined;
  return { ...source, clusterVersions, resourceVersion: recorded.resourceVersion };
}

function outdated(version: string): string {
  return version.startsWith(stale) ? version : stale + version;
}

function sameVersions(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** The status of a (Cluster)PropagatedVersion. */
export function versionStatus({ templateVersion, overridesVersion, clusterVersions }: RecordedVersion): object {
  const entries = Object.entries(clusterVersions).sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    templateVersion,
    overridesVersion,
    clusterVersions: entries.map(([clusterName, version]) => ({ clusterName, version })),
  };
}

/** Reads a (Cluster)PropagatedVersion. */
export function readVersion({ metadata, status }: UnknownObject): RecordedVersion {
  const { templateVersion, overridesVersion, clusterVersions } = isRecord(status) ? status : {};
  const items: readonly unknown[] = Array.isArray(clusterVersions) ? clusterVersions : [];
  const pairs = items.filter(isRecord).map(({ clusterName, version }) => [clusterName, version]);
  return {
    resourceVersion: metadata?.resourceVersion,
    templateVersion: typeof templateVersion === "string" ? templateVersion : "",
    overridesVersion: typeof overridesVersion === "string" ? overridesVersion : "",
    clusterVersions: Object.fromEntries(pairs) as Record<string, string>, // The CRD has both as strings.
  };
}
