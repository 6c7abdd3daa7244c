/** The part of a CRD's OpenAPI schema that KubeFed's types use, with its keys as they stand on the wire. */
export interface CrdSchema {
  type?: string;
  format?: string;
  pattern?: string;
  minimum?: number;
  minLength?: number;
  maxLength?: number;
  enum?: string[];
  default?: string;
  properties?: Record<string, CrdSchema>;
  required?: string[];
  additionalProperties?: CrdSchema;
  items?: CrdSchema;
  "x-kubernetes-preserve-unknown-fields"?: boolean;
  "x-kubernetes-list-type"?: string;
  "x-kubernetes-list-map-keys"?: string[];
}

export const text: CrdSchema = { type: "string" };
export const truth: CrdSchema = { type: "boolean" };
export const int32: CrdSchema = { format: "int32", type: "integer" };
export const int64: CrdSchema = { format: "int64", type: "integer" };
export const time: CrdSchema = { format: "date-time", type: "string" };
/** An object that may hold anything. */
export const anyObject: CrdSchema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/** An object with these fields; those named in `required` must be there. */
export function object(properties: Record<string, CrdSchema>, required: readonly string[] = []): CrdSchema {
  return { properties, ...(required.length > 0 && { required: [...required] }), type: "object" };
}

export function arrayOf(items: CrdSchema): CrdSchema {
  return { items, type: "array" };
}

export function mapOf(additionalProperties: CrdSchema): CrdSchema {
  return { additionalProperties, type: "object" };
}

/** A whole object of a custom type. */
export function customObject(properties: Record<string, CrdSchema>, required: readonly string[] = []): CrdSchema {
  return object({ apiVersion: text, kind: text, metadata: { type: "object" }, ...properties }, required);
}
