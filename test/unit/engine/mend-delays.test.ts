import { expect, test } from "vitest";
import { createMendDelays } from "../../../src/engine/mend-delays.ts";

test("a copy that is changed again and again waits longer each time, and no longer than KubeFed's ten seconds", () => {
  const delays = createMendDelays();
  const times = [0, 1_000, 3_000, 7_000, 15_000, 26_000];
  expect(times.map((nowMs) => delays.next("a", { nowMs, isGone: false }))).toEqual([
    1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
  ]);
});

test("one that was left alone for a while is mended soon, whatever becomes of others", () => {
  const delays = createMendDelays();
  const changed = (key: string, nowMs: number): number => delays.next(key, { nowMs, isGone: false });
  for (const nowMs of [0, 1_000, 2_000]) changed("a", nowMs);
  expect(changed("b", 5_000)).toBe(1_000);
  expect(changed("a", 21_000)).toBe(8_000);
  expect(changed("a", 41_000)).toBe(1_000);
});

test("one that was deleted comes again at once, unless that happens again and again", () => {
  const delays = createMendDelays();
  const gone = [0, 500, 3_000, 30_000].map((nowMs) => delays.next("a", { nowMs, isGone: true }));
  expect(gone).toEqual([0, 2_000, 4_000, 0]);
});
