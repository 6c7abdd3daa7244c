import type { ResourceType } from "../../kube/kube-api.ts";
import type { ClusterRoleBinding, KubeObject, Namespace, Secret, ServiceAccount } from "../../kube/objects.ts";
import {
  clusterRoleBindingType,
  clusterRoleType,
  managedByFedctl,
  managedByLabel,
  roleBindingType,
  roleType,
} from "../kubefed-types.ts";
import type { MemberNames } from "./member-names.ts";
import { memberRules, type Rules, type RulesRequest } from "./member-rules.ts";

/** What a join makes in the joining cluster (spec/kubefed 3.5). Pure. */

const labels = { [managedByLabel]: managedByFedctl };
export const tokenSecretType = "kubernetes.io/service-account-token";
export const tokenOwnerAnnotation = "kubernetes.io/service-account.name";
/** Set by Kubernetes: the service account that the token was made for. */
export const tokenOwnerUidAnnotation = "kubernetes.io/service-account.uid";
export const mountAnnotation = "kubernetes.io/enforce-mountable-secrets";

export function memberNamespace(name: string): Namespace {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

export function memberServiceAccount({ namespace, serviceAccount }: MemberNames): ServiceAccount {
  const annotations = { [mountAnnotation]: "true" };
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: serviceAccount, namespace, labels, annotations },
    automountServiceAccountToken: false,
  };
}

/** Kubernetes fills in the token. The explicit secret is what makes a lasting token on Kubernetes 1.24 and later. */
export function memberTokenSecret({ namespace, serviceAccount }: MemberNames): Secret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: serviceAccount, namespace, labels, annotations: { [tokenOwnerAnnotation]: serviceAccount } },
    type: tokenSecretType,
  };
}

/** A role and its binding, namespaced or not. */
export interface RoleGrant {
  readonly roleType: ResourceType;
  readonly role: KubeObject & { rules: Rules };
  readonly bindingType: ResourceType;
  readonly binding: KubeObject & Pick<ClusterRoleBinding, "roleRef" | "subjects">;
}

/** The permissions of the control plane in the joining cluster. */
export function memberGrants(names: MemberNames, request: RulesRequest): RoleGrant[] {
  const { manager, health } = memberRules(request);
  const namespace = request.scope === "Namespaced" ? { namespace: names.namespace } : {};
  const own = grant(names, { name: names.rbac.manager, rules: manager, ...namespace });
  return health === undefined ? [own] : [own, grant(names, { name: names.rbac.healthCheck, rules: health })];
}

function grant(
  { namespace, serviceAccount }: MemberNames,
  {
    name,
    rules,
    namespace: roleNamespace,
  }: { readonly name: string; readonly rules: Rules; readonly namespace?: string },
): RoleGrant {
  const inNamespace = roleNamespace !== undefined;
  const metadata = { name, labels, ...(inNamespace && { namespace: roleNamespace }) };
  const kind = inNamespace ? "Role" : "ClusterRole";
  const apiGroup = "rbac.authorization.k8s.io";
  const apiVersion = `${apiGroup}/v1`;
  return {
    roleType: inNamespace ? roleType : clusterRoleType,
    role: { apiVersion, kind, metadata, rules },
    bindingType: inNamespace ? roleBindingType : clusterRoleBindingType,
    binding: {
      apiVersion,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup, kind, name },
      subjects: [{ kind: "ServiceAccount", name: serviceAccount, namespace }],
    },
  };
}

/** The server gives a subject no apiGroup, other tools write an empty one. */
export function withoutApiGroup(subjects: readonly { readonly apiGroup?: string }[] | undefined): unknown {
  return subjects?.map((subject) =>
    Object.fromEntries(Object.entries(subject).filter(([key, value]) => key !== "apiGroup" || value !== "")),
  );
}
