import type { ResourceType } from "../kube/kube-api.ts";

/** Whether two are one type, in whatever version. Pure. */
export function isSameType(one: ResourceType, other: ResourceType): boolean {
  return one.group === other.group && one.plural === other.plural;
}
