import { systemNamespacesOf } from "../federation/system-namespaces.ts";
import type { FederatedKey, PropagatedType, PropagationReason } from "./types.ts";

/** Why an object is not propagated at all, whatever its placement says. */
export interface Refusal {
  readonly reason: PropagationReason;
  readonly message: string;
}

/** The ConfigMap that each cluster makes in each namespace, and makes again whenever it differs. */
const rootAuthority = "kube-root-ca.crt";

/** Undefined for what may be propagated. */
export function refusalOf(
  { target }: PropagatedType,
  { name, namespace }: FederatedKey,
  { kubefedNamespace }: { readonly kubefedNamespace: string },
): Refusal | undefined {
  if (target.group !== "") return undefined;
  if (target.kind === "ConfigMap" && name === rootAuthority) {
    const message = `ConfigMap "${name}" holds the authority of its own cluster, which writes it again whenever it differs`;
    return { reason: "NotFederatable", message };
  }
  if (target.kind !== "Namespace") return undefined;
  if (name !== namespace) {
    const message = `a federated namespace must be named as the namespace it is in, "${namespace ?? ""}"`;
    return { reason: "InvalidName", message };
  }
  if (!systemNamespacesOf({ kubefedNamespace }).includes(name)) return undefined;
  return { reason: "NotFederatable", message: `namespace "${name}" belongs to Kubernetes or to the control plane` };
}
