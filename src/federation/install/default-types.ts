import type { ApiResource } from "../../kube/kube-api.ts";

const type = (
  name: { readonly kind: string; readonly plural: string },
  more: { readonly group?: string; readonly clusterScoped?: true; readonly shortName?: string; readonly scales?: true },
): ApiResource => ({
  group: more.group ?? "",
  version: "v1",
  ...name,
  namespaced: more.clusterScoped !== true,
  singular: name.kind.toLowerCase(),
  shortNames: more.shortName === undefined ? [] : [more.shortName],
  verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
  subresources: more.scales === true ? ["scale"] : [],
});

/** The types that a new control plane federates (appendix C of the specification), as every supported server serves them. */
export const defaultTypes: readonly ApiResource[] = [
  type({ kind: "ClusterRole", plural: "clusterroles" }, { group: "rbac.authorization.k8s.io", clusterScoped: true }),
  type({ kind: "ConfigMap", plural: "configmaps" }, { shortName: "cm" }),
  type({ kind: "Deployment", plural: "deployments" }, { group: "apps", shortName: "deploy", scales: true }),
  type({ kind: "Ingress", plural: "ingresses" }, { group: "networking.k8s.io", shortName: "ing" }),
  type({ kind: "Job", plural: "jobs" }, { group: "batch" }),
  type({ kind: "Namespace", plural: "namespaces" }, { clusterScoped: true, shortName: "ns" }),
  type({ kind: "ReplicaSet", plural: "replicasets" }, { group: "apps", shortName: "rs", scales: true }),
  type({ kind: "Secret", plural: "secrets" }, {}),
  type({ kind: "ServiceAccount", plural: "serviceaccounts" }, { shortName: "sa" }),
  type({ kind: "Service", plural: "services" }, { shortName: "svc" }),
];

/** Whether a default type may be left to be scaled in the member clusters. */
export function scales({ subresources }: ApiResource): boolean {
  return subresources.includes("scale");
}
