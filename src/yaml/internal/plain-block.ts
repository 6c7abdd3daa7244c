import { resolveGoScalar } from "./go-scalar.ts";

/**
 * Reads the plain part of YAML that programs write kubeconfigs in: block maps and lists, one scalar a line. Twenty times as
 * fast as the parser; a text that holds anything else (flow style, anchors, literal blocks, tabs, comments behind values, ...)
 * gives undefined, and is left to it. What is read here reads the same there: a property test compares them.
 */
export function readPlainBlock(text: string): ReadonlyMap<string, unknown> | undefined {
  const lines = linesOf(text);
  if (lines.length === 0) return undefined;
  try {
    const reader = new PlainReader(lines);
    const value = reader.readMap(0);
    return reader.isAtEnd ? value : undefined;
  } catch (error) {
    if (error === beyond) return undefined;
    throw error;
  }
}

/** Thrown for what is not plain; holds no place, since the parser will look for itself. */
const beyond = new Error("not plain");

interface Line {
  indent: number;
  text: string;
}

/** Without blank lines and comments. */
function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf("\n", at);
    const end = next === -1 ? text.length : next;
    let start = at;
    while (start < end && text.charCodeAt(start) === 32) start += 1;
    if (start < end && text.charCodeAt(start) !== 35) lines.push({ indent: start - at, text: text.slice(start, end) });
    at = end + 1;
  }
  return lines;
}

class PlainReader {
  readonly #lines: readonly Line[];
  readonly #keys = new Map<string, string>();
  #at = 0;

  constructor(lines: readonly Line[]) {
    this.#lines = lines;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#lines.length;
  }

  readMap(indent: number): ReadonlyMap<string, unknown> {
    const map = new Map<string, unknown>();
    for (;;) {
      const line = this.#lines[this.#at];
      if (line === undefined || line.indent < indent || (line.indent === indent && isItem(line.text))) break;
      if (line.indent > indent) throw beyond;
      const colon = line.text.indexOf(":");
      const key = this.#key(line.text.slice(0, colon === -1 ? 0 : colon));
      this.#at += 1;
      map.set(key, colon === line.text.length - 1 ? this.#below(indent, true) : this.#inline(line, colon + 1, indent));
    }
    if (map.size === 0) throw beyond;
    return map;
  }

  #readList(indent: number): unknown[] {
    const list: unknown[] = [];
    for (;;) {
      const line = this.#lines[this.#at];
      if (line === undefined || line.indent !== indent || !isItem(line.text)) break;
      list.push(this.#item(line, indent));
    }
    if ((this.#lines[this.#at]?.indent ?? 0) > indent) throw beyond;
    return list;
  }

  #item(line: Line, indent: number): unknown {
    if (line.text === "-") {
      this.#at += 1;
      return this.#below(indent, false);
    }
    if (isPair(line.text)) {
      // The rest of the line is the first of the map's.
      line.indent += 2;
      line.text = line.text.slice(2);
      return this.readMap(indent + 2);
    }
    this.#at += 1;
    return this.#inline(line, 1, indent);
  }

  /** What stands on the lines below a key or a dash; nothing is null. */
  #below(indent: number, isList: boolean): unknown {
    const next = this.#lines[this.#at];
    if (next === undefined || next.indent < indent) return null;
    // A list may stand right under its key.
    if (next.indent === indent) return isList && isItem(next.text) ? this.#readList(indent) : null;
    return isItem(next.text) ? this.#readList(next.indent) : this.readMap(next.indent);
  }

  /** A scalar behind a blank, which must not go on in the next line. */
  #inline({ text }: Line, from: number, indent: number): unknown {
    const next = this.#lines[this.#at];
    if (text.charCodeAt(from) !== 32 || (next !== undefined && next.indent > indent)) throw beyond;
    return scalarOf(text.slice(from + 1));
  }

  #key(text: string): string {
    const known = this.#keys.get(text);
    if (known !== undefined) return known;
    if (!/^[A-Za-z][A-Za-z0-9_./-]*$/.test(text) || resolveGoScalar(text) !== text) throw beyond;
    this.#keys.set(text, text);
    return text;
  }
}

function isItem(text: string): boolean {
  return text.charCodeAt(0) === 45 && (text.length === 1 || text.charCodeAt(1) === 32);
}

/** `- key: value` or `- key:`. */
function isPair(text: string): boolean {
  return /^- [A-Za-z][A-Za-z0-9_./-]*:(?: |$)/.test(text);
}

/** No indicator in front, no blank followed by one, no colon at the end of a word. */
const plain =
  /^(?:[A-Za-z0-9/._+~]|-(?=[A-Za-z0-9/._-]))(?:[A-Za-z0-9/._+~=@,()-]|:(?=[A-Za-z0-9/._-])| (?=[A-Za-z0-9/._(]))*$/;
const quoted = /^(?:"[ !#-[\]-~]*"|'[ -&(-~]*')$/;

function scalarOf(text: string): unknown {
  if (plain.test(text)) return plainValue(text);
  if (quoted.test(text)) return text.slice(1, -1);
  if (text === "{}") return new Map();
  if (text === "[]") return [];
  throw beyond;
}

function plainValue(text: string): unknown {
  const value = resolveGoScalar(text);
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value === "number" && !Number.isFinite(value)) throw beyond;
  return value;
}
