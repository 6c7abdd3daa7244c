interface Delayed {
  readonly key: string;
  readonly dueMs: number;
}

/** Keys that wait, each for its time. */
export interface DelayedKeys {
  readonly size: number;
  add(key: string, delayMs: number): void;
  remove(key: string): void;
  clear(): void;
}

/** Keys that become ready at their time, over one timer. Many come with the same delay, so each delay has a line of its own, in order. */
export function createDelayedKeys(onDue: (key: string) => void): DelayedKeys {
  const dueByKey = new Map<string, number>();
  const lines = new Map<number, Delayed[]>();
  let timer: NodeJS.Timeout | undefined;
  let timerMs = Infinity;

  function schedule(dueMs: number): void {
    if (dueMs >= timerMs) return;
    clearTimeout(timer);
    timerMs = dueMs;
    timer = setTimeout(fire, Math.max(0, dueMs - performance.now()));
  }

  function fire(): void {
    timerMs = Infinity;
    const nowMs = performance.now();
    let nextMs = Infinity;
    const due: string[] = [];
    for (const [delayMs, line] of lines) {
      let passed = 0;
      for (const { key, dueMs } of line) {
        if (dueMs > nowMs) break;
        passed += 1;
        // Another time may have been set for it meanwhile.
        if (dueByKey.get(key) === dueMs && dueByKey.delete(key)) due.push(key);
      }
      line.splice(0, passed);
      const [first] = line;
      if (first === undefined) lines.delete(delayMs);
      else nextMs = Math.min(nextMs, first.dueMs);
    }
    if (nextMs < Infinity) schedule(nextMs);
    for (const key of due) onDue(key);
  }

  return {
    get size() {
      return dueByKey.size;
    },
    add(key, delayMs) {
      const dueMs = performance.now() + delayMs;
      if ((dueByKey.get(key) ?? Infinity) <= dueMs) return;
      dueByKey.set(key, dueMs);
      const line = lines.get(delayMs) ?? [];
      lines.set(delayMs, line);
      line.push({ key, dueMs });
      schedule(dueMs);
    },
    remove: (key) => void dueByKey.delete(key),
    clear() {
      clearTimeout(timer);
      timerMs = Infinity;
      dueByKey.clear();
      lines.clear();
    },
  };
}
