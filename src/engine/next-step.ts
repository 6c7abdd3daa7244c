import type { ClusterStatus } from "../propagation/types.ts";
import type { Dispatched } from "./dispatch.ts";
import type { ReconcileOutcome } from "./outcome.ts";

/** Failures that may pass by themselves. */
const mayPass: ReadonlySet<ClusterStatus | undefined> = new Set<ClusterStatus>([
  "CreationFailed",
  "UpdateFailed",
  "DeletionFailed",
  "LabelRemovalFailed",
  "RetrievalFailed",
  "ClientRetrievalFailed",
  "CreationTimedOut",
  "UpdateTimedOut",
  "DeletionTimedOut",
  "LabelRemovalTimedOut",
]);

/** When the object is to be looked at again, without anything happening. */
export function nextStep(members: readonly Dispatched[]): ReconcileOutcome["next"] {
  if (members.some(({ status }) => mayPass.has(status))) return "retry";
  return members.some(({ action }) => action === "wait" || action === "delete") ? "recheck" : "settled";
}
