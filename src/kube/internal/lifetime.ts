import type { SignalHub } from "./signal-hub.ts";
import { WireFailure } from "./wire.ts";

/** Why a call ended before its answer: somebody's signal. */
export class Interruption extends Error {
  override readonly name = "Interruption";
}

/** What ends a call early: its timeout, the caller's signal, the connection's signal. */
export interface Lifetime {
  /** Its reason is an Interruption, or a WireFailure of kind "timeout". */
  readonly signal: AbortSignal;
  /** Milliseconds until the timeout; Infinity before the timer runs and when there is none. */
  remainingMs(): number;
  /** Starts the timeout; does nothing when it runs already. */
  startTimer(): void;
  /** The answer has begun: what follows may take as long as it likes. */
  stopTimer(): void;
  end(): void;
}

export interface LifetimeOptions {
  readonly hub: SignalHub;
  readonly signals: readonly (AbortSignal | undefined)[];
  /** 0: never. */
  readonly timeoutMs: number;
}

/** Opens a {@link Lifetime}; whoever opens it must end it. */
export function openLifetime({ hub, signals, timeoutMs }: LifetimeOptions): Lifetime {
  const controller = new AbortController();
  const onAbort = (): void => {
    controller.abort(new Interruption("interrupted"));
  };
  const unsubscribe = signals.map((signal) => (signal === undefined ? undefined : hub.subscribe(signal, onAbort)));
  let timer: NodeJS.Timeout | undefined;
  let deadlineMs = Infinity;
  const stopTimer = (): void => {
    clearTimeout(timer);
    deadlineMs = Infinity;
  };
  return {
    signal: controller.signal,
    remainingMs: () => deadlineMs - performance.now(),
    startTimer() {
      if (timer !== undefined || timeoutMs <= 0 || timeoutMs === Infinity) return;
      deadlineMs = performance.now() + timeoutMs;
      timer = setTimeout(() => {
        const message = `no answer within ${timeoutMs / 1000} s`;
        controller.abort(new WireFailure(message, { stage: "lost", kind: "timeout", passing: false }));
      }, timeoutMs);
    },
    stopTimer,
    end() {
      stopTimer();
      for (const each of unsubscribe) each?.();
    },
  };
}
