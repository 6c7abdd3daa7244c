import { parseAllDocuments } from "yaml";
import type { ScalarTag, Tags } from "yaml";
import { TextError } from "./text-error.ts";

/** Numbers that Go reads and YAML 1.1 does not know: `0o17`, `0X1F`, `0B11`. */
const goInteger: ScalarTag = {
  identify: () => false,
  default: true,
  tag: "tag:yaml.org,2002:int",
  test: /^[-+]?0(?:[oO][0-7_]+|X[0-9a-fA-F_]+|B[01_]+)$/,
  resolve(source) {
    const digits = source.replaceAll("_", "").replace(/^[-+]/, "").toLowerCase();
    const value = BigInt(digits);
    return source.startsWith("-") ? -value : value;
  },
};

/** A lone dot or sign with a dot is a float in YAML 1.1 and a string in Go. */
const loneDot: ScalarTag = {
  identify: () => false,
  default: true,
  tag: "tag:yaml.org,2002:str",
  test: /^[-+]?\._*$/,
  resolve: (source) => source,
};

/**
 * The first document of a YAML 1.1 (or JSON) stream as plain data: null, boolean, number, bigint beyond 2^53, string, array, Map.
 * Scalars resolve as Go's parser does; repeated keys: the last wins.
 * @throws TextError
 */
export function parseYamlDocument(text: string): unknown {
  const documents = parseAllDocuments(text, {
    version: "1.1",
    merge: true,
    uniqueKeys: false,
    intAsBigInt: true,
    logLevel: "silent",
    customTags: (tags: Tags): Tags => [loneDot, goInteger, ...tags.filter((tag) => !isTimeTag(tag))],
  });
  const first = documents[0];
  if (first === undefined) return null;
  const error = first.errors[0];
  if (error !== undefined) throw new TextError(`yaml: line ${lineOf(error)}: ${reasonOf(error)}`);
  return jsonable(toData(first));
}

/** Dates and `1:30` are strings to Go. */
function isTimeTag(tag: Tags[number]): boolean {
  return typeof tag !== "string" && (tag.tag.includes("timestamp") || ("format" in tag && tag.format === "TIME"));
}

function toData(document: { toJS(options: { mapAsMap: boolean }): unknown }): unknown {
  try {
    return document.toJS({ mapAsMap: true });
  } catch (error) {
    // Aliases are resolved only here; the message names the anchor.
    throw new TextError(`yaml: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** libyaml's wording, as client-go prints it, for the parser's findings. Without any piece of the text: it may be a secret. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/^Flow sequence .*must be sufficiently indented/, "did not find expected ',' or ']'"],
  [/^Flow map .*must be sufficiently indented/, "did not find expected ',' or '}'"],
  [/^All sequence items/, "did not find expected '-' indicator"],
  [/^Nested mappings are not allowed/, "mapping values are not allowed in this context"],
  [/^Implicit keys need to be on a single line/, "mapping values are not allowed in this context"],
  [/^Implicit map keys need to be followed/, "could not find expected ':'"],
  [/^Missing closing/, "found unexpected end of stream"],
  [/^Plain value cannot start/, "found character that cannot start any token"],
  [/^Tabs are not allowed/, "found character that cannot start any token"],
  [/^Unexpected block-seq-ind/, "block sequence entries are not allowed in this context"],
];

/** What is used of the parser's error class. */
interface ParseError {
  readonly message: string;
  readonly linePos?: readonly { readonly line: number }[];
}

function reasonOf(error: ParseError): string {
  return reasons.find(([pattern]) => pattern.test(error.message))?.[1] ?? "did not find expected key";
}

function lineOf(error: ParseError): number {
  return error.linePos?.[0]?.line ?? 1;
}

/** What survives Go's way through JSON: string keys, finite numbers, plain integers. */
function jsonable(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value === "number" && !Number.isFinite(value))
    throw new TextError(`json: unsupported value: ${goFloat(value)}`);
  if (Array.isArray(value)) return value.map(jsonable);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [keyText(key), jsonable(item)]));
  if (value instanceof Set) return new Map([...value].map((key) => [keyText(key), null]));
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  return value;
}

function keyText(key: unknown): string {
  if (typeof key === "string") return key;
  if (typeof key === "boolean" || typeof key === "number" || typeof key === "bigint") return String(key);
  throw new TextError("unsupported map key: only strings, numbers and booleans can be keys");
}

function goFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}
