import { isRecord, type JsonRecord, sameJson } from "../federation/json-data.ts";

/** The version of a member's object as KubeFed records it: its generation where it has one, else its resource version. */
export function objectVersion(object: JsonRecord): string {
  const metadata = metadataOf(object);
  const { generation, resourceVersion } = metadata;
  if (typeof generation === "number" && generation !== 0) return `gen:${generation}`;
  return `rv:${typeof resourceVersion === "string" ? resourceVersion : ""}`;
}

/**
 * True when the member's object is not what was last written there for the same template and overrides.
 * @param recorded of that cluster; undefined: nothing is recorded that still counts
 */
export function needsUpdate(desired: JsonRecord, live: JsonRecord, recorded: string | undefined): boolean {
  const version = objectVersion(live);
  if (recorded !== version) return true;
  // Changes of metadata do not count in a generation.
  return version.startsWith("gen:") && !sameMetadata(metadataOf(desired), metadataOf(live));
}

function metadataOf(object: JsonRecord): JsonRecord {
  const { metadata } = object;
  return isRecord(metadata) ? metadata : {};
}

function sameMetadata(desired: JsonRecord, live: JsonRecord): boolean {
  return (
    desired["name"] === live["name"] &&
    (desired["namespace"] ?? "") === (live["namespace"] ?? "") &&
    sameJson(desired["labels"] ?? {}, live["labels"] ?? {}) &&
    sameJson(desired["annotations"] ?? {}, live["annotations"] ?? {})
  );
}
