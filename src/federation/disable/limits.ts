import { ExitCode, FedctlError } from "../../errors.ts";
import type { FederationDeps } from "../deps.ts";

/** What applying is given: everything that is waited for ends at one time. */
export interface DisableDeps extends Pick<FederationDeps, "clock" | "signal" | "report"> {
  readonly endsAtMs: number;
  /** `--timeout`, for messages. */
  readonly timeoutMs: number;
}

/** Time left for waiting; zero or less when it is over. */
export function remainingMs({ clock, endsAtMs }: DisableDeps): number {
  return endsAtMs - clock.now();
}

export function timedOut(what: string, { timeoutMs }: DisableDeps, hint?: string): FedctlError {
  return new FedctlError("TimedOut", `${what} within ${Math.round(timeoutMs / 1_000)} s`, {
    exitCode: ExitCode.TimedOut,
    hint: hint ?? "run the same command again, with more time: --timeout 5m; what is done stays done",
  });
}
