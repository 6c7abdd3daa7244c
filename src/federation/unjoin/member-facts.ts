import { hasCode } from "../../errors.ts";
import type { KubeApi, ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject, Namespace } from "../../kube/objects.ts";
import type { Connection } from "../deps.ts";
import { notedNames } from "../join/member-names.ts";
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
import { type HostFacts, isHostsOwn, wasThereBefore } from "./host-facts.ts";

/** An object of a join that is there. */
export interface Found {
  readonly type: ResourceType;
  readonly object: KubeObject;
}

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
}

/** What a join of this cluster made in it, as far as it is there, and what else is in the namespace. @throws FedctlError Server* */
export async function readMember({ api, config }: Connection, host: HostFacts): Promise<MemberFacts> {
  const traces = await readTraces(api, host);
  const { namespace, found } = traces;
  const { server } = config;
  if (namespace === undefined || isKeptAnyway(namespace, host))
    return { ...traces, server, others: [], unreadable: [] };
  const { items, unreadable } = await namespaceContents(api, host.names.namespace);
  const own = new Set(found.map((one) => keyOf(identityOf(one))));
  return { ...traces, server, others: items.filter((item) => !own.has(keyOf(item))), unreadable };
}

function isKeptAnyway(namespace: Namespace, host: HostFacts): boolean {
  return isHostsOwn(namespace, host) || wasThereBefore(host.registration);
}

function keyOf({ apiVersion, kind, name }: ObjectIdentity): string {
  return `${apiVersion}/${kind}/${name}`;
}

/** Only what a join made. @throws FedctlError Server* */
export async function readTraces(api: KubeApi, host: HostFacts): Promise<Traces> {
  const { namespace, serviceAccount, rbac } = host.names;
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
    Promise.all(wanted.map(([type, name]) => lookAt(api, { type, object: { metadata: { namespace, name } } }, host))),
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

async function lookAt(api: KubeApi, wanted: Found, host: HostFacts): Promise<Look> {
  const { type } = wanted;
  const { namespace, name } = identityOf(wanted);
  try {
    const object = await api.get({ type, name, namespace });
    return object === undefined || isForeign(object, host) ? {} : { found: { type, object } };
  } catch (error) {
    // Whoever administers but a namespace, of a control plane of that scope, may not look at cluster roles (B-UJ10).
    const isTolerable = host.scope === "Namespaced" && !type.namespaced && hasCode(error, "ServerForbidden");
    if (!isTolerable) throw error;
    return name === host.names.rbac.manager ? {} : { unseen: identityOf(wanted) };
  }
}

/** Of another host that goes by the same name; but what the registration notes is ours, even after KubeFed was installed anew. */
function isForeign(object: KubeObject, { registration, names, hostId }: HostFacts): boolean {
  if (notedNames(registration, names.namespace) !== undefined || hostId === undefined) return false;
  return isOfOtherHost(object, hostId);
}
