import type { ResourceType } from "../../kube/kube-api.ts";
import type { ClusterRoleBinding, KubeObject, Namespace, Secret, ServiceAccount } from "../../kube/objects.ts";
import type { Connection } from "../deps.ts";
import { tokenSecretType } from "../join/member-objects.ts";
import {
  clusterRoleBindingType,
  clusterRoleType,
  kubefedConfigType,
  namespaceType,
  roleBindingType,
  roleType,
  secretType,
  serviceAccountType,
} from "../kubefed-types.ts";
import { listIfServed } from "../install/listing.ts";
import { namespaceContents, type NamespaceContents } from "../namespace-contents.ts";
import { readWorkloads, type Workloads } from "../unjoin/workloads.ts";

export type Binding = KubeObject & Pick<ClusterRoleBinding, "roleRef" | "subjects">;

/** A role or a binding, of either scope. */
export interface RbacObject<T extends KubeObject = KubeObject> {
  readonly type: ResourceType;
  readonly object: T;
}

/** What a cluster holds that may be of a join. */
export interface GcMember {
  /** The context. */
  readonly context: string;
  /** The same for the same cluster, whatever its context is called. */
  readonly id: string;
  /** Of the name that the control plane's namespace has in the host. */
  readonly namespace: Namespace | undefined;
  /** Another control plane lives in it. */
  readonly isControlPlane: boolean;
  readonly contents: NamespaceContents;
  readonly accounts: readonly ServiceAccount[];
  readonly tokens: readonly Secret[];
  readonly roles: readonly RbacObject[];
  /** All of the cluster: what is bound may be bound by anybody. */
  readonly bindings: readonly RbacObject<Binding>[];
  readonly workloads: Workloads;
}

/** @throws FedctlError Server* */
export async function readGcMember({ api }: Connection, kubefedNamespace: string): Promise<GcMember> {
  const namespace = kubefedNamespace;
  const place = {
    scope: "Cluster",
    names: { namespace, serviceAccount: "", rbac: { manager: "", healthCheck: "" } },
  } as const;
  const list = async <T extends KubeObject>(type: ResourceType): Promise<RbacObject<T>[]> =>
    (await api.list<T>(type)).items.map((object) => ({ type, object }));
  const [system, live, configs, contents, accounts, tokens, workloads, roles, bindings] = await Promise.all([
    api.get<Namespace>({ type: namespaceType, name: "kube-system" }),
    api.get<Namespace>({ type: namespaceType, name: namespace }),
    listIfServed(api, kubefedConfigType, { namespace }),
    namespaceContents(api, namespace),
    api.list<ServiceAccount>(serviceAccountType, { namespace }),
    api.list<Secret>(secretType, { namespace, fieldSelector: `type=${tokenSecretType}` }),
    readWorkloads(api, place),
    Promise.all([list(clusterRoleType), list(roleType)]),
    Promise.all([list<Binding>(clusterRoleBindingType), list<Binding>(roleBindingType)]),
  ]);
  return {
    context: api.context,
    id: system?.metadata?.uid ?? api.context,
    namespace: live,
    isControlPlane: configs.length > 0,
    contents,
    accounts: accounts.items,
    tokens: tokens.items,
    roles: roles.flat(),
    bindings: bindings.flat(),
    workloads,
  };
}
