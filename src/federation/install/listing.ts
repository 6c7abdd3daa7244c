import { hasCode } from "../../errors.ts";
import type { KubeApi, ListOptions, ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject, UnknownObject } from "../../kube/objects.ts";

/** All objects of a type; none where the cluster does not know the type. */
export async function listIfServed<T extends KubeObject = UnknownObject>(
  api: KubeApi,
  type: ResourceType,
  options: ListOptions = {},
): Promise<readonly T[]> {
  try {
    return (await api.list<T>(type, options)).items;
  } catch (error) {
    if (hasCode(error, "ServerNotFound")) return [];
    throw error;
  }
}

/** Objects in and outside of a control plane's namespace. */
export function partByNamespace<T extends KubeObject>(
  objects: readonly T[],
  namespace: string,
): { readonly own: readonly T[]; readonly others: readonly T[] } {
  return {
    own: objects.filter(({ metadata }) => metadata?.namespace === namespace),
    others: objects.filter(({ metadata }) => metadata?.namespace !== namespace),
  };
}
