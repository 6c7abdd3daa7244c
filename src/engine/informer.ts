import { FedctlError, hasCode } from "../errors.ts";
import type { Clock } from "../federation/deps.ts";
import { failureStatus } from "./failure-status.ts";
import type { KubeApi, ResourceType } from "../kube/kube-api.ts";
import type { UnknownObject } from "../kube/objects.ts";
import type { Key } from "./key.ts";
import { type CacheOptions, createCache, type ObjectCache, type Versioned } from "./object-cache.ts";

export interface InformerOptions<Kept extends Versioned> extends CacheOptions<Kept> {
  readonly api: Pick<KubeApi, "pages" | "watch">;
  readonly type: ResourceType;
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  /** After the first list, and whenever what is known of the server changes. */
  readonly onState?: (state: InformerState) => void;
  readonly clock: Clock;
  readonly random: () => number;
}

/** synced: the cache was complete once; `error`: why it is not kept up to date at the moment. */
export interface InformerState {
  readonly synced: boolean;
  readonly error: FedctlError | undefined;
}

/** A cache of the objects of one type in one cluster, kept by list and watch. */
export interface Informer<Kept extends Versioned> {
  readonly state: InformerState;
  readonly size: number;
  readonly get: (key: Key) => Kept | undefined;
  readonly keys: () => Iterable<Key>;
  /** Takes over what a write gave back, so that it need not be awaited; the event that follows is then no news. */
  apply(object: UnknownObject): void;
  /** Tries again at once where it waits after a failure. */
  retryNow(): void;
  /** Ends when the signal fires. */
  run(signal: AbortSignal): Promise<void>;
}

// As client-go: failures come further and further apart.
const firstPauseMs = 800;
const longestPauseMs = 30_000;
/** A watch that ends earlier, and told nothing, has failed. */
const shortestWatchMs = 1_000;

/** Makes an {@link Informer}; `run` starts it. */
export function createInformer<Kept extends Versioned>(options: InformerOptions<Kept>): Informer<Kept> {
  const cache = createCache(options);
  const loop = createLoop(options, cache);
  return {
    get state() {
      return loop.state;
    },
    get size() {
      return cache.entries.size;
    },
    get: (key) => cache.entries.get(key),
    keys: () => cache.entries.keys(),
    apply: (object) => {
      cache.apply(object);
    },
    retryNow: () => {
      loop.wake();
    },
    async run(signal) {
      while (!signal.aborted) await loop.step(signal);
    },
  };
}

interface Loop {
  readonly state: InformerState;
  /** Lists where that is needed, and watches until the watch ends. */
  step(signal: AbortSignal): Promise<void>;
  wake(): void;
}

function createLoop<Kept extends Versioned>(options: InformerOptions<Kept>, cache: ObjectCache<Kept>): Loop {
  const { api, type, namespace, labelSelector, clock, random } = options;
  let state: InformerState = { synced: false, error: undefined };
  const pauses = createPauses({ clock, random });
  /** It lists anew since the server forgot, and nothing was told since. */
  let isRelisted = false;

  function setState(next: Partial<InformerState>): void {
    const last = state;
    state = { ...state, ...next };
    if (last.synced !== state.synced || last.error?.message !== state.error?.message) options.onState?.(state);
  }

  async function list(signal: AbortSignal): Promise<void> {
    const round = cache.beginList();
    for await (const page of api.pages(type, { namespace, labelSelector, signal })) round.page(page);
    round.end();
    setState({ synced: true, error: undefined });
  }

  async function follow(signal: AbortSignal): Promise<void> {
    const startedMs = performance.now();
    let isEmpty = true;
    const from = { namespace, labelSelector, resourceVersion: cache.position, signal };
    for await (const event of api.watch(type, from)) {
      isEmpty = false;
      isRelisted = false;
      pauses.reset();
      if (state.error !== undefined) setState({ error: undefined });
      cache.event(event);
    }
    if (isEmpty && performance.now() - startedMs < shortestWatchMs) await pauses.next(signal);
  }

  async function recover(error: FedctlError, signal: AbortSignal): Promise<void> {
    const isTooOld = failureStatus(error) === 410;
    // What happened since is only in a list; so it is where the type may have gone and come again.
    if (isTooOld || hasCode(error, "ServerNotFound", "ServerForbidden")) cache.forgetPosition();
    if (isTooOld && !isRelisted) {
      isRelisted = true;
      return;
    }
    setState({ error });
    await pauses.next(signal);
  }

  return {
    get state() {
      return state;
    },
    async step(signal) {
      try {
        if (cache.position === undefined) await list(signal);
        if (!signal.aborted) await follow(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof FedctlError)) throw error;
        await recover(error, signal);
      }
    },
    wake: () => {
      pauses.cut();
    },
  };
}

interface Pauses {
  reset(): void;
  /** Each longer than the last; ends early when cut, or when the signal fires. */
  next(signal: AbortSignal): Promise<void>;
  cut(): void;
}

function createPauses({ clock, random }: Pick<InformerOptions<Versioned>, "clock" | "random">): Pauses {
  let count = 0;
  let cutting = new AbortController();
  return {
    reset() {
      count = 0;
    },
    async next(signal) {
      const fullMs = Math.min(longestPauseMs, firstPauseMs * 2 ** count);
      count += 1;
      cutting = new AbortController();
      const either = AbortSignal.any([signal, cutting.signal]);
      await clock.sleep(fullMs * (0.5 + 0.5 * random()), either).catch(() => undefined);
    },
    cut() {
      cutting.abort();
    },
  };
}
