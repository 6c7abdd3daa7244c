import type { Arrival, Fate } from "./interceptor.ts";

/** Decides about requests by chance, the same for the same seed as far as requests come in the same order. */
export interface Faults {
  decide(arrival: Arrival): Fate;
  /** How many of each there were, as in `{reset before: 2}`. */
  readonly counts: ReadonlyMap<string, number>;
}

const faults: readonly (readonly [string, Fate])[] = [
  ["reset before", { kind: "lose", when: "before", by: "reset" }],
  ["reset after", { kind: "lose", when: "after", by: "reset" }],
  ["late", { kind: "pass", afterMs: 700 }],
  ["429, Retry-After", { kind: "answer", status: 429, retryAfterSeconds: 1 }],
  ["503, Retry-After", { kind: "answer", status: 503, retryAfterSeconds: 1 }],
  ["503", { kind: "answer", status: 503 }],
];

/** Gives this part of all requests one of the faults. */
export function seededFaults(seed: number, part: number): Faults {
  const next = randomNumbers(seed);
  const counts = new Map<string, number>();
  return {
    counts,
    decide() {
      const [chance, which] = [next(), next()];
      const fault = chance < part ? faults[Math.floor(which * faults.length)] : undefined;
      const [name, fate] = fault ?? (["none", { kind: "pass" }] as const);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return fate;
    },
  };
}

/** Mulberry32: numbers in [0, 1) of a 32-bit seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Says which faults there were, for whoever wants the same again. */
export function tellFaults(seed: number, counts: ReadonlyMap<string, number>): void {
  const list = [...counts].sort().map(([name, count]) => `${name}: ${count}`);
  console.log(`seed ${seed}: ${list.join("; ")}`);
}
