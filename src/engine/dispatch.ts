import { FedctlError, hasCode } from "../errors.ts";
import { managedLabel } from "../federation/kubefed-types.ts";
import type { KubeApi, ObjectKey, RequestOptions } from "../kube/kube-api.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { type Decision, decideAdoption, decideMember, type MemberFacts } from "../propagation/decide.ts";
import type { MemberDeleteOptions } from "../propagation/deletion.ts";
import { writtenType } from "../propagation/desired-object.ts";
import { objectVersion } from "../propagation/needs-update.ts";
import { targetKey } from "../propagation/target-key.ts";
import type { ClusterStatus } from "../propagation/types.ts";
import type { MemberAction, MemberOutcome } from "./outcome.ts";
import type { MemberPlan, Subject } from "./reconcile-plan.ts";
import type { MemberCluster } from "./world.ts";

/** What became of a decision in one member. */
export interface Dispatched extends MemberOutcome {
  /** To be recorded: of what was written. */
  readonly version?: string;
  /** `.status` of the member's object. */
  readonly remoteStatus?: unknown;
  /** The member has the object, or may have it. */
  readonly holds: boolean;
}

export interface DispatchOptions {
  readonly subject: Subject;
  readonly adoptsObjects: boolean;
  /** Of a deletion. */
  readonly deleteOptions?: MemberDeleteOptions;
  /** When a member's time is up, for all that is asked of it, in the time of `performance.now()`. */
  readonly endMs: number;
}

/** What is left of a member's time, for one more request. */
function timeLeft({ endMs }: Pick<DispatchOptions, "endMs">): RequestOptions {
  return { timeoutMs: Math.max(1, Math.round(endMs - performance.now())) };
}

/**
 * Carries out what was decided for one member. What a server answers is in the outcome.
 * @throws FedctlError Interrupted
 */
export async function dispatch(plan: MemberPlan, options: DispatchOptions): Promise<Dispatched> {
  const { cluster, decision } = plan;
  switch (decision.action) {
    case "none":
      return { cluster: cluster.name, action: "none", status: undefined, holds: false };
    case "report":
      return { ...told(cluster, "none", decision.status), message: decision.message, holds: true };
    case "abandon":
      return { ...told(cluster, "none", undefined), message: decision.message, holds: false };
    case "keep":
      return { ...told(cluster, "keep", ""), remoteStatus: decision.live["status"], holds: true };
    case "wait":
      return { ...told(cluster, "wait", "WaitingForRemoval"), remoteStatus: decision.live["status"], holds: true };
    case "create":
    case "update":
    case "delete":
    case "unlabel":
      return write(plan, options);
  }
}

function told(
  { name }: MemberCluster,
  action: MemberAction,
  status: ClusterStatus | undefined,
): Pick<MemberOutcome, "cluster" | "action" | "status"> {
  return { cluster: name, action, status };
}

/** Somebody may write in between again and again; the next reconciliation sees to it then. */
const maxTries = 4;

async function write(plan: MemberPlan, options: DispatchOptions): Promise<Dispatched> {
  let { decision } = plan;
  for (let tries = 1; ; tries += 1) {
    const attempt = { ...plan, decision };
    const result = await tryWrite(attempt, options);
    if (result.kind === "done") return result.dispatched;
    if (tries === maxTries) return failed(attempt, result.error);
    const next = await decideAgain(attempt, result.error, options);
    if (next.kind === "done") return next.dispatched;
    decision = next.decision;
    if (!isWrite(decision)) return dispatch({ ...plan, decision }, options);
  }
}

type Written =
  | { readonly kind: "done"; readonly dispatched: Dispatched }
  /** The member's object is another one than was known. */
  | { readonly kind: "surprise"; readonly error: FedctlError };

function isWrite({ action }: Decision): boolean {
  return action === "create" || action === "update";
}

async function tryWrite(plan: MemberPlan, options: DispatchOptions): Promise<Written> {
  try {
    return { kind: "done", dispatched: await perform(plan, options) };
  } catch (error) {
    if (!isAnswer(error)) throw error;
    if (isSurprise(plan, error)) return { kind: "surprise", error };
    return { kind: "done", dispatched: failed(plan, error) };
  }
}

/** Anything but an interruption or a bug says something about the member. */
function isAnswer(error: unknown): error is FedctlError {
  return error instanceof FedctlError && !hasCode(error, "Interrupted");
}

function isSurprise({ decision, facts }: MemberPlan, error: FedctlError): boolean {
  if (facts === undefined) return false;
  if (decision.action === "create") return hasCode(error, "ServerAlreadyExists");
  // An update of an object that went meanwhile is answered with NotFound.
  return decision.action === "update" && hasCode(error, "ServerConflict", "ServerNotFound");
}

