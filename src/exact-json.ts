/*
 * JSON text in and out without loss: Kubernetes' whole numbers have 64 bits, JavaScript's 53. Those beyond come as bigint. JSON.parse tells
 * a reviver what stood in the text only from Node 21 on.
 */

/** Something that may be a whole number of sixteen digits and more; in a string it does no harm. */
const mayBeLong = /[:[,]\s*-?\d{16}/;

const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/gs;

/** NUL cannot be in a JSON text as such; whoever writes it escaped means something else by it. */
const mark = "\u0000fedctl-integer:";
const writtenMark = String.raw`\u0000fedctl-integer:`;

/** @throws SyntaxError */
export function parseExactJson(text: string): unknown {
  if (!mayBeLong.test(text)) return JSON.parse(text);
  const marked = text.replace(tokens, (token) => (isLong(token) ? `"${writtenMark}${token}"` : token));
  return JSON.parse(marked, restore);
}

function isLong(token: string): boolean {
  return /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token));
}

function restore(_key: string, value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith(mark)) return value;
  const digits = value.slice(mark.length);
  return /^-?\d+$/.test(digits) ? BigInt(digits) : value;
}

/** JSON.stringify, for values that may hold bigint. */
export function printExactJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // It refuses a bigint; looking for one first would cost every other object a walk.
    if (!(error instanceof TypeError)) throw error;
    const marked = (_key: string, item: unknown): unknown => (typeof item === "bigint" ? `${mark}${item}` : item);
    return JSON.stringify(value, marked).replace(/"\\u0000fedctl-integer:(-?\d+)"/g, "$1");
  }
}
