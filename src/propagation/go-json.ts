import { isRecord } from "../federation/json-data.ts";

/** JSON as Go's encoding/json writes it: fields sorted by their bytes, and what HTML and JavaScript could trip over escaped. */
export function goJson(value: unknown): string {
  if (value === undefined || value === null) return "null";
  if (typeof value === "string") return goString(value);
  if (typeof value === "number") return goNumber(value);
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map((item: unknown) => goJson(item)).join(",")}]`;
  if (isRecord(value)) return goObject(value);
  return JSON.stringify(value);
}

function goObject(record: Readonly<Record<string, unknown>>): string {
  const fields = Object.keys(record)
    .filter((field) => record[field] !== undefined)
    .sort(byBytes)
    .map((field) => `${goString(field)}:${goJson(record[field])}`);
  return `{${fields.join(",")}}`;
}

const ascii = /^[\x20-\x7e]*$/;

/** JavaScript compares UTF-16 units, Go bytes of UTF-8: they differ beyond the basic plane alone. */
function byBytes(one: string, other: string): number {
  if (ascii.test(one) && ascii.test(other)) return one < other ? -1 : 1;
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

const plain = /^[\x20\x21\x23-\x25\x27-\x3b\x3d\x3f-\x5b\x5d-\x7e]*$/;

function goString(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** As Go writes a float64: the shortest that reads back, with an exponent below 1e-6 and from 1e21 on, as JavaScript has it. */
function goNumber(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
