import { literalLines, writeFlowScalar, writeScalar } from "./internal/write-scalar.ts";

export interface Layout {
  /** Columns before a key. */
  readonly indent: number;
  readonly eol: string;
}

/** Data (Maps, arrays, scalars) as a YAML text in kubectl's style; ends in a line end. Keys stay in their order. */
export function writeYaml(value: unknown): string {
  return `${blockLines(value, 0).join("\n")}\n`;
}

/** What follows `key:` — a blank and the value, or lines of their own. No line end behind it. */
export function writeValue(value: unknown, { indent, eol }: Layout): string {
  return valueLines(value, indent).join(eol);
}

/** `key: value` without line end, the first line without indentation. */
export function writePair(key: string, value: unknown, { indent, eol }: Layout): string {
  return pairLines(key, value, indent).join(eol);
}

/** `- value` without line end, the first line without indentation. */
export function writeItem(value: unknown, { indent, eol }: Layout): string {
  return itemLines(value, indent).join(eol);
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

function blockLines(value: unknown, indent: number): string[] {
  if (Array.isArray(value) && value.length > 0) {
    return value.flatMap((item) => indentFirst(itemLines(item, indent), indent));
  }
  if (value instanceof Map && value.size > 0) {
    return [...value].flatMap(([key, item]) => indentFirst(pairLines(String(key), item, indent), indent));
  }
  return [emptyOrScalar(value)];
}

function pairLines(key: string, value: unknown, indent: number): string[] {
  const [first = "", ...more] = valueLines(value, indent);
  return [`${writeScalar(key)}:${first}`, ...more];
}

function valueLines(value: unknown, indent: number): string[] {
  if (Array.isArray(value) && value.length > 0) return ["", ...blockLines(value, indent)];
  if (value instanceof Map && value.size > 0) return ["", ...blockLines(value, indent + 2)];
  const literal = typeof value === "string" ? literalLines(value) : undefined;
  if (literal === undefined) return [` ${emptyOrScalar(value)}`];
  return [` ${literal.header}`, ...literal.lines.map((line) => (line === "" ? "" : pad(indent + 2) + line))];
}

function itemLines(value: unknown, indent: number): string[] {
  const isCollection = Array.isArray(value) || value instanceof Map;
  // A list in a list, and a map, stand behind the dash.
  const [first = "", ...more] = isCollection ? blockLines(value, indent + 2) : valueLines(value, indent);
  return [`- ${first.trimStart()}`, ...more];
}

function emptyOrScalar(value: unknown): string {
  if (Array.isArray(value)) return "[]";
  return value instanceof Map ? "{}" : writeScalar(value);
}

function indentFirst([first = "", ...more]: readonly string[], indent: number): string[] {
  return [pad(indent) + first, ...more];
}

function pad(columns: number): string {
  return " ".repeat(columns);
}
