/**
 * JSON as Go's encoder writes it: keys of maps sorted, no spaces, and `<`, `>`, `&`, U+2028, U+2029 escaped.
 * Takes plain data: null, boolean, number, bigint, string, array, Map.
 */
export function encodeGoJson(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return encodeString(value);
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map(encodeGoJson).join(",")}]`;
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]): Member => [String(key), encodeGoJson(item)]);
    return encodeMembers(entries.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  }
  throw new TypeError("not plain data");
}

/** A key and its value, which is JSON already. */
export type Member = readonly [key: string, json: string];

/** A JSON object with its members in the order given, as Go writes a struct. */
export function encodeMembers(members: readonly Member[]): string {
  return `{${members.map(([key, json]) => `${encodeString(key)}:${json}`).join(",")}}`;
}

function encodeString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
