import { managedLabel } from "../federation/kubefed-types.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { desiredObject } from "./desired-object.ts";
import { needsUpdate } from "./needs-update.ts";
import { isOriginal } from "./originals.ts";
import type { ClusterFacts, ClusterStatus, LiveObject, PropagatedType } from "./types.ts";

/** What is to be done about a federated object in one member. Pure data. */
export type Decision =
  /** Nothing is there and nothing is to be; the status does not name the cluster. */
  | { readonly action: "none" }
  /** Nothing can be done now. */
  | { readonly action: "report"; readonly status: ClusterStatus; readonly message: string }
  | { readonly action: "create"; readonly object: UnknownObject }
  | { readonly action: "update"; readonly object: UnknownObject; readonly live: UnknownObject; readonly adopts?: true }
  /** It is as it is to be. */
  | { readonly action: "keep"; readonly live: UnknownObject }
  | { readonly action: "delete"; readonly live: UnknownObject }
  /** It stays, and is the federation's no more. */
  | { readonly action: "unlabel"; readonly live: UnknownObject; readonly message?: string }
  /** It is being deleted already. */
  | { readonly action: "wait"; readonly live: UnknownObject }
  /** A deletion no longer waits for this cluster. */
  | { readonly action: "abandon"; readonly message: string };

export interface MemberFacts {
  readonly cluster: ClusterFacts;
  readonly type: PropagatedType;
  readonly federated: UnknownObject;
  /** The placement wants it there. */
  readonly selected: boolean;
  /** Undefined for a cluster that is not ready, which is not asked. */
  readonly live: LiveObject | undefined;
  /** Version that was last written there for the same template and overrides. */
  readonly recorded: string | undefined;
  /** Something was written there once, and nothing tells that it is gone. */
  readonly mayHold: boolean;
  /** UID of the host's own namespace of that name, when the target is a namespace. */
  readonly hostNamespaceUid: string | undefined;
}

/** What a member needs so that it has, or has not, what the placement says. */
export function decideMember(facts: MemberFacts): Decision {
  const { cluster, selected, live, mayHold } = facts;
  if (live === undefined) {
    if (selected) return { action: "report", status: "ClusterNotReady", message: notReady(cluster) };
    if (!mayHold) return { action: "none" };
    return { action: "report", status: "WaitingForRemoval", message: notReady(cluster) };
  }
  if (!live.known) {
    const concerns = selected || (mayHold && live.lacksType !== true);
    return concerns ? { action: "report", status: "CachedRetrievalFailed", message: live.message } : { action: "none" };
  }
  if (!selected) return decideAbsence(facts, live.object);
  return live.object === undefined ? decideCreation(facts) : decideUpdate(facts, live.object);
}

export function notReady({ reason }: ClusterFacts): string {
  return reason === undefined ? "the cluster is not ready" : `the cluster is not ready: ${reason}`;
}

function decideCreation({ type, federated, cluster }: MemberFacts): Decision {
  const desired = desiredObject({ type, federated, cluster: cluster.name });
  return desired.ok
    ? { action: "create", object: desired.object }
    : { action: "report", status: desired.status, message: desired.message };
}

function decideUpdate(facts: MemberFacts, live: UnknownObject): Decision {
  if (live.metadata?.deletionTimestamp !== undefined) return { action: "wait", live };
  if (live.metadata?.labels?.[managedLabel] === "false") {
    const message = `the object bears the label ${managedLabel}=false`;
    return { action: "report", status: "ManagedLabelFalse", message };
  }
  const { type, federated, cluster, recorded } = facts;
  const desired = desiredObject({ type, federated, cluster: cluster.name, live });
  if (!desired.ok) return { action: "report", status: desired.status, message: desired.message };
  if (!needsUpdate(desired.object, live, recorded)) return { action: "keep", live };
  return { action: "update", object: desired.object, live };
}

/** What to do with an object that was there before: it was to be created, and the member has one of that name without the label. */
export function decideAdoption(
  facts: MemberFacts,
  existing: UnknownObject,
  { adoptsObjects }: { readonly adoptsObjects: boolean },
): Decision {
  const isLabelled = existing.metadata?.labels?.[managedLabel] === "true";
  if (!adoptsObjects && !isLabelled && !isHostNamespace(facts, existing)) {
    const message = "the cluster has an object of that name, and the control plane adopts none";
    return { action: "report", status: "AlreadyExists", message };
  }
  const decision = decideUpdate({ ...facts, recorded: undefined }, existing);
  return decision.action === "update" && !isLabelled ? { ...decision, adopts: true } : decision;
}

/** The member that is the host has the federated namespace itself: with it, everything would go. */
function isHostNamespace({ hostNamespaceUid }: MemberFacts, { metadata }: UnknownObject): boolean {
  return hostNamespaceUid !== undefined && metadata?.uid === hostNamespaceUid;
}

function decideAbsence(facts: MemberFacts, live: UnknownObject | undefined): Decision {
  if (live === undefined) return { action: "none" };
  if (live.metadata?.deletionTimestamp !== undefined) return { action: "wait", live };
  if (isHostNamespace(facts, live)) return { action: "unlabel", live };
  if (!isOriginal(facts.cluster, live, facts.federated)) return { action: "delete", live };
  const message = "it was there before it was federated, in the cluster that hosts the control plane, and so it stays";
  return { action: "unlabel", live, message };
}

export interface RemovalRules {
  /** The objects stay in the members, as nobody's. */
  readonly orphans: boolean;
  /** The deletion has waited for unreachable clusters as long as it may. */
  readonly overdue: boolean;
}

/** What a member needs so that its federated object can go. */
export function decideRemoval(facts: MemberFacts, rules: RemovalRules): Decision {
  const { live } = facts;
  if (live?.known !== true) return decideUnreadRemoval(facts, rules);
  const { object } = live;
  if (object === undefined) return { action: "none" };
  const isGoing = object.metadata?.deletionTimestamp !== undefined;
  if (isGoing && (rules.orphans || isHostNamespace(facts, object))) return { action: "none" };
  return rules.orphans ? { action: "unlabel", live: object } : decideAbsence(facts, object);
}

/** Of a member that was not asked, or that gave no answer. */
function decideUnreadRemoval(facts: MemberFacts, { overdue, orphans }: RemovalRules): Decision {
  const { cluster, selected, live, mayHold } = facts;
  const concerns = selected || mayHold;
  if (!concerns) return { action: "none" };
  if (live === undefined) return heldUp("ClusterNotReady", notReady(cluster), overdue || orphans);
  if (live.known || live.lacksType === true) return { action: "none" };
  return heldUp("CachedRetrievalFailed", live.message, overdue || orphans);
}

function heldUp(status: ClusterStatus, message: string, goesOn: boolean): Decision {
  return goesOn ? { action: "abandon", message } : { action: "report", status, message };
}

/** What a member needs whose object bears the label of a federated object that is not there. */
export function decideOrphan(live: LiveObject | undefined): Decision {
  const object = live?.known === true ? live.object : undefined;
  if (object === undefined || object.metadata?.deletionTimestamp !== undefined) return { action: "none" };
  if (object.metadata?.labels?.[managedLabel] !== "true") return { action: "none" };
  return { action: "unlabel", live: object };
}
