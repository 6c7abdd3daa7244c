import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createWorkQueue, type WorkQueue, type WorkResult } from "../../../src/engine/work-queue.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A queue whose work ends when the test says so. */
function heldQueue(workers: number): {
  queue: WorkQueue;
  started: string[];
  end: (key: string, result?: WorkResult) => Promise<void>;
} {
  const started: string[] = [];
  const ends = new Map<string, (result: WorkResult) => void>();
  const work = (key: string): Promise<WorkResult> => {
    started.push(key);
    return new Promise((resolve) => ends.set(key, resolve));
  };
  return {
    queue: createWorkQueue({ work, workers }),
    started,
    async end(key, result = { kind: "done" }) {
      ends.get(key)?.(result);
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

describe("keys", () => {
  test("are worked on once, however often they are added, and so many at a time", async () => {
    const { queue, started, end } = heldQueue(2);
    for (const key of ["a", "b", "c", "c", "b"]) queue.add(key);
    expect(started).toEqual(["a", "b"]);
    expect(queue.depth).toBe(3);
    await end("a");
    expect(started).toEqual(["a", "b", "c"]);
  });

  test("that are added while they are worked on come again afterwards, never side by side", async () => {
    const { queue, started, end } = heldQueue(5);
    queue.add("a");
    queue.add("a");
    queue.add("a");
    expect(started).toEqual(["a"]);
    await end("a");
    expect(started).toEqual(["a", "a"]);
    await end("a");
    expect(queue.depth).toBe(0);
  });
});

describe("delays", () => {
  test("are kept, and the shortest of a key counts", async () => {
    const { queue, started } = heldQueue(5);
    queue.add("slow", 10_000);
    queue.add("both", 10_000);
    queue.add("both", 3_000);
    queue.add("both", 20_000);
    expect(queue.waiting).toBe(2);
    await vi.advanceTimersByTimeAsync(2_900);
    expect(started).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(started).toEqual(["both"]);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(started).toEqual(["both", "slow"]);
  });

  test("end when the key is added without one", async () => {
    const { queue, started, end } = heldQueue(5);
    queue.add("a", 10_000);
    queue.add("a");
    await end("a");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(started).toEqual(["a"]);
  });

  test("do not follow the calendar", async () => {
    const { queue, started } = heldQueue(5);
    queue.add("a", 10_000);
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(started).toEqual([]);
    vi.setSystemTime(Date.now() + 7_200_000);
    await vi.advanceTimersByTimeAsync(500);
    expect(started).toEqual([]);
    await vi.advanceTimersByTimeAsync(600);
    expect(started).toEqual(["a"]);
  });
});

test("failures pause a key for 5, 10, 20, 40, 60, 60 s; success forgets them", async () => {
  const times: number[] = [];
  let fails = 6;
  const queue = createWorkQueue({
    workers: 1,
    work: () => {
      times.push(performance.now());
      fails -= 1;
      return Promise.resolve({ kind: fails >= 0 ? "retry" : "done" });
    },
  });
  queue.add("a");
  await vi.advanceTimersByTimeAsync(300_000);
  const gaps = (): number[] => times.slice(1).map((time, index) => Math.round((time - (times[index] ?? 0)) / 1_000));
  expect(gaps()).toEqual([5, 10, 20, 40, 60, 60]);
  times.length = 0;
  fails = 1;
  queue.add("a");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(gaps()).toEqual([5]);
});

test("what is to be done again comes at its time, and counts as no failure", async () => {
  const { queue, started, end } = heldQueue(1);
  queue.add("a");
  await end("a", { kind: "retry" });
  await vi.advanceTimersByTimeAsync(5_001);
  await end("a", { kind: "again", afterMs: 10_000 });
  await vi.advanceTimersByTimeAsync(10_001);
  await end("a", { kind: "retry" });
  await vi.advanceTimersByTimeAsync(5_001);
  expect(started).toEqual(["a", "a", "a", "a"]);
});

test("stopping waits for what is under way and begins nothing more", async () => {
  const { queue, started, end } = heldQueue(1);
  queue.add("a");
  queue.add("b");
  queue.add("c", 1_000);
  let isStopped = false;
  void queue.stop().then(() => {
    isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(isStopped).toBe(false);
  queue.add("d");
  await end("a", { kind: "retry" });
  await vi.advanceTimersByTimeAsync(100_000);
  expect([isStopped, started]).toEqual([true, ["a"]]);
});

test("ten thousand keys with one delay cost one timer", async () => {
  let count = 0;
  const queue = createWorkQueue({
    workers: 32,
    work: () => {
      count += 1;
      return Promise.resolve({ kind: "done" });
    },
  });
  for (let index = 0; index < 10_000; index += 1) queue.add(`key-${index}`, 3_000);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(3_001);
  await queue.idle();
  expect(count).toBe(10_000);
});
