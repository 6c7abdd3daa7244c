import { TextError } from "./text-error.ts";

interface TypeMeta {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * Reads `kind` and `apiVersion` as client-go does before anything else; absent ones stand for the expected ones.
 * Returns the complaint about another kind, so that the caller can order it; throws when they cannot be read at all.
 */
export function requireKind(document: unknown, expected: TypeMeta): TextError | undefined {
  const { apiVersion, kind } = readTypeMeta(document);
  if ((kind === "" || kind === expected.kind) && (apiVersion === "" || apiVersion === expected.apiVersion)) {
    return undefined;
  }
  return new TextError(
    `no kind "${kind === "" ? expected.kind : kind}" is registered for version "${apiVersion === "" ? expected.apiVersion : apiVersion}"`,
  );
}

/** @throws TextError `couldn't get version/kind; …` when the document is no object or these keys are no strings */
export function readTypeMeta(document: unknown): TypeMeta {
  if (document === null || document === undefined) return { apiVersion: "", kind: "" };
  if (!(document instanceof Map)) throw unreadable(`${jsonKind(document)} into Go value of type ${typeMetaStruct}`);
  return { apiVersion: text(document, "apiVersion"), kind: text(document, "kind") };
}

/** How Go prints the anonymous struct that client-go reads these two keys into. */
const typeMetaStruct =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

function text(document: ReadonlyMap<unknown, unknown>, key: string): string {
  const value = document.get(key) ?? "";
  if (typeof value !== "string") throw unreadable(`${jsonKind(value)} into Go struct field .${key} of type string`);
  return value;
}

function unreadable(what: string): TextError {
  return new TextError(`couldn't get version/kind; json parse error: json: cannot unmarshal ${what}`);
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (value instanceof Map) return "object";
  return typeof value === "boolean" ? "bool" : typeof value;
}
