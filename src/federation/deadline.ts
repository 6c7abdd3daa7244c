import { ExitCode, FedctlError, hasCode } from "../errors.ts";
import type { Clock } from "./deps.ts";

export interface DeadlineOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/**
 * Runs `work` with a signal that fires at the deadline as well as when the caller's does.
 * @throws FedctlError TimedOut in place of the Interrupted that the deadline caused; whatever `work` throws
 */
export async function withDeadline<T>(
  { timeoutMs, signal, clock }: DeadlineOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const [deadline, finished] = [new AbortController(), new AbortController()];
  void clock.sleep(timeoutMs, AbortSignal.any([signal, finished.signal])).then(
    () => {
      deadline.abort();
    },
    () => {
      // Cut short: the work ended first, or the caller interrupted it.
    },
  );
  try {
    return await work(AbortSignal.any([signal, deadline.signal]));
  } catch (error) {
    if (!deadline.signal.aborted || signal.aborted || !hasCode(error, "Interrupted")) throw error;
    throw new FedctlError("TimedOut", `not finished within ${Math.round(timeoutMs / 1000)} s`, {
      cause: error,
      exitCode: ExitCode.TimedOut,
    });
  } finally {
    finished.abort();
  }
}
