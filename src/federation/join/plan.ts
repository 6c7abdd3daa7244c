import type { ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject, Namespace, Secret, ServiceAccount } from "../../kube/objects.ts";
import { sameJson } from "../json-data.ts";
import {
  type KubeFedCluster,
  managedByFedctl,
  managedByLabel,
  namespaceType,
  secretType,
  serviceAccountType,
} from "../kubefed-types.ts";
import type { Warning } from "../report.ts";
import type { Step } from "../step.ts";
import { checkJoin } from "./checks.ts";
import type { GrantFact, JoinFacts } from "./facts.ts";
import {
  memberNamespace,
  memberServiceAccount,
  memberTokenSecret,
  mountAnnotation,
  tokenOwnerUidAnnotation,
  withoutApiGroup,
} from "./member-objects.ts";
import { clusterAnnotation, type JoinOptions } from "./options.ts";
import { markedFor } from "./ownership.ts";
import { planRegistration } from "./registration.ts";
import type { StoredEndpoint } from "./stored-endpoint.ts";
import { joinWarnings } from "./warnings.ts";

/** What a join writes. The credential's token and the CA that may come with it are known only once the member has made them. */
export interface JoinPlan {
  readonly namespace: Step<Namespace>;
  readonly serviceAccount: Step<ServiceAccount>;
  readonly tokenSecret: Step<Secret>;
  /** In this order. */
  readonly grants: readonly GrantPlan[];
  /** Without the token. */
  readonly credential: Step<Secret>;
  /** Without a CA where that comes with the token. */
  readonly registration: Step<KubeFedCluster>;
  readonly awaitsAuthority: boolean;
  /** The registration as it is. */
  readonly registered: KubeFedCluster | undefined;
  readonly warnings: readonly Warning[];
}

export interface GrantPlan {
  readonly role: Step;
  /** A binding to another role: what a binding binds to cannot be changed. */
  readonly obsolete: Step | undefined;
  readonly binding: Step;
}

export interface JoinRequest {
  readonly options: JoinOptions;
  /** How the host and the joining cluster are called in messages. */
  readonly hostContext: string;
  /** Of the host, to tell what is near to it. */
  readonly hostUrl: string;
  readonly stored: StoredEndpoint;
}

/** Pure. @throws FedctlError when the join cannot or must not be done, before anything is written */
export function planJoin(facts: JoinFacts, request: JoinRequest): JoinPlan {
  checkJoin(facts, request);
  const { names, hostId, registration, grants } = facts;
  const place: Place = {
    cluster: request.options.clusterName,
    hostId,
    reason: registration === undefined ? leftover : undefined,
  };
  return {
    namespace: planNamespace(facts, place.cluster),
    serviceAccount: ensure(place, {
      type: serviceAccountType,
      wanted: memberServiceAccount(names),
      live: facts.serviceAccount,
      isAsWanted: isServiceAccountAsWanted,
    }),
    tokenSecret: planTokenSecret(facts, place),
    grants: grants.map((grant) => planGrant(grant, place)),
    credential: planCredential(facts, request),
    registration: planRegistration(facts, request),
    awaitsAuthority: request.stored.awaitsAuthority,
    registered: registration,
    warnings: joinWarnings(facts, request),
  };
}

const leftover = "left by an earlier join";

interface Place {
  readonly cluster: string;
  readonly hostId: string;
  /** Why something is there already. */
  readonly reason: string | undefined;
}

interface Wanted<T extends KubeObject> {
  readonly type: ResourceType;
  readonly wanted: T;
  readonly live: T | undefined;
  readonly isAsWanted: (live: T) => boolean;
}

/** Create what is absent, keep what is as wanted, bring the rest there; labels and annotations of others stay. */
function ensure<T extends KubeObject>(
  { cluster, hostId, reason }: Place,
  { type, wanted: unmarked, live, isAsWanted }: Wanted<T>,
): Step<T> {
  const wanted = markedFor(unmarked, hostId);
  if (live === undefined) return { cluster, type, action: "create", object: wanted };
  if (isAsWanted(live)) return { cluster, type, action: "keep", object: live, reason };
  const metadata = {
    ...live.metadata,
    labels: { ...live.metadata?.labels, ...wanted.metadata?.labels },
    annotations: { ...live.metadata?.annotations, ...wanted.metadata?.annotations },
  };
  return { cluster, type, action: "update", object: { ...live, ...wanted, metadata }, reason };
}

/** Shared with other hosts, so it bears the mark of none. */
function planNamespace({ namespace: live, names }: JoinFacts, cluster: string): Step<Namespace> {
  return live === undefined
    ? { cluster, type: namespaceType, action: "create", object: memberNamespace(names.namespace) }
    : { cluster, type: namespaceType, action: "keep", object: live };
}

function isServiceAccountAsWanted(live: ServiceAccount): boolean {
  return live.automountServiceAccountToken === false && live.metadata?.annotations?.[mountAnnotation] === "true";
}

/** A token of a service account that was replaced since is worth nothing: emptied, the secret gets a new one. */
function planTokenSecret({ tokenSecret: live, serviceAccount, names }: JoinFacts, place: Place): Step<Secret> {
  const wanted = memberTokenSecret(names);
  const step = ensure(place, { type: secretType, wanted, live, isAsWanted: () => true });
  const { [tokenOwnerUidAnnotation]: owner, ...annotations } = live?.metadata?.annotations ?? {};
  if (live === undefined || owner === undefined || owner === serviceAccount?.metadata?.uid) return step;
  const emptied = { ...live, metadata: { ...live.metadata, annotations }, data: {} };
  return { ...step, action: "update", object: emptied };
}

function planGrant({ wanted, role, binding }: GrantFact, place: Place): GrantPlan {
  const { roleType, bindingType: type } = wanted;
  const isObsolete = binding !== undefined && !sameJson(binding.roleRef, wanted.binding.roleRef);
  return {
    role: ensure(place, {
      type: roleType,
      wanted: wanted.role,
      live: role,
      isAsWanted: (live) => sameJson(live.rules, wanted.role.rules),
    }),
    obsolete: isObsolete
      ? { cluster: place.cluster, type, action: "delete", object: binding, reason: "binds to another role" }
      : undefined,
    binding: ensure(place, {
      type,
      wanted: wanted.binding,
      live: isObsolete ? undefined : binding,
      isAsWanted: (live) => sameJson(withoutApiGroup(live.subjects), wanted.binding.subjects),
    }),
  };
}

function planCredential(
  { credential, secretName, registration }: JoinFacts,
  { options, hostContext }: JoinRequest,
): Step<Secret> {
  const { kubefedNamespace: namespace, clusterName } = options;
  const base = { cluster: hostContext, type: secretType };
  if (credential !== undefined)
    return { ...base, action: "update", object: credential, reason: registration === undefined ? leftover : undefined };
  // generateName is what kubefedctl sends; the server keeps it beside a name.
  const generateName = options.secretName === undefined ? { generateName: `${clusterName}-` } : {};
  const labels = { [managedByLabel]: managedByFedctl };
  const annotations = { [clusterAnnotation]: clusterName };
  const metadata = { name: secretName, namespace, ...generateName, labels, annotations };
  return { ...base, action: "create", object: { apiVersion: "v1", kind: "Secret", metadata } };
}
