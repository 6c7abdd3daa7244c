import { syncFinalizer } from "../federation/kubefed-types.ts";
import type { KubeObject } from "../kube/objects.ts";

export function isBeingDeleted({ metadata }: KubeObject): boolean {
  return metadata?.deletionTimestamp !== undefined;
}

export function finalizersOf({ metadata }: KubeObject): readonly string[] {
  return metadata?.finalizers ?? [];
}

/** True when the object waits for its copies before it goes. */
export function isHeld(object: KubeObject): boolean {
  return finalizersOf(object).includes(syncFinalizer);
}

/** False when somebody deleted the one and made another of the same name. */
export function isSameObject(one: KubeObject, other: KubeObject): boolean {
  return one.metadata?.uid === other.metadata?.uid;
}
