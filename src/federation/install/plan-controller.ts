import { ExitCode, FedctlError } from "../../errors.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { objectLabel } from "../describe.ts";
import { isRecord, sameJson } from "../json-data.ts";
import { managedByFedctl, managedByLabel } from "../kubefed-types.ts";
import { identityOf, type Step } from "../step.ts";
import type { TypedObject } from "./controller-objects.ts";

/** One object of the controller's installation: as it should be, and as it is. */
export interface ControllerFact extends TypedObject {
  readonly live: KubeObject | undefined;
}

/**
 * Plans what runs the controller. What is there already is brought up to date; settings that fedctl says nothing of stay.
 * @throws FedctlError ObjectConflict for an object of that name that is somebody else's
 */
export function planController(facts: readonly ControllerFact[], cluster: string): readonly Step[] {
  return facts.map(({ type, object, live }): Step => {
    const step = { cluster, type };
    if (live === undefined) return { ...step, action: "create", object };
    refuseForeign({ ...step, action: "keep", object: live });
    if (holds(live, object)) return { ...step, action: "keep", object: live };
    return { ...step, action: "update", object: merged(live, object), reason: "it is not as this fedctl makes it" };
  });
}

function refuseForeign(step: Step): void {
  if (step.object.metadata?.labels?.[managedByLabel] === managedByFedctl) return;
  throw new FedctlError(
    "ObjectConflict",
    `${objectLabel(identityOf(step))} of cluster "${step.cluster}" exists, and fedctl did not make it`,
    { exitCode: ExitCode.Conflict, hint: "rename or delete it, then run the same command again" },
  );
}

/** Whether everything that is wanted is there; lists are compared whole, objects field by field. */
function holds(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(live) && live.length === wanted.length && wanted.every((item, at) => holds(live[at], item));
  }
  if (!isRecord(wanted)) return sameJson(live, wanted);
  return isRecord(live) && Object.entries(wanted).every(([field, value]) => holds(live[field], value));
}

/** A rule's verbs or a container's arguments are replaced, fields that servers and people added stay. */
function merged<T>(live: T, wanted: T): T {
  if (!isRecord(live) || !isRecord(wanted)) return wanted;
  const fields = Object.entries(wanted).map(([field, value]) => [field, merged(live[field], value)]);
  return { ...live, ...Object.fromEntries(fields) } as T; // Field by field of the same type.
}
