import { readPlainBlock } from "./internal/plain-block.ts";
import { parseStream } from "./internal/parse-stream.ts";
import { describeYamlError, lineOfError } from "./internal/yaml-error.ts";

/** What is wrong with a text, in the words of Go's parser. Holds no piece of the text: it may be a secret. */
export class YamlError extends Error {
  override readonly name = "YamlError";
  /** Counted from one, where it is known. Go's words count otherwise. */
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

/** A document that is syntax so far. */
export interface YamlDocument {
  /**
   * Plain data: null, boolean, number, bigint beyond 2^53, string, array, Map. Scalars resolve as Go's parser does; repeated
   * keys: the last wins.
   * @throws YamlError
   */
  read(): unknown;
}

/** The documents of a YAML 1.1 (or JSON) stream, in order. What is wrong with one does not keep the others from being read. */
export function yamlDocuments(text: string): readonly YamlDocument[] {
  const plain = readPlainBlock(text);
  if (plain !== undefined) return [{ read: () => plain }];
  return parseStream(text, { forEditing: false }).map((document) => ({
    read() {
      const [error] = document.errors;
      if (error !== undefined) throw new YamlError(describeYamlError(error, text), lineOfError(error));
      return jsonable(toData(document), []);
    },
  }));
}

function toData(document: { toJS(options: { mapAsMap: boolean }): unknown }): unknown {
  try {
    return document.toJS({ mapAsMap: true });
  } catch (error) {
    // Aliases are resolved only here.
    const anchor = error instanceof Error ? /alias\): (.*)$/.exec(error.message)?.[1] : undefined;
    throw new YamlError(
      anchor === undefined
        ? "yaml: document contains excessive aliasing"
        : `yaml: unknown anchor '${anchor}' referenced`,
    );
  }
}

/** What survives Go's way through JSON: string keys, finite numbers, plain integers. `above` are the collections around it. */
function jsonable(value: unknown, above: readonly unknown[]): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new YamlError(`json: unsupported value: ${goFloat(value)}`);
  }
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value)) throw new YamlError("yaml: anchor value contains itself");
  return collection(value, [...above, value]);
}

function collection(value: object, above: readonly unknown[]): unknown {
  if (Array.isArray(value)) return value.map((item) => jsonable(item, above));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [keyText(key), jsonable(item, above)]));
  if (value instanceof Set) return new Map([...value].map((key) => [keyText(key), null]));
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  throw new TypeError("YAML data of an unknown class");
}

function keyText(key: unknown): string {
  if (typeof key === "string") return key;
  if (typeof key === "boolean" || typeof key === "number" || typeof key === "bigint") return String(key);
  throw new YamlError("unsupported map key: only strings, numbers and booleans can be keys");
}

function goFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}
