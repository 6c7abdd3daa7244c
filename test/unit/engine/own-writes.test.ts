import { expect, test } from "vitest";
import { createOwnWrites } from "../../../src/engine/own-writes.ts";

test("a version is an own one in the cluster that gave it, and no other", () => {
  const own = createOwnWrites();
  own.add("vulcan", "7");
  expect([own.has("vulcan", "7"), own.has("earth", "7"), own.has("", "7"), own.has("vulcan", "70")]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test("an answer without a version is nothing to remember", () => {
  const own = createOwnWrites();
  own.add("vulcan", undefined);
  expect(own.has("vulcan", "undefined")).toBe(false);
});

test("it forgets the oldest, and keeps those that can be under way", () => {
  const own = createOwnWrites();
  for (let version = 1; version <= 20_001; version += 1) own.add("", `${version}`);
  expect([own.has("", "1"), own.has("", "2"), own.has("", "20001")]).toEqual([false, true, true]);
});
