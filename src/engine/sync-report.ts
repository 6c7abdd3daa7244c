import { FedctlError } from "../errors.ts";
import type { Action, Change, ObjectIdentity } from "../federation/report.ts";
import { apiVersionOf } from "../federation/step.ts";
import { targetKey } from "../propagation/target-key.ts";
import type { MemberAction, MemberOutcome, ReconcileOutcome } from "./outcome.ts";
import type { Subject } from "./reconcile-plan.ts";
import type { Scheduled } from "./schedule-replicas.ts";

const actions: Readonly<Record<MemberAction, Action>> = {
  create: "create",
  update: "update",
  adopt: "update",
  delete: "delete",
  wait: "delete",
  unlabel: "update",
  keep: "keep",
  none: "keep",
};

const reasons: Partial<Readonly<Record<MemberAction, string>>> = {
  adopt: "it was there before, and is managed now",
  wait: "it is being deleted",
  unlabel: "it stays, and is managed no more",
};

/** The object in a member, or the federated object itself. */
export function identityOfTarget({ type, key }: Subject): ObjectIdentity {
  return { apiVersion: apiVersionOf(type.target), kind: type.target.kind, ...targetKey(type, key) };
}

export function identityOfFederated({ type, key }: Subject): ObjectIdentity {
  return { apiVersion: apiVersionOf(type.federated), kind: type.federated.kind, ...key };
}

/** One line for each member that has something to do with the object; and for the host when it failed there. */
export function changesOf(
  subject: Subject,
  outcome: ReconcileOutcome,
  { host, isOverdue }: { readonly host: string; readonly isOverdue: boolean },
): readonly Change[] {
  const changes = outcome.members
    .filter(isTold)
    .map((member) =>
      isOverdue && member.action === "wait" ? overdueChange(subject, member) : changeOf(subject, member),
    );
  if (outcome.error === undefined && (outcome.reason === "" || outcome.reason === "CheckClusters")) return changes;
  const error = outcome.error ?? new FedctlError("PartlyFailed", `${federatedWords(subject)}: ${outcome.reason}`);
  return [
    {
      cluster: host,
      action: "update",
      object: identityOfFederated(subject),
      outcome: "failed",
      reason: outcome.reason === "" ? undefined : outcome.reason,
      error,
    },
    ...changes,
  ];
}

function isTold({ action, status, message }: MemberOutcome): boolean {
  return action !== "none" || status !== undefined || message !== undefined;
}

function changeOf(subject: Subject, member: MemberOutcome): Change {
  const { cluster, action, status = "", message } = member;
  const common = { cluster, action: actions[action], object: identityOfTarget(subject) };
  if (!isFailed(member)) return { ...common, outcome: "done", reason: message ?? reasons[action] };
  const error =
    member.error ?? new FedctlError("PartlyFailed", `${memberWords(subject, cluster)}: ${message ?? status}`);
  return {
    ...common,
    action: action === "none" ? "update" : actions[action],
    outcome: "failed",
    reason: status,
    error,
  };
}

/** It was waited for, and is still there. */
function overdueChange(subject: Subject, { cluster }: MemberOutcome): Change {
  const error = new FedctlError("PartlyFailed", `${memberWords(subject, cluster)} is still being deleted`);
  const object = identityOfTarget(subject);
  return { cluster, action: "delete", object, outcome: "failed", reason: "it is still there", error };
}

/** What is still being deleted is on its way. */
function isFailed({ status }: MemberOutcome): boolean {
  return status !== undefined && status !== "" && status !== "WaitingForRemoval";
}

export function memberWords(subject: Subject, cluster: string): string {
  const { kind, name, namespace } = identityOfTarget(subject);
  const where = namespace === undefined ? "" : ` in namespace "${namespace}"`;
  return `${kind} "${name}"${where} of cluster "${cluster}"`;
}

export function federatedWords(subject: Subject): string {
  const { kind, name, namespace } = identityOfFederated(subject);
  return `${kind} "${name}"${namespace === undefined ? "" : ` in namespace "${namespace}"`}`;
}

/** True when something was not brought to what it should be. */
export function hasFailed(outcome: ReconcileOutcome): boolean {
  const isRefused = outcome.reason !== "" && outcome.reason !== "CheckClusters";
  return outcome.error !== undefined || isRefused || outcome.members.some(isFailed);
}

/** That a scheduling preference changed its federated object. */
export function scheduledChange({ subject, replicas }: Scheduled, host: string): Change {
  const counts = Object.entries(replicas).sort(([one], [other]) => (one < other ? -1 : 1));
  const reason = `replicas: ${counts.map(([name, count]) => `${name} ${count}`).join(", ")}`;
  return { cluster: host, action: "update", object: identityOfFederated(subject), outcome: "done", reason };
}
