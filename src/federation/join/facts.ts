import { hasCode } from "../../errors.ts";
import type { KubeApi, ObjectKey, ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject, Namespace, Secret, ServiceAccount } from "../../kube/objects.ts";
import { listClusters, notInstalled } from "../clusters/clusters.ts";
import type { Connection } from "../deps.ts";
import { nameOf } from "../describe.ts";
import {
  clusterRoleBindingType,
  clusterRoleType,
  type FederatedTypeConfig,
  type KubeFedCluster,
  type KubeFedConfig,
  kubefedConfigName,
  kubefedConfigType,
  namespaceType,
  secretType,
  serviceAccountType,
  typeConfigType,
} from "../kubefed-types.ts";
import { credentialSecretName } from "../names.ts";
import { memberNames, type MemberNames, notedNames } from "./member-names.ts";
import { memberGrants, type RoleGrant } from "./member-objects.ts";
import { type JoinOptions, rbacAnnotation, type RbacProfile } from "./options.ts";

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
  readonly rbac: RbacProfile;
  /** The enabled ones, where the permissions depend on them; else none. */
  readonly types: readonly FederatedTypeConfig[];
  /** What the scope of the control plane asks for. */
  readonly grants: readonly GrantFact[];
}

/** What the host says of itself, whichever cluster is joined to it. */
export interface JoinHost {
  readonly connection: Connection;
  readonly hostId: string;
  readonly scope: "Cluster" | "Namespaced";
  readonly clusters: readonly KubeFedCluster[];
  /** Asked for once, when somebody wants to know. */
  types(): Promise<readonly FederatedTypeConfig[]>;
}

type SharedOptions = Pick<JoinOptions, "kubefedNamespace" | "rbac">;

/** @throws FedctlError KubeFedNotInstalled, Server* */
export async function readJoinHost(
  connection: Connection,
  { kubefedNamespace: namespace, rbac }: SharedOptions,
): Promise<JoinHost> {
  const { api } = connection;
  let reading: Promise<readonly FederatedTypeConfig[]> | undefined;
  const types = (): Promise<readonly FederatedTypeConfig[]> => (reading ??= listTypes(api, namespace));
  // That they are wanted is known: asked for now they cost no round trip. Whoever wants them gets the error.
  if (rbac === "minimal") types().catch(() => undefined);
  const [config, clusters] = await Promise.all([requireConfig(api, namespace), listClusters(api, namespace)]);
  return { connection, hostId: config.metadata?.uid ?? "", scope: scopeOf(config), clusters, types };
}

async function listTypes(api: KubeApi, namespace: string): Promise<readonly FederatedTypeConfig[]> {
  return (await api.list<FederatedTypeConfig>(typeConfigType, { namespace })).items;
}

export interface JoinSides {
  /** Under way: the member is read at the same time. */
  readonly host: Promise<JoinHost>;
  readonly hostContext: string;
  readonly member: Connection;
}

/** @throws FedctlError Server*; what `host` rejects with comes first, whichever answers first */
export async function readJoinFacts(sides: JoinSides, options: JoinOptions): Promise<JoinFacts> {
  const { kubefedNamespace: namespace, clusterName } = options;
  const { api } = sides.member;
  const derived = memberNames(options, sides.hostContext);
  const early = readMember(api, derived);
  early.catch(() => undefined);
  const host = await sides.host;
  const { clusters, hostId, scope } = host;
  const registration = clusters.find((one) => nameOf(one) === clusterName);
  const names = notedNames(registration, namespace) ?? derived;
  const isDerived = names.serviceAccount === derived.serviceAccount;
  const { grant, ...memberFacts } = isDerived ? await early : await readMember(api, names);
  const secretName =
    options.secretName ?? registration?.spec.secretRef.name ?? credentialSecretName(clusterName, hostId);
  const rbac = options.rbac ?? notedProfile(registration);
  const [credential, types] = await Promise.all([
    host.connection.api.get<Secret>({ type: secretType, namespace, name: secretName }),
    rbac === "minimal" ? host.types() : [],
  ]);
  const wanted = memberGrants(names, { profile: rbac, scope, types });
  const secretUser = clusters.find((one) => one !== registration && one.spec.secretRef.name === secretName);
  return {
    hostId,
    registration,
    secretName,
    credential,
    secretUser: secretUser && nameOf(secretUser),
    names,
    ...memberFacts,
    rbac,
    types,
    grants: await Promise.all(wanted.map((each) => grant(each))),
  };
}

function notedProfile(registration: KubeFedCluster | undefined): RbacProfile {
  return registration?.metadata?.annotations?.[rbacAnnotation] === "minimal" ? "minimal" : "full";
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
  const role: ObjectKey = { type: clusterRoleType, name: names.rbac.manager };
  const early = readGrant(api, role, { type: clusterRoleBindingType, name: names.rbac.manager });
  // Whoever needs it later gets its error; nobody may.
  early.catch(() => undefined);
  const [namespace, serviceAccount, tokenSecret] = await Promise.all([
    api.get<Namespace>({ type: namespaceType, name: names.namespace }),
    api.get<ServiceAccount>({ type: serviceAccountType, ...inNamespace }),
    api.get<Secret>({ type: secretType, ...inNamespace }),
    Promise.allSettled([early]),
  ]);
  const grant = async (wanted: RoleGrant): Promise<GrantFact> => {
    const key = keyOf(wanted.roleType, wanted.role);
    const isRead = key.type === role.type && key.name === role.name;
    const found = isRead ? early : readGrant(api, key, keyOf(wanted.bindingType, wanted.binding));
    return { wanted, ...(await found) };
  };
  return { namespace, serviceAccount, tokenSecret, grant };
}

async function readGrant(api: KubeApi, roleKey: ObjectKey, bindingKey: ObjectKey): Promise<Omit<GrantFact, "wanted">> {
  const [role, binding] = await Promise.all([
    api.get<RoleGrant["role"]>(roleKey),
    api.get<RoleGrant["binding"]>(bindingKey),
  ]);
  return { role, binding };
}

function keyOf(type: ResourceType, { metadata }: KubeObject): ObjectKey {
  return { type, namespace: metadata?.namespace, name: metadata?.name ?? "" };
}
