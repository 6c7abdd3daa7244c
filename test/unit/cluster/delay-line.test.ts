import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDelayLine } from "../../cluster/delay-line.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function record(delayMs: number) {
  const startMs = performance.now();
  const delivered: (readonly [atMs: number, what: string])[] = [];
  const line = createDelayLine(delayMs, (parcel) => delivered.push([performance.now() - startMs, parcel.toString()]));
  return { line, delivered };
}

test("delivers every parcel when its own delay is over, in order", () => {
  const { line, delivered } = record(25);
  line.push(Buffer.from("a"));
  vi.advanceTimersByTime(10);
  line.push(Buffer.from("b"));
  line.push("end");
  vi.advanceTimersByTime(14);
  expect(delivered).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(delivered).toEqual([
    [25, "a"],
    [35, "b"],
    [35, "end"],
  ]);
});

test("holds any number of bytes at once, so a delay costs no throughput", () => {
  const { line, delivered } = record(25);
  for (let i = 0; i < 1000; i += 1) line.push(Buffer.from(`${i} `));
  expect(line.bytes()).toBe(3890);
  vi.advanceTimersByTime(25);
  expect(delivered.map(([, what]) => what).join("")).toBe(Array.from({ length: 1000 }, (_, i) => `${i} `).join(""));
  expect(new Set(delivered.map(([atMs]) => atMs))).toEqual(new Set([25]));
  expect(line.bytes()).toBe(0);
});

test("delivers at once without a delay", () => {
  const { line, delivered } = record(0);
  line.push(Buffer.from("a"));
  expect(delivered).toEqual([[0, "a"]]);
});

test("delivers nothing after clear", () => {
  const { line, delivered } = record(25);
  line.push(Buffer.from("a"));
  line.clear();
  vi.advanceTimersByTime(100);
  expect(delivered).toEqual([]);
  expect(line.bytes()).toBe(0);
});
