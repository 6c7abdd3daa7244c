import { decodeGoBase64 } from "./go-base64.ts";
import { TextError } from "./text-error.ts";

/**
 * Typed reading of JSON-like data with the errors of Go's decoder, which name the innermost Go struct and the key path.
 * Go reports the first mismatch in the order of the keys' names, so decoders ask for their fields in that order.
 */
export interface Place {
  /** The Go struct that holds the value: `Context`. */
  readonly struct: string;
  /** Keys from the top: `contexts.context.namespace`. Lists add nothing. */
  readonly path: string;
}

/** The fields of one object; each read gives Go's zero value for an absent or null key. */
export interface Fields {
  string(key: string): string;
  boolean(key: string): boolean;
  bytes(key: string): Buffer | undefined;
  strings(key: string): readonly string[];
  stringMap(key: string): ReadonlyMap<string, string>;
  /** `goType` names the struct in errors: `v1.Cluster`. */
  struct<T>(key: string, goType: string, decode: (fields: Fields) => T): T;
  /** The same for a pointer: undefined for an absent or null key. */
  optionalStruct<T>(key: string, goType: string, decode: (fields: Fields) => T): T | undefined;
  list<T>(key: string, goType: string, decode: (fields: Fields) => T): readonly T[];
  map<T>(key: string, goType: string, decode: (value: unknown, place: Place) => T): ReadonlyMap<string, T>;
  raw(key: string): unknown;
}

/** Opens an object for reading; null is an empty one. @throws TextError when it is something else */
export function openStruct(value: unknown, goType: string, place: Place): Fields {
  return fieldsOf(asMap(value, goType, place) ?? new Map(), structName(goType), place.path);
}

function fieldsOf(entries: ReadonlyMap<string, unknown>, struct: string, path: string): Fields {
  const at = (key: string): Place => ({ struct, path: path === "" ? key : `${path}.${key}` });
  return {
    string: (key) => asString(entries.get(key), at(key)),
    boolean: (key) => asBoolean(entries.get(key), at(key)),
    bytes: (key) => asBytes(entries.get(key), at(key)),
    strings: (key) => asStrings(entries.get(key), at(key)),
    stringMap: (key) => asTypedMap(entries.get(key), "map[string]string", { place: at(key), decode: asString }),
    struct: (key, goType, decode) => decode(openStruct(entries.get(key), goType, at(key))),
    optionalStruct: (key, goType, decode) => {
      const value = entries.get(key) ?? undefined;
      return value === undefined ? undefined : decode(openStruct(value, goType, at(key)));
    },
    list: (key, goType, decode) =>
      asList(entries.get(key), `[]${goType}`, at(key)).map((item) => decode(openStruct(item, goType, at(key)))),
    map: (key, goType, decode) => asTypedMap(entries.get(key), goType, { place: at(key), decode }),
    raw: (key) => entries.get(key) ?? null,
  };
}

/** `v1.NamedCluster` is called NamedCluster where it holds the mismatch. */
function structName(goType: string): string {
  return goType.replace(/^.*\./, "");
}

function asString(value: unknown, place: Place): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "string") throw mismatch(value, "string", place);
  return value;
}

function asBoolean(value: unknown, place: Place): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== "boolean") throw mismatch(value, "bool", place);
  return value;
}

function asBytes(value: unknown, place: Place): Buffer | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw mismatch(value, "[]uint8", place);
  return value === "" ? undefined : decodeGoBase64(value);
}

/** A list of strings; null is empty. @throws TextError */
export function asStrings(value: unknown, place: Place): readonly string[] {
  return asList(value, "[]string", place).map((item) => asString(item, place));
}

function asList(value: unknown, goType: string, place: Place): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw mismatch(value, goType, place);
  return value;
}

function asMap(value: unknown, goType: string, place: Place): ReadonlyMap<string, unknown> | undefined {
  if (value === undefined || value === null) return undefined;
  if (!(value instanceof Map)) throw mismatch(value, goType, place);
  return value;
}

interface Item<T> {
  readonly place: Place;
  readonly decode: (value: unknown, place: Place) => T;
}

function asTypedMap<T>(value: unknown, goType: string, { place, decode }: Item<T>): ReadonlyMap<string, T> {
  const entries = [...(asMap(value, goType, place) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(entries.map(([key, item]) => [key, decode(item, place)]));
}

function mismatch(value: unknown, goType: string, { struct, path }: Place): TextError {
  const target = path === "" ? `Go value of type ${goType}` : `Go struct field ${struct}.${path} of type ${goType}`;
  return new TextError(`json: cannot unmarshal ${jsonKind(value)} into ${target}`);
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "number";
  return typeof value;
}
