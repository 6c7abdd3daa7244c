import type { KubeObject } from "../../kube/objects.ts";
import { managedByFedctl, managedByLabel } from "../kubefed-types.ts";
import { hostAnnotation } from "./options.ts";

/** True for what fedctl made, for whichever control plane. */
export function isMadeByFedctl(object: KubeObject | undefined): boolean {
  return object?.metadata?.labels?.[managedByLabel] === managedByFedctl;
}

/** True when a join of another control plane left its mark on the object: two kubeconfigs may well call two hosts the same. */
export function isOfOtherHost({ metadata }: KubeObject, hostId: string): boolean {
  const owner = metadata?.annotations?.[hostAnnotation];
  return owner !== undefined && owner !== hostId;
}

/** The object with the mark of a control plane. */
export function markedFor<T extends KubeObject>(object: T, hostId: string): T {
  const annotations = { ...object.metadata?.annotations, [hostAnnotation]: hostId };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
