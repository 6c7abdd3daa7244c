import type { ObjectIdentity } from "./report.ts";

/** An object in a sentence: `ConfigMap "settings"`. */
export function objectLabel({ kind, name }: ObjectIdentity): string {
  return `${kind} "${name}"`;
}
