import type { FederatedKey, PropagatedType } from "./types.ts";

/** True for the type whose federated objects live in what they stand for. */
export function isNamespaceType({ target }: Pick<PropagatedType, "target">): boolean {
  return target.group === "" && target.kind === "Namespace";
}

/** Name of the object in the members. */
export function targetKey(type: PropagatedType, { namespace, name }: FederatedKey): FederatedKey {
  return isNamespaceType(type) || namespace === undefined ? { name } : { namespace, name };
}

/** Name of the federated object that an object of a member would belong to. */
export function federatedKey(type: PropagatedType, { namespace, name }: FederatedKey): FederatedKey {
  if (isNamespaceType(type)) return { namespace: name, name };
  return namespace === undefined ? { name } : { namespace, name };
}
