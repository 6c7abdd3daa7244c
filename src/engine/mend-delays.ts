/** How long copies that somebody changed wait until they are mended. */
export interface MendDelays {
  /** Told of each change of a copy. One that is gone comes again at once, the first time. */
  next(key: string, change: { readonly nowMs: number; readonly isGone: boolean }): number;
}

/** Who changes a copy mostly changes it again. */
const firstMs = 1_000;
/** KubeFed's, after each change. */
const longestMs = 10_000;
/** Who leaves it alone for so long does not fight for it. Longer than the longest wait, after which the other's next change comes. */
const peaceMs = 20_000;

/**
 * Makes {@link MendDelays}: a second, and twice as long each time that a copy is changed again soon. A controller of a member may want a
 * copy otherwise than its federated object, and neither gives in.
 */
export function createMendDelays(): MendDelays {
  const last = new Map<string, { readonly atMs: number; readonly delayMs: number }>();
  return {
    next(key, { nowMs, isGone }) {
      for (const [old, { atMs }] of last) {
        if (nowMs - atMs < peaceMs) break;
        last.delete(old);
      }
      const before = last.get(key);
      const delayMs = before === undefined ? firstMs : Math.min(longestMs, 2 * before.delayMs);
      // The latest are the last, so that those that are long past are found at the beginning.
      last.delete(key);
      last.set(key, { atMs: nowMs, delayMs });
      return before === undefined && isGone ? 0 : delayMs;
    },
  };
}
