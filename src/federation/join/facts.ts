import { hasCode } from "../../errors.ts";
import type { KubeApi, ObjectKey, ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject, Namespace, Secret, ServiceAccount } from "../../kube/objects.ts";
import { listClusters, notInstalled } from "../clusters/clusters.ts";
import type { Connection } from "../deps.ts";
import { nameOf } from "../describe.ts";
import {
  type KubeFedCluster,
  type KubeFedConfig,
  kubefedConfigName,
  kubefedConfigType,
  namespaceType,
  secretType,
  serviceAccountType,
} from "../kubefed-types.ts";
import { credentialSecretName } from "../names.ts";
import { memberNames, type MemberNames, notedNames } from "./member-names.ts";
import { memberGrants, type RoleGrant } from "./member-objects.ts";
import type { JoinOptions } from "./options.ts";

/** One of a role and its binding: what is wanted and what is there. */
export interface GrantFact {
  readonly wanted: RoleGrant;
  readonly role: RoleGrant["role"] | undefined;
  readonly binding: RoleGrant["binding"] | undefined;
}

/** All that a join depends on, read before anything is written. */
export interface JoinFacts {
  /** UID of the KubeFedConfig: identifies the control plane. */
  readonly hostId: string;
  readonly registration: KubeFedCluster | undefined;
  /** Of the credential in the host. */
  readonly secretName: string;
  readonly credential: Secret | undefined;
  /** Another cluster whose registration names the same credential. */
  readonly secretUser: string | undefined;
  /** As an earlier join noted them, else as they are derived. */
  readonly names: MemberNames;
  readonly namespace: Namespace | undefined;
  readonly serviceAccount: ServiceAccount | undefined;
  readonly tokenSecret: Secret | undefined;
  /** What the scope of the control plane asks for. */
  readonly grants: readonly GrantFact[];
}

export interface JoinSides {
  readonly host: Connection;
  readonly member: Connection;
}

/** Reads both clusters at once. @throws FedctlError KubeFedNotInstalled, Server* */
export async function readJoinFacts({ host, member }: JoinSides, options: JoinOptions): Promise<JoinFacts> {
  const { kubefedNamespace: namespace, clusterName } = options;
  const derived = memberNames(options, host.config.contextName);
  const early = readMember(member.api, derived);
  // What is wrong with the host is told first, whichever answers first.
  early.catch(() => undefined);
  const [config, clusters] = await Promise.all([requireConfig(host.api, namespace), listClusters(host.api, namespace)]);
  const registration = clusters.find((one) => nameOf(one) === clusterName);
  const names = notedNames(registration, namespace) ?? derived;
  const isDerived = names.serviceAccount === derived.serviceAccount;
  const { grant, ...memberFacts } = isDerived ? await early : await readMember(member.api, names);
  const hostId = config.metadata?.uid ?? "";
  const secretName =
    options.secretName ?? registration?.spec.secretRef.name ?? credentialSecretName(clusterName, hostId);
  const [credential, grants] = await Promise.all([
    host.api.get<Secret>({ type: secretType, namespace, name: secretName }),
    Promise.all(memberGrants(names, scopeOf(config)).map((wanted) => grant(wanted))),
  ]);
  const secretUser = clusters.find((one) => one !== registration && one.spec.secretRef.name === secretName);
  return {
    hostId,
    registration,
    secretName,
    credential,
    secretUser: secretUser && nameOf(secretUser),
    names,
    ...memberFacts,
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

/** Any other value means the cluster, as in KubeFed. */
function scopeOf({ spec }: KubeFedConfig): "Cluster" | "Namespaced" {
  return spec.scope === "Namespaced" ? "Namespaced" : "Cluster";
}

interface MemberFacts extends Pick<JoinFacts, "namespace" | "serviceAccount" | "tokenSecret"> {
  readonly grant: (wanted: RoleGrant) => Promise<GrantFact>;
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

function keyOf(type: ResourceType, { metadata }: KubeObject): ObjectKey {
  return { type, namespace: metadata?.namespace, name: metadata?.name ?? "" };
}
