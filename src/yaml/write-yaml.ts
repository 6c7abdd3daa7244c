import { literalLines, type Quotes, writeFlowScalar, writeScalar } from "./internal/write-scalar.ts";

export type { Quotes } from "./internal/write-scalar.ts";

export interface Layout {
  /** Columns before a key. */
  readonly indent: number;
  readonly eol: string;
  readonly quotes?: Quotes;
}

/** Data (Maps, arrays, scalars) as a YAML text in kubectl's style, or aws's; ends in a line end. Keys stay in their order. */
export function writeYaml(value: unknown, quotes: Quotes = "kubectl"): string {
  return `${blockLines(value, { indent: 0, quotes }).join("\n")}\n`;
}

/** What follows `key:` — a blank and the value, or lines of their own. No line end behind it. */
export function writeValue(value: unknown, { indent, eol, quotes = "kubectl" }: Layout): string {
  return valueLines(value, { indent, quotes }).join(eol);
}

/** `key: value` without line end, the first line without indentation. */
export function writePair(key: string, value: unknown, { indent, eol, quotes = "kubectl" }: Layout): string {
  return pairLines(key, value, { indent, quotes }).join(eol);
}

/** `- value` without line end, the first line without indentation. */
export function writeItem(value: unknown, { indent, eol, quotes = "kubectl" }: Layout): string {
  return itemLines(value, { indent, quotes }).join(eol);
}

/** Flow style, which is JSON; on one line, or pretty-printed with `indent` before each line but the first. */
export function writeFlow(value: unknown, layout?: Layout): string {
  if (Array.isArray(value))
    return flowCollection(
      "[]",
      value.map((item) => ["", item] as const),
      layout,
    );
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => [`${writeFlowScalar(String(key))}: `, item] as const);
    return flowCollection("{}", entries, layout);
  }
  return writeFlowScalar(value);
}

function flowCollection(
  brackets: "[]" | "{}",
  items: readonly (readonly [string, unknown])[],
  layout: Layout | undefined,
): string {
  if (items.length === 0) return brackets;
  const inner = layout === undefined ? undefined : { ...layout, indent: layout.indent + 2 };
  const texts = items.map(([key, item]) => key + writeFlow(item, inner));
  const [open, close] = brackets;
  if (layout === undefined) return `${open}${texts.join(", ")}${close ?? ""}`;
  const gap = `${layout.eol}${pad(layout.indent + 2)}`;
  return `${open}${gap}${texts.join(`,${gap}`)}${layout.eol}${pad(layout.indent)}${close ?? ""}`;
}

interface At {
  readonly indent: number;
  readonly quotes: Quotes;
}

function deeper(at: At): At {
  return { ...at, indent: at.indent + 2 };
}

function blockLines(value: unknown, at: At): string[] {
  if (Array.isArray(value) && value.length > 0) {
    return value.flatMap((item) => indentFirst(itemLines(item, at), at.indent));
  }
  if (value instanceof Map && value.size > 0) {
    return [...value].flatMap(([key, item]) => indentFirst(pairLines(String(key), item, at), at.indent));
  }
  return [emptyOrScalar(value, at)];
}

function pairLines(key: string, value: unknown, at: At): string[] {
  const [first = "", ...more] = valueLines(value, at);
  return [`${writeScalar(key, at.quotes)}:${first}`, ...more];
}

function valueLines(value: unknown, at: At): string[] {
  if (Array.isArray(value) && value.length > 0) return ["", ...blockLines(value, at)];
  if (value instanceof Map && value.size > 0) return ["", ...blockLines(value, deeper(at))];
  const literal = typeof value === "string" ? literalLines(value, at.quotes) : undefined;
  if (literal === undefined) return [` ${emptyOrScalar(value, at)}`];
  return [` ${literal.header}`, ...literal.lines.map((line) => (line === "" ? "" : pad(at.indent + 2) + line))];
}

function itemLines(value: unknown, at: At): string[] {
  const isCollection = Array.isArray(value) || value instanceof Map;
  // A list in a list, and a map, stand behind the dash.
  const [first = "", ...more] = isCollection ? blockLines(value, deeper(at)) : valueLines(value, at);
  return [`- ${first.trimStart()}`, ...more];
}

function emptyOrScalar(value: unknown, { quotes }: At): string {
  if (Array.isArray(value)) return "[]";
  return value instanceof Map ? "{}" : writeScalar(value, quotes);
}

function indentFirst([first = "", ...more]: readonly string[], indent: number): string[] {
  return [pad(indent) + first, ...more];
}

function pad(columns: number): string {
  return " ".repeat(columns);
}
