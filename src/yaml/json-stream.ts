/**
 * JSON values one after the other, as kubectl takes them; undefined for a text that is something else. Whole numbers that a
 * JavaScript number cannot hold come as bigint.
 */
export function parseJsonStream(text: string): readonly unknown[] | undefined {
  const values: string[] = [];
  let value = "";
  let depth = 0;
  for (const [token] of text.matchAll(tokens)) {
    if (/^\s/.test(token)) continue;
    depth += depthChanges.get(token) ?? 0;
    value += isUnsafeInteger(token) ? `"${marker}${token}"` : token;
    if (depth > 0) continue;
    values.push(value);
    value = "";
  }
  // What is left over, or balanced only by chance, is no JSON.
  return value === "" ? parseAll(values) : undefined;
}

const depthChanges: ReadonlyMap<string, number> = new Map([
  ["{", 1],
  ["[", 1],
  ["}", -1],
  ["]", -1],
]);

/** What is no token at all comes character by character, for JSON.parse to refuse. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[a-z]+|\s+|./gsu;

/** NUL cannot be in a JSON text as such; whoever writes it escaped means something else by it. */
const marker = "\\u0000fedctl-integer:";
const decodedMarker = "\u0000fedctl-integer:";

function isUnsafeInteger(token: string): boolean {
  return /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token));
}

function parseAll(values: readonly string[]): readonly unknown[] | undefined {
  try {
    return values.map((value) => JSON.parse(value, restoreInteger) as unknown);
  } catch {
    return undefined;
  }
}

function restoreInteger(_key: string, value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith(decodedMarker)) return value;
  const digits = value.slice(decodedMarker.length);
  return /^-?\d+$/.test(digits) ? BigInt(digits) : value;
}
