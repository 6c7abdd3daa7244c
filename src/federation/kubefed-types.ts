import type { ResourceType } from "../kube/kube-api.ts";
import type { KubeObject } from "../kube/objects.ts";

/** The types KubeFed is made of, and the few built-in ones the core writes (spec/kubefed: appendix B). */

export const defaultKubefedNamespace = "kube-federation-system";
export const coreGroup = "core.kubefed.io";
export const schedulingGroup = "scheduling.kubefed.io";
export const defaultFederatedGroup = "types.kubefed.io";
export const defaultFederatedVersion = "v1beta1";
/** The one KubeFedConfig of a control plane has this name. */
export const kubefedConfigName = "kubefed";
export const managedLabel = "kubefed.io/managed";
export const syncFinalizer = "kubefed.io/sync-controller";
export const typeConfigFinalizer = "core.kubefed.io/federated-type-config";

export const managedByLabel = "app.kubernetes.io/managed-by";
/** Value of {@link managedByLabel} on what fedctl itself made. */
export const managedByFedctl = "fedctl";

const version = "v1";
const rbac = { group: "rbac.authorization.k8s.io", version };
const core = { group: "", version };

export const namespaceType: ResourceType = { ...core, kind: "Namespace", plural: "namespaces", namespaced: false };
export const secretType: ResourceType = { ...core, kind: "Secret", plural: "secrets", namespaced: true };
export const serviceAccountType: ResourceType = {
  ...core,
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  namespaced: true,
};
export const clusterRoleType: ResourceType = {
  ...rbac,
  kind: "ClusterRole",
  plural: "clusterroles",
  namespaced: false,
};
export const clusterRoleBindingType: ResourceType = {
  ...rbac,
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  namespaced: false,
};
export const roleType: ResourceType = { ...rbac, kind: "Role", plural: "roles", namespaced: true };
export const roleBindingType: ResourceType = {
  ...rbac,
  kind: "RoleBinding",
  plural: "rolebindings",
  namespaced: true,
};
export const crdType: ResourceType = {
  group: "apiextensions.k8s.io",
  version,
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
};

const kubefed = (kind: string, plural: string): ResourceType => ({
  group: coreGroup,
  version: "v1beta1",
  kind,
  plural,
  namespaced: true,
});
export const kubefedConfigType = kubefed("KubeFedConfig", "kubefedconfigs");
export const kubefedClusterType = kubefed("KubeFedCluster", "kubefedclusters");
export const typeConfigType = kubefed("FederatedTypeConfig", "federatedtypeconfigs");

export interface KubeFedConfig extends KubeObject {
  spec: { scope?: "Cluster" | "Namespaced" | ""; [field: string]: unknown };
}

export interface KubeFedCluster extends KubeObject {
  spec: {
    apiEndpoint: string;
    /** Base64 of a PEM bundle. */
    caBundle?: string;
    secretRef: { name: string };
    disabledTLSValidations?: string[];
    proxyURL?: string;
  };
  status?: {
    conditions?: {
      type: string;
      status: string;
      reason?: string;
      message?: string;
      lastProbeTime?: string;
      lastTransitionTime?: string;
    }[];
    kubernetesVersion?: string;
  };
}

/** How a FederatedTypeConfig names a type: the target, or the federated one. */
export interface ApiResourceSpec {
  /** Absent for the core group. */
  group?: string;
  version: string;
  kind: string;
  pluralName: string;
  scope: "Cluster" | "Namespaced";
}

export interface FederatedTypeConfig extends KubeObject {
  spec: {
    targetType: ApiResourceSpec;
    federatedType: ApiResourceSpec;
    propagation: "Enabled" | "Disabled";
    statusType?: ApiResourceSpec;
    statusCollection?: "Enabled" | "Disabled";
  };
  status?: { observedGeneration: number; propagationController: string; statusController?: string };
}

export interface FederatedObject extends KubeObject {
  spec: {
    template?: Record<string, unknown>;
    placement?: { clusters?: { name: string }[]; clusterSelector?: Record<string, unknown> };
    overrides?: { clusterName: string; clusterOverrides: { op?: string; path: string; value?: unknown }[] }[];
    retainReplicas?: boolean;
  };
}

/** The type an entry of a FederatedTypeConfig stands for. */
export function resourceTypeOf(spec: ApiResourceSpec): ResourceType {
  return {
    group: spec.group ?? "",
    version: spec.version,
    kind: spec.kind,
    plural: spec.pluralName,
    namespaced: spec.scope === "Namespaced",
  };
}
