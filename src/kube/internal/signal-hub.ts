/** Lets many wait for one signal over a single listener: Node warns of a leak at eleven. */
export interface SignalHub {
  /** Calls `onAbort` when the signal fires, at once when it has. Returns what ends the wait. */
  subscribe(signal: AbortSignal, onAbort: () => void): () => void;
}

interface Group {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

/** Makes a {@link SignalHub}. */
export function createSignalHub(): SignalHub {
  const groups = new Map<AbortSignal, Group>();
  const open = (signal: AbortSignal): Group => {
    const callbacks = new Set<() => void>();
    const listener = (): void => {
      groups.delete(signal);
      for (const callback of callbacks) callback();
    };
    const group = { callbacks, listener };
    groups.set(signal, group);
    signal.addEventListener("abort", listener, { once: true });
    return group;
  };
  return {
    subscribe(signal, onAbort) {
      if (signal.aborted) {
        onAbort();
        return () => undefined;
      }
      const group = groups.get(signal) ?? open(signal);
      group.callbacks.add(onAbort);
      return () => {
        group.callbacks.delete(onAbort);
        if (group.callbacks.size > 0) return;
        signal.removeEventListener("abort", group.listener);
        if (groups.get(signal) === group) groups.delete(signal);
      };
    },
  };
}
