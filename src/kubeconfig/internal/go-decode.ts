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
  return new StructFields(asMap(value, goType, place) ?? noEntries, goType, place.path);
}

const noEntries: ReadonlyMap<string, unknown> = new Map();

/** A class, and places made only for who needs them: a kubeconfig may hold tens of thousands of these. */
class StructFields implements Fields {
  readonly #entries: ReadonlyMap<string, unknown>;
  readonly #goType: string;
  readonly #path: string;

  constructor(entries: ReadonlyMap<string, unknown>, goType: string, path: string) {
    this.#entries = entries;
    this.#goType = goType;
    this.#path = path;
  }

  string(key: string): string {
    const value = this.#present(key);
    return value === undefined || typeof value === "string" ? (value ?? "") : asString(value, this.#at(key));
  }

  boolean(key: string): boolean {
    const value = this.#present(key) ?? false;
    if (typeof value !== "boolean") throw mismatch(value, "bool", this.#at(key));
    return value;
  }

  bytes(key: string): Buffer | undefined {
    const value = this.#present(key) ?? "";
    if (typeof value !== "string") throw mismatch(value, "[]uint8", this.#at(key));
    return value === "" ? undefined : decodeGoBase64(value);
  }

  strings(key: string): readonly string[] {
    const value = this.#present(key);
    return value === undefined ? [] : asStrings(value, this.#at(key));
  }

  stringMap(key: string): ReadonlyMap<string, string> {
    return this.#typedMap(key, "map[string]string", asString);
  }

  struct<T>(key: string, goType: string, decode: (fields: Fields) => T): T {
    return decode(openStruct(this.#present(key), goType, this.#at(key)));
  }

  optionalStruct<T>(key: string, goType: string, decode: (fields: Fields) => T): T | undefined {
    return this.#present(key) === undefined ? undefined : this.struct(key, goType, decode);
  }

  list<T>(key: string, goType: string, decode: (fields: Fields) => T): readonly T[] {
    const value = this.#present(key);
    if (value === undefined) return [];
    const place = this.#at(key);
    return asList(value, `[]${goType}`, place).map((item) => decode(openStruct(item, goType, place)));
  }

  map<T>(key: string, goType: string, decode: (value: unknown, place: Place) => T): ReadonlyMap<string, T> {
    return this.#typedMap(key, goType, decode);
  }

  raw(key: string): unknown {
    return this.#entries.get(key) ?? null;
  }

  /** null is as good as absent. */
  #present(key: string): unknown {
    return this.#entries.get(key) ?? undefined;
  }

  #at(key: string): Place {
    return { struct: structName(this.#goType), path: this.#path === "" ? key : `${this.#path}.${key}` };
  }

  #typedMap<T>(key: string, goType: string, decode: Item<T>["decode"]): ReadonlyMap<string, T> {
    const value = this.#present(key);
    return value === undefined ? new Map() : asTypedMap(value, goType, { place: this.#at(key), decode });
  }
}

/** `v1.NamedCluster` is called NamedCluster where it holds the mismatch. */
function structName(goType: string): string {
  return goType.slice(goType.lastIndexOf(".") + 1);
}

function asString(value: unknown, place: Place): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "string") throw mismatch(value, "string", place);
  return value;
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
