import { isRecord, type JsonRecord, without } from "../federation/json-data.ts";

/** One operation of an RFC 6902 patch, of the three that overrides may use. */
export interface PatchOperation {
  readonly op: "add" | "remove" | "replace";
  readonly path: string;
  /** Absent is null. */
  readonly value?: unknown;
}

/** An operation that cannot be applied, in words. */
export class PatchError extends Error {
  override readonly name = "PatchError";
}

/**
 * Applies one operation as the json-patch library (v4) of KubeFed does, which is more lenient than the RFC: `replace` of a missing
 * field adds it, `add` of an existing one overwrites it, and a negative index counts from the end.
 * @returns a changed copy; what is not on the path is shared
 * @throws PatchError
 */
export function applyOperation(document: JsonRecord, operation: PatchOperation): JsonRecord {
  const { path } = operation;
  if (!path.startsWith("/")) throw new PatchError(`path "${path}" does not begin with "/"`);
  const tokens = path.slice(1).split("/").map(decodeToken);
  return changeAt(document, tokens, operation) as JsonRecord; // A change below the root leaves an object an object.
}

function decodeToken(token: string): string {
  return token.replaceAll("~1", "/").replaceAll("~0", "~");
}

function changeAt(node: unknown, tokens: readonly string[], operation: PatchOperation): unknown {
  const [token = "", ...rest] = tokens;
  if (Array.isArray(node)) {
    return rest.length === 0 ? changeItem(node, token, operation) : changeWithinArray(node, tokens, operation);
  }
  if (!isRecord(node)) throw missing(operation);
  if (rest.length === 0) return changeField(node, token, operation);
  if (!Object.hasOwn(node, token)) throw missing(operation);
  return { ...node, [token]: changeAt(node[token], rest, operation) };
}

function changeWithinArray(
  items: readonly unknown[],
  [token = "", ...rest]: readonly string[],
  operation: PatchOperation,
): unknown {
  const index = indexOf(token, items.length - 1, operation);
  return items.with(index, changeAt(items[index], rest, operation));
}

function changeField(record: JsonRecord, field: string, { op, path, value = null }: PatchOperation): JsonRecord {
  if (op !== "remove") return { ...record, [field]: value };
  if (!Object.hasOwn(record, field)) throw new PatchError(`there is nothing at path "${path}" to remove`);
  return without(record, [field]);
}

function changeItem(items: readonly unknown[], token: string, operation: PatchOperation): readonly unknown[] {
  const { op, value = null } = operation;
  if (op === "add") {
    if (token === "-") return [...items, value];
    return items.toSpliced(indexOf(token, items.length, operation), 0, value);
  }
  const index = indexOf(token, items.length - 1, operation);
  return op === "remove" ? items.toSpliced(index, 1) : items.with(index, value);
}

function indexOf(token: string, last: number, { path }: PatchOperation): number {
  if (!/^[+-]?\d+$/.test(token)) throw new PatchError(`"${token}" in path "${path}" is no index of a list`);
  const index = Number(token) < 0 ? Number(token) + last + 1 : Number(token);
  if (index < 0 || index > last) throw new PatchError(`index ${token} in path "${path}" is beyond the list`);
  return index;
}

function missing({ path }: PatchOperation): PatchError {
  return new PatchError(`there is nothing that could hold path "${path}"`);
}
