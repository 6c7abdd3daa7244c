import { expect, test } from "vitest";
import { createShardBalance, type ShardBalance } from "../../../src/engine/shard-balance.ts";

const leaseMs = 1_000;

function balanced(more: { isPinned?: boolean; shards?: number } = {}) {
  const clock = { nowMs: 0 };
  const { isPinned = false, shards = 4 } = more;
  return {
    clock,
    balance: createShardBalance({ shards, isPinned, identity: "me", leaseMs, nowMs: () => clock.nowMs }),
  };
}

function leading(count: number, more: { isPinned?: boolean } = {}) {
  const { clock, balance } = balanced(more);
  const given = Array.from({ length: count }, (_, index) => balance.began(index));
  return { clock, balance, given: () => given.flatMap(({ aborted }, index) => (aborted ? [index] : [])) };
}

const says = (leads: number): string => JSON.stringify({ by: "other", leads, beat: 1 });

test("who has two more than another gives one back, and no second before the other can have taken it", () => {
  const { clock, balance, given } = leading(4);
  balance.heard(2, says(0));
  balance.heard(3, says(0));
  expect(given()).toEqual([2]);
  balance.ended(2);
  expect([balance.mayClaim(2), balance.mayClaim(1)]).toEqual([false, true]);
  clock.nowMs = 2 * leaseMs;
  expect(balance.mayClaim(2)).toBe(true);
  balance.heard(3, says(1));
  expect(given()).toEqual([2, 3]);
  clock.nowMs = 9 * leaseMs;
  balance.heard(1, says(2));
  expect(given()).toEqual([2, 3]);
});

test.each([
  ["one more than another", says(3)],
  ["what is no wish", "please"],
  ["a wish without a number", "{}"],
])("nothing is given back for %s", (_, wish) => {
  const { balance, given } = leading(4);
  balance.heard(0, wish);
  expect(given()).toEqual([]);
});

test("who is pinned to a shard keeps it, and wants no other", () => {
  const { balance, given } = leading(4, { isPinned: true });
  balance.heard(0, says(0));
  expect(given()).toEqual([]);
  expect(balanced({ isPinned: true }).balance.wish()).toBeUndefined();
});

function wishes(shards: number, leads: number): boolean {
  const { balance } = balanced({ shards });
  for (let index = 0; index < leads; index += 1) balance.began(index);
  return balance.wish() !== undefined;
}

test("a wish is written only while somebody may have two more", () => {
  expect([wishes(1, 0), wishes(2, 0), wishes(2, 1), wishes(4, 1), wishes(4, 2), wishes(16, 7)]).toEqual([
    false,
    true,
    false,
    true,
    false,
    true,
  ]);
});

test("each wish differs from the last: so the holder sees that who waits is alive", () => {
  const balance: ShardBalance = balanced().balance;
  expect(balance.wish()).not.toBe(balance.wish());
});
