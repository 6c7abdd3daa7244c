/** One piece of work that several callers wait for. It is cancelled only when the last of them has lost interest. */
export interface SharedRun<T> {
  /** Waits for the work; when `signal` fires this caller alone is let go, with the signal's reason. */
  join(signal: AbortSignal | undefined): Promise<T>;
}

/** Starts `work` soon; `onAbandoned` is called when all callers have gone and before the work is cancelled. */
export function shareRun<T>(work: (signal: AbortSignal) => Promise<T>, onAbandoned: () => void): SharedRun<T> {
  const controller = new AbortController();
  // Not in this turn, so that even work that fails at once fails after the caller has stored the run.
  const done = Promise.resolve().then(() => work(controller.signal));
  // Everybody may have gone when it fails; each caller that stays hears of it through its own promise.
  const settled = done.then(
    () => undefined,
    () => undefined,
  );
  let waiting = 0;
  const leave = async (reason: unknown): Promise<void> => {
    waiting--;
    if (waiting > 0) return;
    onAbandoned();
    controller.abort(reason);
    // The last one out sees to it that nothing is left running.
    await settled;
  };
  return {
    join: async (signal) => {
      signal?.throwIfAborted();
      waiting++;
      if (signal === undefined) return done;
      const aborted = whenAborted(signal);
      const first = await Promise.race([settled, aborted.fired]);
      aborted.forget();
      if (first === "aborted") {
        await leave(signal.reason);
        signal.throwIfAborted();
      }
      return done;
    },
  };
}

function whenAborted(signal: AbortSignal): { readonly fired: Promise<"aborted">; readonly forget: () => void } {
  const { promise, resolve } = withResolvers<"aborted">();
  const listener = (): void => {
    resolve("aborted");
  };
  signal.addEventListener("abort", listener, { once: true });
  return {
    fired: promise,
    forget: () => {
      signal.removeEventListener("abort", listener);
    },
  };
}

/** Promise.withResolvers came with Node 22. */
function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: settle };
}
