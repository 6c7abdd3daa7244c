import type { Layout, Quotes } from "../write-yaml.ts";

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The text ended without a line end, and this is behind it. */
  readonly closes?: boolean;
}

/** Replacements in a text, gathered first; whatever they do not cover stays byte for byte. */
export class TextSplices {
  readonly text: string;
  readonly eol: string;
  readonly quotes: Quotes;
  readonly #splices: Splice[] = [];

  constructor(text: string, quotes: Quotes) {
    this.text = text;
    this.quotes = quotes;
    this.eol = /\r\n/.test(text.slice(0, text.indexOf("\n") + 1)) ? "\r\n" : "\n";
  }

  /** For what is written at that column. */
  layout(indent: number): Layout {
    return { indent, eol: this.eol, quotes: this.quotes };
  }

  replace(start: number, end: number, text: string): void {
    this.#splices.push({ start, end, text });
  }

  /** Adds whole lines behind the line that `offset` is on; `lines` has no line end of its own. */
  insertLines(offset: number, lines: string): void {
    const at = this.lineEnd(offset);
    const isOpen = at > 0 && this.text.charAt(at - 1) !== "\n";
    const text = isOpen ? this.eol + lines : lines + this.eol;
    this.#splices.push({ start: at, end: at, text, closes: isOpen });
  }

  /** Behind the line end; where a text ends without one, its end. */
  lineEnd(offset: number): number {
    if (offset > 0 && this.text.charAt(offset - 1) === "\n") return offset;
    const at = this.text.indexOf("\n", offset);
    return at === -1 ? this.text.length : at + 1;
  }

  lineStart(offset: number): number {
    return this.text.lastIndexOf("\n", offset - 1) + 1;
  }

  column(offset: number): number {
    return offset - this.lineStart(offset);
  }

  /** Nothing but blanks stands before it on its line. */
  isFirstOnLine(offset: number): boolean {
    return this.text.slice(this.lineStart(offset), offset).trim() === "";
  }

  /** What follows on the same line: a comment, or nothing. */
  restOfLine(offset: number): string {
    return this.text.slice(offset, this.lineEnd(offset)).trimEnd();
  }

  mark(): number {
    return this.#splices.length;
  }

  /** Forgets what was gathered since. */
  reset(mark: number): void {
    this.#splices.length = mark;
  }

  apply(): string {
    const ordered = this.#splices
      .map((splice, order) => ({ splice, order }))
      .sort((a, b) => a.splice.start - b.splice.start || a.order - b.order);
    let result = "";
    let at = 0;
    for (const { splice } of ordered) {
      result += this.text.slice(at, Math.max(at, splice.start)) + splice.text;
      at = Math.max(at, splice.end);
    }
    result += this.text.slice(at);
    return ordered.some(({ splice }) => splice.closes === true) ? result + this.eol : result;
  }
}
