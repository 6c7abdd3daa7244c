import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import { withDeadline } from "../deadline.ts";
import type { FederationDeps } from "../deps.ts";
import { findController } from "./controller-presence.ts";

/** What applying is given: everything that is waited for ends at one time. */
export interface DisableDeps extends Pick<FederationDeps, "clock" | "signal" | "report"> {
  readonly endsAtMs: number;
  /** `--timeout`, for messages. */
  readonly timeoutMs: number;
  /** How long a controller may seem to do nothing before its lock is looked at again: so long it counts without being renewed. */
  readonly leaseMs: number;
}

/** @throws FedctlError TimedOut in place of what the time limit of the command cut short */
export async function withinLimit(
  deps: DisableDeps,
  work: (signal: AbortSignal) => Promise<void>,
  late: () => Promise<FedctlError> | FedctlError,
): Promise<void> {
  if (await endsWithin(deps, remainingMs(deps), work)) return;
  throw await late();
}

export interface ControllerWait {
  readonly api: KubeApi;
  /** Of the control plane. */
  readonly namespace: string;
  readonly deps: DisableDeps;
}

/**
 * Waits for what a controller is to do, as long as there is one. The work may be begun again.
 * @returns false, after a warning, when no controller is left to do it
 * @throws FedctlError TimedOut as `late` words it
 */
export async function waitForController(
  { api, namespace, deps }: ControllerWait,
  work: (signal: AbortSignal) => Promise<void>,
  late: () => Promise<FedctlError> | FedctlError,
): Promise<boolean> {
  do {
    if (await endsWithin(deps, Math.min(deps.leaseMs, remainingMs(deps)), work)) return true;
    if (remainingMs(deps) > 0 && (await findController(api, namespace, deps)).state === "absent") {
      const message = `the controller in namespace "${namespace}" of cluster "${api.context}" has ended: what it left undone is done without it`;
      deps.report.warn({ code: "ControllerEnded", message });
      return false;
    }
  } while (remainingMs(deps) > 0);
  throw await late();
}

async function endsWithin(
  deps: DisableDeps,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  try {
    await withDeadline({ ...deps, timeoutMs: Math.max(timeoutMs, 1) }, work);
    return true;
  } catch (error) {
    if (hasCode(error, "TimedOut")) return false;
    throw error;
  }
}

/** Time left for waiting; zero or less when it is over. */
function remainingMs({ clock, endsAtMs }: DisableDeps): number {
  return endsAtMs - clock.now();
}

/** `<what> within 60 s<detail>` */
export function timedOut(
  { timeoutMs }: DisableDeps,
  { what, detail = "", hint }: { readonly what: string; readonly detail?: string; readonly hint?: string },
): FedctlError {
  return new FedctlError("TimedOut", `${what} within ${Math.round(timeoutMs / 1_000)} s${detail}`, {
    exitCode: ExitCode.TimedOut,
    hint: hint ?? "run the same command again, with more time: --timeout 5m; what is done stays done",
  });
}
