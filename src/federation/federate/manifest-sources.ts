import { ExitCode, FedctlError } from "../../errors.ts";
import type { UnknownObject } from "../../kube/objects.ts";
import { isRecord, without } from "../json-data.ts";
import type { JsonRecord } from "../json-data.ts";
import type { ManifestDocument } from "./manifests.ts";

/** An object of a manifest, which names what it is. */
export interface ManifestSource {
  /** `pods.yaml, document 2, item 3`. */
  readonly where: string;
  readonly object: UnknownObject & { readonly apiVersion: string; readonly kind: string };
}

/** The object of a document, or those of its list. @throws FedctlError Usage saying what is missing */
export function sourcesOf({ value, where }: ManifestDocument): ManifestSource[] {
  if (!isRecord(value)) throw notAnObject(where, "it is no mapping");
  const items = itemsOf(value);
  if (items === undefined) return [{ where, object: requireObject(value, where) }];
  return items.flatMap((item, index) => sourcesOf({ value: item, where: `${where}, item ${index + 1}` }));
}

/** Undefined for what is no list. A custom type may be called `AllowList` and have items: then it has a name. */
function itemsOf(document: JsonRecord): readonly unknown[] | undefined {
  const { kind, apiVersion, metadata } = document;
  const items: readonly unknown[] | undefined = Array.isArray(document["items"]) ? document["items"] : undefined;
  if (kind === "List") return items ?? [];
  const isNamed = isRecord(metadata) && isText(metadata["name"]);
  if (typeof kind !== "string" || !kind.endsWith("List") || items === undefined || isNamed) return undefined;
  // The items of a typed list, such as a ConfigMapList, need not name their kind.
  const common = { apiVersion, kind: kind.slice(0, -"List".length) };
  return items.map((item) => (isRecord(item) ? { ...common, ...item } : item));
}

function requireObject(document: JsonRecord, where: string): ManifestSource["object"] {
  const { kind, apiVersion, metadata } = document;
  if (!isText(kind)) throw notAnObject(where, "it has no kind");
  if (!isText(apiVersion)) throw notAnObject(where, `the ${kind} has no apiVersion`);
  if (!isRecord(metadata) || !isText(metadata["name"])) throw notAnObject(where, `the ${kind} has no metadata.name`);
  checkMetadata(metadata, `${kind} "${metadata["name"]}"`, where);
  return { ...document, apiVersion, kind, metadata: metadataOf(metadata) };
}

function checkMetadata(metadata: JsonRecord, label: string, where: string): void {
  const { namespace } = metadata;
  if (namespace !== undefined && namespace !== null && typeof namespace !== "string") {
    throw notAnObject(where, `metadata.namespace of ${label} is no text`);
  }
  for (const field of ["labels", "annotations"]) {
    const texts = metadata[field] ?? {};
    if (!isRecord(texts) || !Object.values(texts).every((text) => typeof text === "string")) {
      throw notAnObject(where, `metadata.${field} of ${label} are not texts`);
    }
  }
}

/** Null and the empty namespace mean none, as in Go. */
function metadataOf(metadata: JsonRecord): NonNullable<UnknownObject["metadata"]> {
  const empty = Object.keys(metadata).filter((field) => metadata[field] === null || metadata[field] === "");
  return without(metadata, empty);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function notAnObject(where: string, reason: string): FedctlError {
  return new FedctlError("Usage", `${where} is no Kubernetes object: ${reason}`, {
    exitCode: ExitCode.Usage,
    hint: "nothing was printed; correct the file and run the command again",
  });
}
