import { resolveGoScalar } from "./go-scalar.ts";

/** Whose habits: aws puts texts that look like something else into single quotes, and texts of several lines into double ones. */
export type Quotes = "kubectl" | "aws";

/** A scalar on one line: plain where every reader of YAML 1.1 takes it for what it is. */
export function writeScalar(value: unknown, quotes: Quotes = "kubectl"): string {
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "bigint") return String(value);
  return typeof value === "string" ? writeText(value, quotes) : "null";
}

function writeText(text: string, quotes: Quotes): string {
  const isOther = readsAsOther(text);
  if (isOther && quotes === "kubectl") return doubleQuoted(text);
  if (!isOther && isPlain(text)) return text;
  return isPrintable(text) ? `'${text.replaceAll("'", "''")}'` : doubleQuoted(text);
}

/** In flow collections, and so in JSON, which is flow too. */
export function writeFlowScalar(value: unknown): string {
  return typeof value === "string" ? doubleQuoted(value) : writeScalar(value);
}

/** A text of several lines as a literal block (`|`), without the lines' own indentation; undefined where that would lose something. */
export function literalLines(
  value: string,
  quotes: Quotes = "kubectl",
): { readonly header: string; readonly lines: readonly string[] } | undefined {
  if (quotes === "aws" || !/^\S.*\n/.test(value)) return undefined;
  const endings = /\n*$/.exec(value)?.[0].length ?? 0;
  const lines = value.slice(0, value.length - endings).split("\n");
  const isSafe = endings <= 1 && lines.every((line) => isPrintable(line) && !/\s$/.test(line));
  return isSafe ? { header: endings === 0 ? "|-" : "|", lines } : undefined;
}

/** What Go, or an older reader of YAML 1.1, takes for something else: dates and numbers of base 60 among them. */
function readsAsOther(text: string): boolean {
  if (text === "" || text === "<<" || text === "=") return true;
  if (resolveGoScalar(text) !== text) return true;
  return (
    /^\d{4}-\d\d?-\d\d?/.test(text) ||
    /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text) ||
    /^[-+.]?[0-9][0-9_,.]*$/.test(text)
  );
}

function isPlain(text: string): boolean {
  const startsBadly = /^[#,[\]{}&*!|>'"%@`\s]|^[-?:](?:\s|$)|^---|^\.\.\./.test(text);
  return !startsBadly && !/:(?:\s|$)|\s#|\s$/.test(text) && isPrintable(text);
}

/** Neither line breaks nor what a YAML reader refuses or eats. */
function isPrintable(text: string): boolean {
  return /^[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u.test(text);
}

function doubleQuoted(text: string): string {
  const escaped = JSON.stringify(text.replace(/\p{Surrogate}/gu, "\ufffd"));
  return escaped.replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
