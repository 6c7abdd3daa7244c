import { coreGroup, schedulingGroup } from "../kubefed-types.ts";
import type { Rules } from "../join/member-rules.ts";

/** What a controller may do in the host cluster, by where it may do it. */
export interface ControllerRules {
  /** On the namespaces it federates: all of the cluster, or the control plane's own. */
  readonly federated: Rules;
  /** In the control plane's namespace alone. */
  readonly plane: Rules;
}

const read = ["get", "list", "watch"];

/**
 * The permissions that the controller uses, and no other: none to write anything of the host's but federated objects, what it records
 * about them, and its own locks. What it does in clusters, the host too, it does with the credentials of their joins.
 * @param federatedGroups API groups of the federated types
 */
export function controllerRules(federatedGroups: readonly string[]): ControllerRules {
  const records = ["propagatedversions", "clusterpropagatedversions"];
  return {
    federated: [
      { apiGroups: [...federatedGroups], resources: ["*"], verbs: [...read, "update", "patch"] },
      { apiGroups: [coreGroup], resources: records, verbs: [...read, "create"] },
      { apiGroups: [coreGroup], resources: records.map((plural) => `${plural}/status`), verbs: ["update"] },
      { apiGroups: [coreGroup], resources: ["federatedservicestatuses"], verbs: ["get", "create", "update"] },
      { apiGroups: [schedulingGroup], resources: ["replicaschedulingpreferences"], verbs: read },
      { apiGroups: [""], resources: ["namespaces"], verbs: read },
      { apiGroups: [""], resources: ["events"], verbs: ["get", "create", "patch"] },
    ],
    plane: [
      { apiGroups: [coreGroup], resources: ["kubefedconfigs"], verbs: ["get"] },
      { apiGroups: [coreGroup], resources: ["kubefedclusters"], verbs: read },
      { apiGroups: [coreGroup], resources: ["federatedtypeconfigs"], verbs: [...read, "patch"] },
      {
        apiGroups: [coreGroup],
        resources: ["kubefedclusters/status", "federatedtypeconfigs/status"],
        verbs: ["update"],
      },
      { apiGroups: [""], resources: ["secrets"], verbs: ["get"] },
      // The lock of KubeFed's own controller is of one of these kinds.
      { apiGroups: [""], resources: ["configmaps", "endpoints"], verbs: ["get", "create", "update"] },
      { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] },
    ],
  };
}
