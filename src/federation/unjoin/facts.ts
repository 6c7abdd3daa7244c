import { hasCode } from "../../errors.ts";
import type { KubeApi, ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject, Namespace, Secret } from "../../kube/objects.ts";
import { listClusters } from "../clusters/clusters.ts";
import type { Connection } from "../deps.ts";
import { memberNamespaceAnnotation, serviceAccountAnnotation } from "../join/options.ts";
import { memberNames } from "../join/join.ts";
import type { MemberNames } from "../join/member-objects.ts";
import {
  clusterRoleBindingType,
  clusterRoleType,
  type KubeFedCluster,
  kubefedConfigName,
  kubefedConfigType,
  namespaceType,
  roleBindingType,
  roleType,
  secretType,
  serviceAccountType,
} from "../kubefed-types.ts";
import { credentialSecretName, rbacNames } from "../names.ts";
import { namespaceContents } from "../namespace-contents.ts";
import type { ObjectIdentity } from "../report.ts";
import type { UnjoinOptions } from "./options.ts";

/** An object of a join that is there. */
export interface Found {
  readonly type: ResourceType;
  readonly object: KubeObject;
}

export interface HostFacts {
  readonly registration: KubeFedCluster | undefined;
  /** Names of all clusters that are joined. */
  readonly joined: readonly string[];
  /** The credential, or what a half-done join left of it. */
  readonly credential: Secret | undefined;
  readonly namespace: Namespace | undefined;
  readonly names: MemberNames;
}

export interface MemberFacts {
  readonly namespace: Namespace | undefined;
  /** In the order in which they are to go: what grants permissions first. */
  readonly found: readonly Found[];
  /** What else lives in the namespace. */
  readonly others: readonly ObjectIdentity[];
  /** Types that could not be looked at, so that the namespace cannot be called empty. */
  readonly unreadable: readonly string[];
}

/** @throws FedctlError KubeFedNotInstalled, Server* */
export async function readHost({ api, config }: Connection, options: UnjoinOptions): Promise<HostFacts> {
  const { clusterName, kubefedNamespace: namespace } = options;
  const [clusters, hostNamespace, kubefedConfig] = await Promise.all([
    listClusters(api, namespace),
    api.get<Namespace>({ type: namespaceType, name: namespace }),
    api.get({ type: kubefedConfigType, namespace, name: kubefedConfigName }),
  ]);
  const registration = clusters.find(({ metadata }) => metadata?.name === clusterName);
  const secretName =
    registration?.spec.secretRef.name ?? credentialSecretName(clusterName, kubefedConfig?.metadata?.uid ?? "");
  const credential = await api.get<Secret>({ type: secretType, namespace, name: secretName });
  return {
    registration,
    joined: clusters.map(({ metadata }) => metadata?.name ?? ""),
    credential,
    namespace: hostNamespace,
    names: namesOf(registration, options, config.contextName),
  };
}

/** As the join noted them on the registration, else as kubefedctl derives them. */
function namesOf(registration: KubeFedCluster | undefined, options: UnjoinOptions, hostContext: string): MemberNames {
  const noted = registration?.metadata?.annotations?.[serviceAccountAnnotation];
  if (noted === undefined) return memberNames(options, hostContext);
  return {
    namespace: options.kubefedNamespace,
    serviceAccount: noted,
    rbac: rbacNames(noted, options.kubefedNamespace),
  };
}

/** True when the join found the namespace in the cluster, and so has to leave it there. */
export function wasThereBefore(registration: KubeFedCluster | undefined): boolean {
  return registration?.metadata?.annotations?.[memberNamespaceAnnotation] === "existing";
}

/** What a join of these names made, as far as it is there. */
export async function readMember(api: KubeApi, names: MemberNames): Promise<MemberFacts> {
  const [namespace, found] = await Promise.all([
    api.get<Namespace>({ type: namespaceType, name: names.namespace }),
    findOwn(api, names),
  ]);
  if (namespace === undefined) return { namespace, found, others: [], unreadable: [] };
  const { items, unreadable } = await namespaceContents(api, names.namespace);
  const own = new Set(found.map(({ type, object }) => `${type.kind}/${object.metadata?.name ?? ""}`));
  return { namespace, found, others: items.filter(({ kind, name }) => !own.has(`${kind}/${name}`)), unreadable };
}

async function findOwn(api: KubeApi, { namespace, serviceAccount, rbac }: MemberNames): Promise<Found[]> {
  const wanted: readonly (readonly [ResourceType, string])[] = [
    [clusterRoleBindingType, rbac.manager],
    [clusterRoleBindingType, rbac.healthCheck],
    [roleBindingType, rbac.manager],
    [clusterRoleType, rbac.manager],
    [clusterRoleType, rbac.healthCheck],
    [roleType, rbac.manager],
    [serviceAccountType, serviceAccount],
    [secretType, serviceAccount],
  ];
  const found = await Promise.all(wanted.map(([type, name]) => findOne(api, type, { namespace, name })));
  return found.flatMap((one) => one ?? []);
}

async function findOne(
  api: KubeApi,
  type: ResourceType,
  { namespace, name }: { namespace: string; name: string },
): Promise<Found | undefined> {
  try {
    const object = await api.get({ type, name, ...(type.namespaced && { namespace }) });
    return object === undefined ? undefined : { type, object };
  } catch (error) {
    // Who joined a namespaced control plane may not read cluster roles, and made none (B-UJ10).
    if (hasCode(error, "ServerForbidden") && !type.namespaced) return undefined;
    throw error;
  }
}
