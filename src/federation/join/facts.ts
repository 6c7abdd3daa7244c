import { hasCode } from "../../errors.ts";
import type { KubeApi, ObjectKey, ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject, Namespace, Secret, ServiceAccount } from "../../kube/objects.ts";
import type { Connection } from "../deps.ts";
import { notInstalled } from "../clusters/clusters.ts";
import {
  kubefedClusterType,
  type KubeFedCluster,
  type KubeFedConfig,
  kubefedConfigName,
  kubefedConfigType,
  namespaceType,
  secretType,
  serviceAccountType,
} from "../kubefed-types.ts";
import { credentialSecretName } from "../names.ts";
import { memberGrants, type MemberNames, type RoleGrant } from "./member-objects.ts";
import type { JoinOptions } from "./options.ts";

/** One of a role and its binding: what is wanted and what is there. */
export interface GrantFact {
  readonly wanted: RoleGrant;
  readonly role: RoleGrant["role"] | undefined;
  readonly binding: RoleGrant["binding"] | undefined;
}

/** All that a join depends on, read before anything is written. */
export interface JoinFacts {
  readonly scope: "Cluster" | "Namespaced";
  /** UID of the KubeFedConfig: identifies the control plane. */
  readonly hostId: string;
  readonly registration: KubeFedCluster | undefined;
  /** Of the credential in the host. */
  readonly secretName: string;
  readonly credential: Secret | undefined;
  readonly namespace: Namespace | undefined;
  readonly serviceAccount: ServiceAccount | undefined;
  readonly tokenSecret: Secret | undefined;
  readonly grants: readonly GrantFact[];
}

export interface JoinSides {
  readonly host: Connection;
  readonly member: Connection;
}

/** Reads both clusters at once. @throws FedctlError KubeFedNotInstalled, Server* */
export async function readJoinFacts(sides: JoinSides, names: MemberNames, options: JoinOptions): Promise<JoinFacts> {
  const { kubefedNamespace: namespace, clusterName } = options;
  const host = sides.host.api;
  const member = sides.member.api;
  const [config, registration, memberFacts] = await Promise.all([
    requireConfig(host, namespace),
    getIfServed<KubeFedCluster>(host, { type: kubefedClusterType, namespace, name: clusterName }),
    readMember(member, names),
  ]);
  const scope = config.spec.scope === "Namespaced" ? "Namespaced" : "Cluster";
  const hostId = config.metadata?.uid ?? "";
  const secretName =
    options.secretName ?? registration?.spec.secretRef.name ?? credentialSecretName(clusterName, hostId);
  const [credential, grants] = await Promise.all([
    host.get<Secret>({ type: secretType, namespace, name: secretName }),
    Promise.all(memberGrants(names, scope).map((wanted) => memberFacts.grant(wanted))),
  ]);
  const { namespace: memberNamespace, serviceAccount, tokenSecret } = memberFacts;
  return {
    scope,
    hostId,
    registration,
    secretName,
    credential,
    namespace: memberNamespace,
    serviceAccount,
    tokenSecret,
    grants,
  };
}

async function requireConfig(api: KubeApi, namespace: string): Promise<KubeFedConfig> {
  const config = await getIfServed<KubeFedConfig>(api, { type: kubefedConfigType, namespace, name: kubefedConfigName });
  if (config === undefined) throw notInstalled(api.context, namespace);
  return config;
}

/** A GET whose type may not exist either. */
async function getIfServed<T extends KubeObject>(api: KubeApi, key: ObjectKey): Promise<T | undefined> {
  try {
    return await api.get<T>(key);
  } catch (error) {
    if (hasCode(error, "ServerNotFound")) return undefined;
    throw error;
  }
}

interface MemberFacts {
  readonly namespace: Namespace | undefined;
  readonly serviceAccount: ServiceAccount | undefined;
  readonly tokenSecret: Secret | undefined;
  grant(wanted: RoleGrant): Promise<GrantFact>;
}

/** The roles of a cluster-scoped control plane, the usual one, are asked for before its scope is known: that saves a round trip. */
async function readMember(api: KubeApi, names: MemberNames): Promise<MemberFacts> {
  const inNamespace = { namespace: names.namespace, name: names.serviceAccount };
  const early = memberGrants(names, "Cluster").map((wanted) => readGrant(api, wanted));
  // Whoever needs one of them later gets its error; nobody may.
  early.forEach((reading) => void reading.catch(() => undefined));
  const [namespace, serviceAccount, tokenSecret] = await Promise.all([
    api.get<Namespace>({ type: namespaceType, name: names.namespace }),
    api.get<ServiceAccount>({ type: serviceAccountType, ...inNamespace }),
    api.get<Secret>({ type: secretType, ...inNamespace }),
    Promise.allSettled(early),
  ]);
  const grant = async (wanted: RoleGrant): Promise<GrantFact> => {
    const [cluster] = early;
    return wanted.role.kind === "ClusterRole" &&
      wanted.role.metadata?.name === names.rbac.manager &&
      cluster !== undefined
      ? cluster
      : readGrant(api, wanted);
  };
  return { namespace, serviceAccount, tokenSecret, grant };
}

async function readGrant(api: KubeApi, wanted: RoleGrant): Promise<GrantFact> {
  const [role, binding] = await Promise.all([
    api.get<RoleGrant["role"]>(keyOf(wanted.roleType, wanted.role)),
    api.get<RoleGrant["binding"]>(keyOf(wanted.bindingType, wanted.binding)),
  ]);
  return { wanted, role, binding };
}

export function keyOf(type: ResourceType, { metadata }: KubeObject): ObjectKey {
  return { type, namespace: metadata?.namespace, name: metadata?.name ?? "" };
}
