/** Lets so many callers in at a time, in the order they came. */
export interface Limiter {
  /** @throws the signal's reason, while waiting */
  enter(signal: AbortSignal): Promise<void>;
  leave(): void;
  setLimit(limit: number): void;
}

interface Waiter {
  readonly admit: () => void;
  gone: boolean;
}

/** Makes a {@link Limiter}. */
export function createLimiter(initialLimit: number): Limiter {
  let limit = initialLimit;
  let inside = 0;
  const queue: Waiter[] = [];
  const admitNext = (): void => {
    while (inside < limit) {
      const next = queue.shift();
      if (next === undefined) return;
      if (next.gone) continue;
      inside += 1;
      next.admit();
    }
  };
  return {
    async enter(signal) {
      signal.throwIfAborted();
      if (inside < limit) {
        inside += 1;
        return;
      }
      await wait(queue, signal);
    },
    leave() {
      inside -= 1;
      admitNext();
    },
    setLimit(next) {
      limit = Math.max(1, next);
      admitNext();
    },
  };
}

function wait(queue: Waiter[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const waiter: Waiter = {
      gone: false,
      admit: () => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      },
    };
    function onAbort(): void {
      waiter.gone = true;
      reject(signal.reason as Error); // Whoever aborts gives an error.
    }
    signal.addEventListener("abort", onAbort, { once: true });
    queue.push(waiter);
  });
}
