export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [field: string]: Json;
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Data as it comes from JSON or YAML, which has no undefined. */
export function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json; // what JSON.parse gives
}
