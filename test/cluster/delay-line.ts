/** Something on its way: bytes, or the end of the stream. */
export type Parcel = Buffer | "end";

/** Delivers parcels in the order they came in, each when its delay is over. */
export interface DelayLine {
  push(parcel: Parcel): void;
  /** How many bytes are under way. */
  bytes(): number;
  /** Drops what is under way. */
  clear(): void;
}

/** A line that delays everything by `delayMs`. Without a delay it delivers at once. */
export function createDelayLine(delayMs: number, deliver: (parcel: Parcel) => void): DelayLine {
  /** In the order of arrival, and so of their deadlines. */
  const underWay: { readonly parcel: Parcel; readonly dueMs: number }[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;

  function deliverDue(): void {
    timer = undefined;
    for (let next = underWay[0]; next !== undefined; next = underWay[0]) {
      const waitMs = next.dueMs - performance.now();
      if (waitMs > 0) {
        timer = setTimeout(deliverDue, waitMs);
        return;
      }
      underWay.shift();
      bytes -= size(next.parcel);
      deliver(next.parcel);
    }
  }

  return {
    push: (parcel) => {
      underWay.push({ parcel, dueMs: performance.now() + delayMs });
      bytes += size(parcel);
      if (timer === undefined) deliverDue();
    },
    bytes: () => bytes,
    clear: () => {
      clearTimeout(timer);
      underWay.length = 0;
      bytes = 0;
    },
  };
}

function size(parcel: Parcel): number {
  return parcel === "end" ? 0 : parcel.length;
}
