import { hasCode } from "../../errors.ts";
import type { KubeApi, ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject } from "../../kube/objects.ts";

/** Where a control plane's federated objects are: in one namespace, in all (undefined), or nowhere. */
export type InstanceReach = { readonly namespace: string | undefined } | "none";

export interface InstanceList {
  readonly objects: readonly KubeObject[];
  /** For a watch that follows; undefined where the type is not served. */
  readonly resourceVersion: string | undefined;
}

/** The federated objects within reach, without what they hold: there may be very many. None of a type that has gone. */
export async function listInstances(api: KubeApi, type: ResourceType, reach: InstanceReach): Promise<InstanceList> {
  if (reach === "none") return { objects: [], resourceVersion: undefined };
  try {
    const { items, resourceVersion } = await api.list<KubeObject>(type, reach);
    return { objects: items.map(withoutContents), resourceVersion };
  } catch (error) {
    if (hasCode(error, "ServerNotFound")) return { objects: [], resourceVersion: undefined };
    throw error;
  }
}

function withoutContents({ metadata = {} }: KubeObject): KubeObject {
  const kept = ["name", "namespace", "uid", "finalizers"];
  return { metadata: Object.fromEntries(Object.entries(metadata).filter(([field]) => kept.includes(field))) };
}
