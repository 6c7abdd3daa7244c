import { createDelayedKeys } from "./delayed-keys.ts";

/** How one run of a key ended: it is forgotten, or done again. */
export type WorkResult =
  | { readonly kind: "done" }
  /** After the next pause of this key, which doubles each time. */
  | { readonly kind: "retry" }
  /** After so long; counts as no failure. */
  | { readonly kind: "again"; readonly afterMs: number };

export interface WorkQueueOptions {
  /** Does the work of one key; never twice at a time for the same. Must not throw. */
  work(key: string): Promise<WorkResult>;
  /** Keys worked on at a time. */
  readonly workers: number;
  /** Of the pauses after failures. Default: KubeFed's 5 s to 60 s. */
  readonly firstPauseMs?: number | undefined;
  readonly longestPauseMs?: number | undefined;
}

/** Keys to be worked on: each is in it once, however often it is added. */
export interface WorkQueue {
  /** To be worked on, after `delayMs`; of several delays the shortest counts. A key that is being worked on comes again afterwards. */
  readonly add: (key: string, delayMs?: number) => void;
  /** It is worked on, or waits for a worker. */
  readonly has: (key: string) => boolean;
  /** Takes no more keys and forgets those that wait; resolves when what is under way has ended. */
  readonly stop: () => Promise<void>;
  /** Resolves when nothing is to be done now: what waits for its time does not count. */
  readonly idle: () => Promise<void>;
  /** Ready, and under way. */
  readonly depth: number;
  /** Waiting for their time. */
  readonly waiting: number;
}

/**
 * Makes a {@link WorkQueue}. Its time is that of the process, not of the calendar: a clock that is set does not disturb it.
 */
export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const keys = createKeys();
  const pauseAfter = createPauses(options);
  const delays = createDelayedKeys((key) => {
    addNow(key);
  });
  const idlers = new Set<() => void>();
  let isStopped = false;

  function addNow(key: string): void {
    delays.remove(key);
    keys.add(key);
    startWork();
  }

  function startWork(): void {
    for (const key of keys.take(options.workers)) {
      void options.work(key).then((result) => {
        finish(key, result);
      });
    }
  }

  function finish(key: string, result: WorkResult): void {
    const pauseMs = pauseAfter(key, result);
    const isAgain = keys.finish(key);
    if (!isAgain && pauseMs !== undefined && !isStopped) delays.add(key, pauseMs);
    startWork();
    if (keys.size > 0) return;
    for (const tell of idlers) tell();
    idlers.clear();
  }

  const idle = async (): Promise<void> => {
    if (keys.size > 0) await new Promise<void>((resolve) => idlers.add(resolve));
  };

  return {
    add(key, delayMs = 0) {
      if (isStopped) return;
      if (delayMs <= 0) addNow(key);
      else if (!keys.isDue(key)) delays.add(key, delayMs);
    },
    has: keys.has,
    idle,
    async stop() {
      isStopped = true;
      keys.forgetWaiting();
      delays.clear();
      await idle();
    },
    get depth() {
      return keys.size;
    },
    get waiting() {
      return delays.size;
    },
  };
}

/** Keys to be worked on, and being worked on. */
interface Keys {
  readonly size: number;
  add(key: string): void;
  /** It waits for a worker already, or comes again. */
  isDue(key: string): boolean;
  readonly has: (key: string) => boolean;
  /** Those to begin with, so that so many are under way. */
  take(workers: number): readonly string[];
  /** True when it was added meanwhile. */
  finish(key: string): boolean;
  forgetWaiting(): void;
}

function createKeys(): Keys {
  const ready = new Set<string>();
  const active = new Set<string>();
  /** Added while being worked on. */
  const dirty = new Set<string>();
  return {
    get size() {
      return ready.size + active.size;
    },
    add(key) {
      if (active.has(key)) dirty.add(key);
      else ready.add(key);
    },
    has: (key) => ready.has(key) || active.has(key),
    isDue: (key) => ready.has(key) || dirty.has(key),
    take(workers) {
      const taken: string[] = [];
      for (const key of ready) {
        if (active.size >= workers) break;
        ready.delete(key);
        active.add(key);
        taken.push(key);
      }
      return taken;
    },
    finish(key) {
      active.delete(key);
      const isAgain = dirty.delete(key);
      if (isAgain) ready.add(key);
      return isAgain;
    },
    forgetWaiting() {
      ready.clear();
      dirty.clear();
    },
  };
}

/** How long a key waits after a run of it; undefined: it does not come again. */
function createPauses({
  firstPauseMs = 5_000,
  longestPauseMs = 60_000,
}: WorkQueueOptions): (key: string, result: WorkResult) => number | undefined {
  const failures = new Map<string, number>();
  return (key, result) => {
    if (result.kind !== "retry") {
      failures.delete(key);
      return result.kind === "again" ? result.afterMs : undefined;
    }
    const count = failures.get(key) ?? 0;
    failures.set(key, count + 1);
    return Math.min(longestPauseMs, firstPauseMs * 2 ** count);
  };
}
