import { hasCode } from "../../errors.ts";
import type { KubeApi, ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject, Namespace } from "../../kube/objects.ts";
import type { Connection } from "../deps.ts";
import { isOfOtherHost } from "../join/ownership.ts";
import {
  clusterRoleBindingType,
  clusterRoleType,
  namespaceType,
  roleBindingType,
  roleType,
  secretType,
  serviceAccountType,
} from "../kubefed-types.ts";
import { namespaceContents } from "../namespace-contents.ts";
import type { ObjectIdentity } from "../report.ts";
import { identityOf } from "../step.ts";
import type { JoinRecord, UnjoinOptions } from "./options.ts";
import { readOtherJoins } from "./other-joins.ts";
import { readResidents, type Residents } from "./residents.ts";
import { type Found, readWorkloads, type Workloads } from "./workloads.ts";

/** What a join left in the joined cluster. */
export interface Traces {
  readonly namespace: Namespace | undefined;
  readonly found: readonly Found[];
  /** What may be there, but may not be looked at. */
  readonly unseen: readonly ObjectIdentity[];
}

export interface MemberFacts extends Traces {
  /** As the kubeconfig has it. */
  readonly server: string;
  /** What else lives in the namespace. */
  readonly others: readonly ObjectIdentity[];
  /** Types that could not be looked at, so that the namespace cannot be called empty. */
  readonly unreadable: readonly string[];
  readonly workloads: Workloads;
  /** What others put into the namespaces among the workloads. Only read when workloads are to go. */
  readonly residents: Residents;
  /** Names of bindings of other joins to this cluster. Only read when workloads are to go. */
  readonly otherJoins: readonly string[];
}

type Looking = Pick<UnjoinOptions, "workloads">;

/** What a join of this cluster made in it, what the federation placed there, and what else is in the way. @throws FedctlError Server* */
export async function readMember(
  { api, config }: Connection,
  record: JoinRecord,
  { workloads: fate }: Looking,
): Promise<MemberFacts> {
  const isGoing = fate === "delete";
  const [traces, workloads, otherJoins] = await Promise.all([
    readTraces(api, record),
    readWorkloads(api, record),
    isGoing ? readOtherJoins(api, record) : [],
  ]);
  const isHost = isHostsOwn(traces.namespace, record);
  const [contents, residents] = await Promise.all([
    readContents(api, record, traces),
    isGoing && !isHost ? readResidents(api, workloads.items) : new Map<string, string>(),
  ]);
  const leaving = isGoing ? workloads.items : [];
  const own = new Set([...traces.found, ...leaving].map((one) => keyOf(identityOf(one))));
  const others = contents.items.filter((item) => !own.has(keyOf(item)));
  return {
    ...traces,
    server: config.server,
    others,
    unreadable: contents.unreadable,
    workloads,
    residents,
    otherJoins,
  };
}

type Contents = Awaited<ReturnType<typeof namespaceContents>>;

async function readContents(api: KubeApi, record: JoinRecord, { namespace }: Traces): Promise<Contents> {
  const isKeptAnyway = isHostsOwn(namespace, record) || record.namespaceNote === "existing";
  if (namespace === undefined || isKeptAnyway) return { items: [], unreadable: [] };
  return namespaceContents(api, record.names.namespace);
}

/** True when the cluster is the host itself. */
export function isHostsOwn(namespace: Namespace | undefined, { hostNamespaceUid }: JoinRecord): boolean {
  return namespace !== undefined && namespace.metadata?.uid === hostNamespaceUid;
}

function keyOf({ apiVersion, kind, name }: ObjectIdentity): string {
  return `${apiVersion}/${kind}/${name}`;
}

/** Only what a join made. @throws FedctlError Server* */
export async function readTraces(api: KubeApi, record: JoinRecord): Promise<Traces> {
  const { namespace, serviceAccount, rbac } = record.names;
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
  const [live, looked] = await Promise.all([
    api.get<Namespace>({ type: namespaceType, name: namespace }),
    Promise.all(wanted.map(([type, name]) => lookAt(api, { type, object: { metadata: { namespace, name } } }, record))),
  ]);
  return {
    namespace: live,
    found: looked.flatMap(({ found }) => found ?? []),
    unseen: looked.flatMap(({ unseen }) => unseen ?? []),
  };
}

interface Look {
  readonly found?: Found;
  readonly unseen?: ObjectIdentity;
}

async function lookAt(api: KubeApi, wanted: Found, record: JoinRecord): Promise<Look> {
  const { type } = wanted;
  const { namespace, name } = identityOf(wanted);
  try {
    const object = await api.get<KubeObject>({ type, name, namespace });
    return object === undefined || isForeign(object, record) ? {} : { found: { type, object } };
  } catch (error) {
    // Whoever administers but a namespace, of a control plane of that scope, may not look at cluster roles (B-UJ10).
    const isTolerable = record.scope === "Namespaced" && !type.namespaced && hasCode(error, "ServerForbidden");
    if (!isTolerable) throw error;
    return name === record.names.rbac.manager ? {} : { unseen: identityOf(wanted) };
  }
}

/** Of another host that goes by the same name; but what the registration notes is ours, even after KubeFed was installed anew. */
function isForeign(object: KubeObject, { isNoted, hostId }: JoinRecord): boolean {
  if (isNoted || hostId === undefined) return false;
  return isOfOtherHost(object, hostId);
}
