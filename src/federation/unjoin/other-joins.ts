import { hasCode } from "../../errors.ts";
import type { KubeApi, ResourceType } from "../../kube/kube-api.ts";
import { nameOf } from "../describe.ts";
import { clusterRoleBindingType, roleBindingType } from "../kubefed-types.ts";
import { rbacPrefix } from "./join-names.ts";
import type { JoinRecord } from "./options.ts";

/**
 * Names of the bindings that other joins to this cluster have, of this host or of another. While there is one, nobody can tell whose
 * an object is that a federation placed here.
 * @throws FedctlError Server*
 */
export async function readOtherJoins(api: KubeApi, record: JoinRecord): Promise<readonly string[]> {
  const { manager, healthCheck } = record.names.rbac;
  const bindings = await Promise.all([
    listNames(api, roleBindingType, record),
    listNames(api, clusterRoleBindingType, record),
  ]);
  const names = bindings.flat().filter((name) => name.startsWith(rbacPrefix));
  return [...new Set(names)].filter((name) => name !== manager && name !== healthCheck).sort();
}

async function listNames(api: KubeApi, type: ResourceType, { scope, names }: JoinRecord): Promise<readonly string[]> {
  const isNamespaced = scope === "Namespaced";
  const namespace = isNamespaced ? names.namespace : undefined;
  try {
    return (await api.list(type, { namespace, metadataOnly: true })).items.map(nameOf);
  } catch (error) {
    // A namespaced control plane places objects in its own namespace only, whose bindings say enough.
    if (isNamespaced && !type.namespaced && hasCode(error, "ServerForbidden")) return [];
    throw error;
  }
}
