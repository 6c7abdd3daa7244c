import { isRecord, sameJson } from "../federation/json-data.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { type CompactObject, expand } from "./compact-object.ts";
import type { CacheChange } from "./object-cache.ts";

/**
 * Whether a change of a member's object may call for a write: objects that count their generations change their status all the
 * time, and nobody is to do anything about it. Pure. @param collectsStatus the federated object repeats the status
 */
export function isNewsOfMember({ before, now }: CacheChange<CompactObject>, collectsStatus: boolean): boolean {
  if (before === undefined || now === undefined || collectsStatus) return true;
  const [old, next] = [expand(before), expand(now)];
  if (next.metadata?.generation === undefined) return true;
  return !sameJson(relevant(old), relevant(next));
}

/**
 * Whether what came of an own write of a federated object holds no more than that write, which is of status and finalizers alone: a
 * patch also gives back what somebody else changed a moment before. Pure.
 */
export function isOwnDoing(known: CompactObject, written: UnknownObject): boolean {
  const own = ({ metadata = {} }: UnknownObject): object => {
    const { uid, generation, labels, annotations, deletionTimestamp } = metadata;
    return { uid, generation, labels, annotations, deletionTimestamp };
  };
  return sameJson(own(expand(known)), own(written));
}

function relevant({ metadata = {} }: UnknownObject): object {
  const { uid, generation, labels, annotations, finalizers, deletionTimestamp } = metadata;
  return { uid, generation, labels, annotations, finalizers, deletionTimestamp };
}

/** Whether a change of a FederatedNamespace concerns what is in its namespace: where that may be, or that it may not be at all. Pure. */
export function concernsContents({ before, now }: CacheChange<CompactObject>): boolean {
  if (before === undefined || now === undefined) return true;
  const [old, next] = [expand(before), expand(now)];
  const isGoing = ({ metadata }: UnknownObject): boolean => metadata?.deletionTimestamp !== undefined;
  return isGoing(old) !== isGoing(next) || !sameJson(placementOf(old), placementOf(next));
}

function placementOf({ spec }: UnknownObject): unknown {
  return isRecord(spec) ? spec["placement"] : undefined;
}