async function decideAgain(
  plan: MemberPlan,
  surprise: FedctlError,
  options: DispatchOptions,
): Promise<{ readonly kind: "decided"; readonly decision: Decision } | (Written & { readonly kind: "done" })> {
  const { facts, cluster, decision } = plan;
  if (facts === undefined) return { kind: "done", dispatched: failed(plan, surprise) };
  try {
    const live = await memberApi(cluster).get(objectKey(plan, options.subject), timeLeft(options));
    if (live === undefined) {
      // An update that is told NotFound although there is no object: the namespace, or the type, is missing.
      if (decision.action === "create") return { kind: "done", dispatched: failed(plan, surprise) };
      return { kind: "decided", decision: decideMember({ ...facts, live: { known: true, object: undefined } }) };
    }
    return { kind: "decided", decision: decideAdoption(facts, live, options) };
  } catch (error) {
    if (!isAnswer(error)) throw error;
    const dispatched = failed(plan, error);
    if (hasCode(error, "ServerTimedOut")) return { kind: "done", dispatched };
    return { kind: "done", dispatched: { ...dispatched, status: "RetrievalFailed" } };
  }
}

function memberApi(cluster: MemberCluster): KubeApi {
  return cluster.api();
}

function objectKey({ decision }: MemberPlan, { type, key }: Subject): ObjectKey {
  const written = "object" in decision ? writtenType(type, decision.object) : type.target;
  return { type: written, ...targetKey(type, key) };
}

async function perform(plan: MemberPlan, options: DispatchOptions): Promise<Dispatched> {
  const { cluster, decision } = plan;
  const api = memberApi(cluster);
  switch (decision.action) {
    case "create":
      return wrote(plan, await api.create(objectKey(plan, options.subject).type, decision.object, timeLeft(options)));
    case "update":
      return wrote(plan, await api.update(objectKey(plan, options.subject).type, decision.object, timeLeft(options)));
    case "delete":
      return remove(plan, decision.live, options);
    case "unlabel":
      return unlabel(plan, decision, options);
    default:
      throw new Error(`${decision.action} is no write`);
  }
}

function wrote({ cluster, decision }: MemberPlan, object: UnknownObject): Dispatched {
  const adopts = decision.action === "update" && decision.adopts === true;
  const action = decision.action === "create" ? "create" : "update";
  return {
    ...told(cluster, adopts ? "adopt" : action, ""),
    version: objectVersion(object),
    remoteStatus: object["status"],
    holds: true,
  };
}

/** Deletes the very object that was looked at, and no other that somebody made in its place. */
async function remove(plan: MemberPlan, live: UnknownObject, options: DispatchOptions): Promise<Dispatched> {
  const { uid } = live.metadata ?? {};
  const key = objectKey(plan, options.subject);
  const { deleteOptions } = options;
  const outcome = await memberApi(plan.cluster).delete(key, { uid, ...deleteOptions, ...timeLeft(options) });
  const isGoing = outcome === "deleting";
  return { ...told(plan.cluster, "delete", isGoing ? "WaitingForRemoval" : undefined), holds: isGoing };
}

async function unlabel(
  plan: MemberPlan,
  { live, message }: Decision & { readonly action: "unlabel" },
  options: DispatchOptions,
): Promise<Dispatched> {
  const { uid } = live.metadata ?? {};
  const body = { metadata: { uid, labels: { [managedLabel]: null } } };
  try {
    await memberApi(plan.cluster).patch(objectKey(plan, options.subject), { type: "merge", body }, timeLeft(options));
  } catch (error) {
    if (!hasCode(error, "ServerNotFound")) throw error;
  }
  return { ...told(plan.cluster, "unlabel", undefined), ...(message !== undefined && { message }), holds: false };
}

const words = { create: "Creation", update: "Update", delete: "Deletion", unlabel: "LabelRemoval" } as const;

function failed({ cluster, decision }: MemberPlan, error: FedctlError): Dispatched {
  const { action } = decision;
  const isDeed = action === "create" || action === "update" || action === "delete" || action === "unlabel";
  const verb = isDeed ? action : "update";
  return { ...told(cluster, verb, failureStatus(error, words[verb])), message: error.message, error, holds: true };
}

function failureStatus(error: FedctlError, operation: (typeof words)[keyof typeof words]): ClusterStatus {
  if (hasCode(error, "ClusterConfigMalformed")) return "ClientRetrievalFailed";
  return hasCode(error, "ServerTimedOut") ? `${operation}TimedOut` : `${operation}Failed`;
}

/** The facts of a member as a fresh read of its object has them. */
export async function readAgain(
  { cluster, facts }: MemberPlan & { readonly facts: MemberFacts },
  { subject, endMs }: DispatchOptions,
): Promise<MemberFacts> {
  const { type, key } = subject;
  try {
    const object = await memberApi(cluster).get({ type: type.target, ...targetKey(type, key) }, timeLeft({ endMs }));
    const isManaged = object?.metadata?.labels?.[managedLabel] === "true";
    return { ...facts, live: { known: true, object: isManaged ? object : undefined } };
  } catch (error) {
    if (!isAnswer(error)) throw error;
    return { ...facts, live: { known: false, message: error.message } };
  }
}
