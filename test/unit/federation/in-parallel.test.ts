import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { forEachInParallel } from "../../../src/federation/in-parallel.ts";

describe("forEachInParallel", () => {
  it("works on every item once, no more than the limit at a time", async () => {
    const seen: number[] = [];
    let running = 0;
    let most = 0;
    await forEachInParallel(
      Array.from({ length: 50 }, (_, index) => index),
      7,
      async (item) => {
        running += 1;
        most = Math.max(most, running);
        await sleep(item % 3);
        seen.push(item);
        running -= 1;
      },
    );
    expect(most).toBe(7);
    expect(seen.sort((left, right) => left - right)).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });

  it("begins nothing after a failure, and ends when what runs has ended", async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = forEachInParallel([0, 1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item);
      await sleep(item === 0 ? 1 : 20);
      if (item === 0) throw new Error("first");
      ended.push(item);
    });
    await expect(work).rejects.toThrow("first");
    expect(begun).toEqual([0, 1]);
    expect(ended).toEqual([1]);
  });

  it("does nothing with nothing", async () => {
    await forEachInParallel([], 4, () => Promise.reject(new Error("never")));
  });
});
