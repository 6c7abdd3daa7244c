import { ExitCode, FedctlError } from "../errors.ts";
import { parseJsonStream } from "./json-stream.ts";
import { YamlError, yamlDocuments } from "./yaml-documents.ts";

/** A document of a manifest file. */
export interface ManifestDocument {
  /** For messages: `pods.yaml, document 2`. */
  readonly where: string;
  /** JSON data, but for whole numbers beyond 2^53, which are bigint. */
  readonly value: unknown;
}

/**
 * The documents of a manifest file as kubectl reads it: YAML documents between lines `---`, or JSON values one after the
 * other. Documents without content are left out, and counted all the same, but for what stands before the first `---`.
 * @throws FedctlError Usage naming file, document and line, and nothing of the text
 */
export function readManifestDocuments(text: string, file: string): readonly ManifestDocument[] {
  const source = file === "-" ? "standard input" : file;
  return chunksOf(text.replace(/^\uFEFF/, "")).flatMap((chunk, index) =>
    valuesOf(chunk, `${source}, document ${index + 1}`),
  );
}

interface Chunk {
  readonly text: string;
  /** Lines of the file before it. */
  readonly linesBefore: number;
  /** Its separator has something behind it that is no comment. */
  readonly isBroken: boolean;
}

/** A separator is a line that begins with `---`, whatever stands around it: kubectl's rule, which is stricter than YAML's. */
function chunksOf(text: string): readonly Chunk[] {
  const lines = text.split("\n");
  const starts = lines.flatMap((line, index) => (line.startsWith("---") ? [index] : []));
  // With the line end before the next separator: it belongs to the last line.
  const textOf = (from: number, to: number | undefined): string =>
    lines.slice(from, to).join("\n") + (to === undefined || to === from ? "" : "\n");
  const first: Chunk = { text: textOf(0, starts[0]), linesBefore: 0, isBroken: false };
  const chunks = starts.map((start, index) => ({
    text: textOf(start + 1, starts[index + 1]),
    linesBefore: start + 1,
    isBroken: !/^---\s*(#.*)?$/.test(lines[start] ?? ""),
  }));
  // What stands before the first separator is a document only when there is something to it.
  return isBlank(first.text) && chunks.length > 0 ? chunks : [first, ...chunks];
}

/** Nothing but blank lines, comments, directives and ends of documents. */
function isBlank(text: string): boolean {
  return text.split("\n").every((line) => /^(\s*(#.*)?|%.*|\.\.\.\s*(#.*)?)$/.test(line.replace(/\r$/, "")));
}

function valuesOf({ text, linesBefore, isBroken }: Chunk, where: string): readonly ManifestDocument[] {
  if (isBroken) throw unreadable(where, linesBefore, "only a comment may follow the separator ---");
  if (isBlank(text)) return [];
  return (parseJson(text) ?? parseYaml(text, { where, linesBefore }))
    .filter((value) => value !== null)
    .map((value) => ({ where, value }));
}

function parseJson(text: string): readonly unknown[] | undefined {
  return /^\s*[{[]/.test(text) ? parseJsonStream(text) : undefined;
}

function parseYaml(
  text: string,
  { where, linesBefore }: { readonly where: string; readonly linesBefore: number },
): readonly unknown[] {
  try {
    return yamlDocuments(text).map((document) => toPlain(document.read()));
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const reason = error.message.replace(/^yaml: (line \d+: )?/, "");
    throw unreadable(where, error.line === undefined ? undefined : linesBefore + error.line, reason);
  }
}

/** Maps as plain objects; a key `__proto__` is a key like any other. */
function toPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toPlain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, item]) => [String(key), toPlain(item)]));
}

function unreadable(where: string, line: number | undefined, reason: string): FedctlError {
  const at = line === undefined ? "" : `line ${line}: `;
  return new FedctlError("Usage", `${where} cannot be read: ${at}${reason}`, {
    exitCode: ExitCode.Usage,
    hint: "nothing was printed; correct the file and run the command again",
  });
}
