import { CORE_SCHEMA, dump, loadAll, Type } from "js-yaml";
import { FedctlError } from "../errors.ts";

/** Whole numbers beyond 2^53, as a reader of manifests hands them out. */
const bigInteger = new Type("tag:fedctl,2026:big-integer", {
  kind: "scalar",
  resolve: () => false,
  predicate: (value: unknown) => typeof value === "bigint",
  represent: String,
});
/**
 * Texts that js-yaml would write plain, though kubectl or another reader of YAML 1.1 takes them for something else: the merge
 * key, numbers with underscores, dates. Told that they mean something, it quotes them.
 */
const notPlain = new Type("tag:fedctl,2026:not-plain", {
  kind: "scalar",
  resolve: (source: unknown) =>
    typeof source === "string" && /^(?:<<|[-+]?\d[\w.+-]*_[\w.+-]*|\d{4}-\d.*)$/.test(source),
  predicate: () => false,
});
const writingSchema = CORE_SCHEMA.extend({ implicit: [bigInteger, notPlain] });

/** Objects as kubefedctl's `-o yaml` prints them: each after a line `---`, keys sorted, no status, no creationTimestamp. */
export function renderYamlDocuments(objects: readonly unknown[]): string {
  return objects.map((object) => `---\n${dump(withoutServerFields(object), writing)}`).join("");
}

const writing = { schema: writingSchema, sortKeys: true, noRefs: true, lineWidth: -1 };

/** One value, whole, keys sorted. */
export function renderYaml(value: unknown): string {
  return dump(value, writing);
}

function withoutServerFields(object: unknown): unknown {
  if (!isRecord(object)) return object;
  const { metadata } = object;
  return without(
    { ...object, ...(isRecord(metadata) && { metadata: without(metadata, "creationTimestamp") }) },
    "status",
  );
}

function without(record: Record<string, unknown>, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The documents of a manifest stream, empty ones left out. @throws FedctlError Usage naming the source and the line */
export function parseYamlDocuments(text: string, source: string): unknown[] {
  try {
    return loadAll(text, undefined, { schema: CORE_SCHEMA }).filter(
      (document) => document !== null && document !== undefined,
    );
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : "not YAML";
    throw new FedctlError("Usage", `cannot read YAML from ${source}: ${reason}`, {
      exitCode: 2,
      cause,
      hint: "nothing was done; correct the file and run the command again",
    });
  }
}
