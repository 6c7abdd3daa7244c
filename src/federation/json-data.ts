/** JSON objects are read and changed by copying only what changes: sources are shared between lists, plans and requests. */
export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `record` without these fields; the same object when it has none of them. */
export function without(record: JsonRecord, fields: readonly string[]): JsonRecord {
  if (!fields.some((field) => Object.hasOwn(record, field))) return record;
  return Object.fromEntries(Object.entries(record).filter(([field]) => !fields.includes(field)));
}

/** `record` with a nested object changed; the same object when there is none or `change` left it as it was. */
export function changeRecord(
  record: JsonRecord,
  field: string,
  change: (nested: JsonRecord) => JsonRecord,
): JsonRecord {
  const nested = record[field];
  if (!isRecord(nested)) return record;
  const changed = change(nested);
  return changed === nested ? record : { ...record, [field]: changed };
}

/** `record` with the objects of a nested array changed; what is no object stays as it is. */
export function changeItems(record: JsonRecord, field: string, change: (item: JsonRecord) => JsonRecord): JsonRecord {
  const items = record[field];
  if (!Array.isArray(items)) return record;
  return { ...record, [field]: items.map((item: unknown) => (isRecord(item) ? change(item) : item)) };
}

/** `record` without a field that holds an empty object. */
export function withoutEmpty(record: JsonRecord, field: string): JsonRecord {
  const nested = record[field];
  return isRecord(nested) && Object.keys(nested).length === 0 ? without(record, [field]) : record;
}

/** Equality of JSON values; the order of an object's fields means nothing. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) return Array.isArray(right) && sameItems(left, right);
  return isRecord(left) && isRecord(right) && sameFields(left, right);
}

function sameItems(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((item, index) => sameJson(item, right[index]));
}

function sameFields(left: JsonRecord, right: JsonRecord): boolean {
  const fields = Object.keys(left);
  return (
    fields.length === Object.keys(right).length &&
    fields.every((field) => Object.hasOwn(right, field) && sameJson(left[field], right[field]))
  );
}
