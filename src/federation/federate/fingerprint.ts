import { createHash } from "node:crypto";
import type { ResourceType } from "../../kube/kube-api.ts";
import type { UnknownObject } from "../../kube/objects.ts";
import { isRecord } from "../json-data.ts";
import { comparableTemplate } from "./template.ts";

/** Equal for templates that mean the same (`holdsTemplate`), so that thousands can be compared without keeping them. */
export function fingerprintOf(
  template: UnknownObject,
  kind: Pick<ResourceType, "group" | "kind">,
  { retainReplicas }: { readonly retainReplicas: boolean },
): string {
  const comparable = comparableTemplate(template, kind, { retainReplicas });
  return createHash("sha256").update(JSON.stringify(comparable, sortFields)).digest("base64");
}

function sortFields(_field: string, value: unknown): unknown {
  if (typeof value === "bigint") return { integer: String(value) };
  if (!isRecord(value)) return value;
  const fields = Object.keys(value).sort();
  return Object.fromEntries(fields.map((field) => [field, value[field]]));
}
