import type { KubeObject } from "../objects.ts";

/**
 * True when `live` holds everything that `sent` says. Servers add fields and drop zero values, so "", 0, false, {} and []
 * match what is absent; {} matches any object. null means absent, as in a merge patch.
 */
export function contains(live: unknown, sent: unknown): boolean {
  if (sent === undefined) return true;
  if (sent === null) return isAbsent(live);
  if (Array.isArray(sent)) return containsItems(isAbsent(live) ? [] : live, sent);
  if (typeof sent === "object") return containsFields(isAbsent(live) ? {} : live, sent);
  return live === sent || (isAbsent(live) && isZero(sent));
}

/** Lists are compared whole: in most of them order and length mean something. */
function containsItems(live: unknown, sent: readonly unknown[]): boolean {
  if (!Array.isArray(live) || live.length !== sent.length) return false;
  return sent.every((item, index) => contains(live[index], item));
}

function containsFields(live: unknown, sent: object): boolean {
  if (!isRecord(live)) return false;
  return Object.entries(sent).every(([key, value]) => contains(live[key], value));
}

function isZero(value: unknown): boolean {
  return value === "" || value === 0 || value === false;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const serverOwned = ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];

/** What a created or updated object says for itself: without what the server decides, and as the server keeps it. */
export function ownWords(object: KubeObject): Readonly<Record<string, unknown>> {
  const { metadata = {}, ...rest } = dropNulls(object) as KubeObject & { status?: unknown; stringData?: unknown };
  delete rest.status;
  const meta = Object.fromEntries(Object.entries(metadata).filter(([name]) => !serverOwned.includes(name)));
  return { ...(object.kind === "Secret" ? withStoredData(rest) : rest), metadata: meta };
}

/** A Secret's stringData is write-only: the server keeps it as base64 in data. */
function withStoredData(secret: { readonly data?: unknown; stringData?: unknown }): Readonly<Record<string, unknown>> {
  const { data, stringData, ...rest } = secret;
  const encoded = Object.entries(isRecord(stringData) ? stringData : {}).map(
    ([key, text]) => [key, Buffer.from(String(text)).toString("base64")] as const,
  );
  return { ...rest, data: { ...(isRecord(data) ? data : {}), ...Object.fromEntries(encoded) } };
}

/** null in an object that is sent whole says nothing; Go writes it for empty fields. */
function dropNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropNulls);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  return Object.fromEntries(kept.map(([key, field]) => [key, dropNulls(field)]));
}
