import { isRecord } from "../federation/json-data.ts";
import type { DeleteOptions } from "../kube/kube-api.ts";
import type { UnknownObject } from "../kube/objects.ts";

/** On a federated object: what is deleted with it stays in the members. */
export const orphanAnnotation = "kubefed.io/orphan";
/** On a federated object: metav1.DeleteOptions as JSON, for the members. */
export const deleteOptionAnnotation = "kubefed.io/deleteoption";

export function isOrphaning({ metadata }: UnknownObject): boolean {
  return metadata?.annotations?.[orphanAnnotation] === "true";
}

export type MemberDeleteOptions = Pick<
  DeleteOptions,
  "uid" | "resourceVersion" | "propagationPolicy" | "gracePeriodSeconds"
>;

export type ReadDeleteOptions =
  { readonly ok: true; readonly options: MemberDeleteOptions } | { readonly ok: false; readonly message: string };

/** How the objects of a federated object that goes are to be deleted. */
export function deleteOptionsOf({ metadata }: UnknownObject): ReadDeleteOptions {
  const text = metadata?.annotations?.[deleteOptionAnnotation];
  if (text === undefined) return { ok: true, options: {} };
  const parsed = parse(text);
  if (!isRecord(parsed)) return wrong("no JSON object");
  const { gracePeriodSeconds, propagationPolicy, preconditions } = parsed;
  if (!isAbsent(gracePeriodSeconds) && !Number.isInteger(gracePeriodSeconds)) return wrong("gracePeriodSeconds");
  if (!isAbsent(propagationPolicy) && !policies.includes(propagationPolicy)) return wrong("propagationPolicy");
  const { uid, resourceVersion } = isRecord(preconditions) ? preconditions : {};
  // Absent fields must not hide what a deletion asks for by itself.
  const given = Object.entries({ gracePeriodSeconds, propagationPolicy, uid, resourceVersion });
  return { ok: true, options: Object.fromEntries(given.filter(([, value]) => !isAbsent(value))) };
}

const policies: readonly unknown[] = ["Background", "Foreground", "Orphan"];

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wrong(what: string): ReadDeleteOptions {
  return { ok: false, message: `annotation ${deleteOptionAnnotation} cannot be used: ${what}` };
}
