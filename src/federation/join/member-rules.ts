import type { ClusterRole } from "../../kube/objects.ts";
import { type FederatedTypeConfig, resourceTypeOf } from "../kubefed-types.ts";
import type { RbacProfile } from "./options.ts";

export type Rules = NonNullable<ClusterRole["rules"]>;
type Rule = Rules[number];

/** What decides the permissions of a control plane in a joined cluster. */
export interface RulesRequest {
  readonly profile: RbacProfile;
  readonly scope: "Cluster" | "Namespaced";
  /** All FederatedTypeConfigs; looked at for `minimal` alone. */
  readonly types: readonly FederatedTypeConfig[];
}

export interface MemberRules {
  /** Of the role that the control plane works with. */
  readonly manager: Rules;
  /** Of a second, cluster-wide role where the first is not. */
  readonly health: Rules | undefined;
}

const everything: Rule = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };
const anyPath: Rule = { verbs: ["get"], nonResourceURLs: ["*"] };
// The verb is `Get` with kubefedctl; RBAC compares case, so that rule grants nothing (B-JN5).
const healthPath: Rule = { verbs: ["get"], nonResourceURLs: ["/healthz"] };
const nodes: Rule = { verbs: ["list"], apiGroups: [""], resources: ["nodes"] };
/** Probe and version of the health check, and the discovery that every client of a controller begins with. */
const controllerPaths: Rule = {
  verbs: ["get"],
  nonResourceURLs: ["/healthz", "/version", "/api", "/api/*", "/apis", "/apis/*"],
};
/** Informer, create, replace, the patch that takes the label off, and delete: what the sync controller does (spec/kubefed D.4, D.7). */
const syncVerbs = ["get", "list", "watch", "create", "update", "patch", "delete"];
/** Replica scheduling counts the pods that could not be placed. */
const pods: Rule = { verbs: ["get", "list", "watch"], apiGroups: [""], resources: ["pods"] };
const scheduledKinds = ["Deployment", "ReplicaSet"];

/** Pure. The same types give the same rules, in the same order. */
export function memberRules({ profile, scope, types }: RulesRequest): MemberRules {
  const isMinimal = profile === "minimal";
  const manager = isMinimal ? rulesForTypes(types, scope) : [everything];
  if (scope === "Namespaced") return { manager, health: [isMinimal ? controllerPaths : healthPath, nodes] };
  return { manager: [...manager, ...(isMinimal ? [nodes, controllerPaths] : [anyPath])], health: undefined };
}

/** A namespaced control plane starts no controller for types that have no namespace. */
function rulesForTypes(types: readonly FederatedTypeConfig[], scope: RulesRequest["scope"]): Rule[] {
  const targets = types.map(({ spec }) => resourceTypeOf(spec.targetType));
  const usable = targets.filter(({ namespaced }) => namespaced || scope === "Cluster");
  const groups = [...new Set(usable.map(({ group }) => group))].sort();
  const rules = groups.map((group): Rule => {
    const resources = new Set(usable.filter((type) => type.group === group).map(({ plural }) => plural));
    return { verbs: syncVerbs, apiGroups: [group], resources: [...resources].sort() };
  });
  const isScheduled = usable.some(({ group, kind }) => group === "apps" && scheduledKinds.includes(kind));
  return isScheduled ? [...rules, pods] : rules;
}

/** Types of which a cluster takes no object that grants more than its writer has. */
export function grantingTypes(types: readonly FederatedTypeConfig[]): readonly string[] {
  const granting = types.filter(({ spec }) => spec.targetType.group === "rbac.authorization.k8s.io");
  return granting.map(({ spec }) => spec.targetType.kind).sort();
}
