/** Which of the shards that this process leads it gives back, for others to have their part. */
export interface ShardBalance {
  /** For who holds a shard that this process waits for; undefined: it has its part. */
  readonly wish: () => string | undefined;
  /** Who waits for a shard of this process said so. */
  heard(index: number, wish: string): void;
  /** A shard is led from now on. Its signal fires when it is to be given back. */
  began(index: number): AbortSignal;
  ended(index: number): void;
  /** Whether a shard may be taken: one that was given back is left to others for a while. */
  mayClaim(index: number): boolean;
}

export interface BalanceOptions {
  readonly shards: number;
  /** Pinned to one shard: it neither wants others nor gives its own away. */
  readonly isPinned: boolean;
  readonly identity: string;
  readonly leaseMs: number;
  /** Of the process, not of the calendar. */
  readonly nowMs: () => number;
}

/** Makes a {@link ShardBalance}. */
export function createShardBalance({ shards, isPinned, identity, leaseMs, nowMs }: BalanceOptions): ShardBalance {
  const led = new Map<number, AbortController>();
  const givenBackAt = new Map<number, number>();
  /** Long enough for another to take what was given back, and to say how many it has then. */
  const restMs = 2 * leaseMs;
  let lastMs = -Infinity;
  let beat = 0;
  const leads = (): number => [...led.values()].filter(({ signal }) => !signal.aborted).length;
  return {
    wish() {
      // Nobody can have two more than this process: nothing is to be had, and nothing is written.
      if (isPinned || shards - leads() < leads() + 2) return undefined;
      beat += 1;
      return JSON.stringify({ by: identity, leads: leads(), beat });
    },
    heard(index, wish) {
      const wanted = leadsIn(wish);
      if (isPinned || wanted === undefined || nowMs() - lastMs < restMs) return;
      // A difference of one stays: the same shard would go to and fro.
      if (leads() < wanted + 2) return;
      lastMs = nowMs();
      givenBackAt.set(index, lastMs);
      led.get(index)?.abort();
    },
    began(index) {
      const giveBack = new AbortController();
      led.set(index, giveBack);
      return giveBack.signal;
    },
    ended(index) {
      if (led.get(index)?.signal.aborted === true) givenBackAt.set(index, nowMs());
      led.delete(index);
    },
    mayClaim: (index) => nowMs() - (givenBackAt.get(index) ?? -Infinity) >= restMs,
  };
}

/** Undefined for what is no wish. */
function leadsIn(wish: string): number | undefined {
  try {
    const { leads } = JSON.parse(wish) as { readonly leads?: unknown };
    return typeof leads === "number" ? leads : undefined;
  } catch {
    return undefined;
  }
}
