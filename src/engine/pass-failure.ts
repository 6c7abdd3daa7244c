import { ExitCode, FedctlError } from "../errors.ts";
import type { Change } from "../federation/report.ts";
import { type HostAddress, quoted, suggestCommand } from "../federation/suggest.ts";
import { failureStatus } from "./failure-status.ts";
import type { ReconcileOutcome } from "./outcome.ts";
import { type SelectOptions, suggestPass } from "./suggest-pass.ts";

/** What a pass was to look at, and in which control plane. */
export type PassAddress = SelectOptions & HostAddress;

const named = 3;

/** The first causes of failed changes; what one cluster that is not ready fails is one cause. */
export function causesOf(changes: readonly Change[]): string {
  const failed = changes.filter(({ outcome }) => outcome === "failed");
  const causes = new Map<string, string>();
  for (const { cluster, reason = "", error } of failed) {
    const message = error?.message ?? reason;
    const key = reason === "ClusterNotReady" ? `${reason} ${cluster}` : message;
    if (!causes.has(key)) causes.set(key, message);
  }
  const told = [...causes.values()].slice(0, named);
  const more = failed.length > told.length ? `; and ${failed.length - told.length} more` : "";
  return told.join("; ") + more;
}

/** What to type next after the first of these. */
export function hintFor(verb: "sync" | "diff", changes: readonly Change[], address: PassAddress): string {
  const failed = changes.find(({ outcome }) => outcome === "failed");
  const again = suggestPass(verb, address);
  switch (failed?.reason) {
    case "ClusterNotReady":
      return `see how the clusters are: ${suggestCommand("get clusters", address)}`;
    case "ClusterNotFound":
      return `join it, or take it out of the placement: ${suggestCommand(`join ${quoted(failed.cluster)}`, address)}`;
    default:
      return failed?.error?.hint ?? `when that is mended, run it again: ${again}`;
  }
}

/** `1 of 3 objects is not as it should be`. */
export function amissWords(count: number, of?: number): string {
  const noun = (of ?? count) === 1 ? "object" : "objects";
  return `${count}${of === undefined ? "" : ` of ${of}`} ${noun} ${count === 1 ? "is not as it" : "are not as they"} should be`;
}

export function partlyFailed(
  {
    objects,
    failures,
    changes,
  }: { readonly objects: number; readonly failures: number; readonly changes: readonly Change[] },
  address: PassAddress,
): FedctlError {
  return new FedctlError("PartlyFailed", `${amissWords(failures, objects)}: ${causesOf(changes)}`, {
    exitCode: ExitCode.PartlyFailed,
    hint: hintFor("sync", changes, address),
  });
}

export function notScheduled(cause: FedctlError, address: PassAddress): FedctlError {
  return new FedctlError("PartlyFailed", `replicas could not be distributed: ${cause.message}`, {
    exitCode: ExitCode.PartlyFailed,
    cause,
    hint: cause.hint ?? `when that is mended, run it again: ${suggestPass("sync", address)}`,
  });
}

export function timedOut(
  { pending, changes }: { readonly pending: number; readonly changes: readonly Change[] },
  { timeoutMs, ...address }: PassAddress & { readonly timeoutMs: number },
): FedctlError {
  const why = causesOf(changes);
  const spent = timeoutMs < 1_000 ? `${timeoutMs} ms` : `${Math.round(timeoutMs / 1_000)} s`;
  const more = Math.max(60, Math.ceil((2 * timeoutMs) / 1_000));
  return new FedctlError("TimedOut", `${amissWords(pending)} after ${spent}${why && `: ${why}`}`, {
    exitCode: ExitCode.TimedOut,
    hint: `with more time: ${suggestPass("sync", address)} --timeout ${more}s`,
  });
}

/** Answers that say the same however often they are asked for. */
const refusals = [400, 403, 405, 413, 422];

/** Servers refused what this object needs, and nothing of it is still under way: trying on will hardly help. */
export function isRefused({ members, error }: ReconcileOutcome): boolean {
  const errors = [error, ...members.map((member) => member.error)].filter((each) => each !== undefined);
  const waits = members.some(({ action }) => action === "wait" || action === "delete");
  return errors.length > 0 && !waits && errors.every(isRefusal);
}

function isRefusal(error: FedctlError): boolean {
  const status = failureStatus(error);
  // A namespace that is being deleted makes room by itself.
  return status !== undefined && refusals.includes(status) && !error.message.includes("being terminated");
}
