import { expect, test } from "vitest";
import { isInShard, isKeyInShard } from "../../../src/engine/shard-key.ts";

const namespaces = Array.from({ length: 2_000 }, (_, index) => `team-${index}`);
const shardsOf = (namespace: string, count: number): number[] =>
  Array.from({ length: count }, (_, index) => index).filter((index) => isInShard(namespace, { index, count }));

test.each([1, 2, 4, 7, 16])("of %i shards each namespace is in exactly one", (count) => {
  expect(["", "default", ...namespaces].filter((each) => shardsOf(each, count).length !== 1)).toEqual([]);
});

test("shards are of about the same size", () => {
  const sizes = [0, 1, 2, 3].map((index) => namespaces.filter((each) => isInShard(each, { index, count: 4 })).length);
  expect(Math.min(...sizes)).toBeGreaterThan(400);
});

test("a namespace is where its contents are, in either of its forms; what has no namespace is in one place", () => {
  for (const name of namespaces.slice(0, 50)) {
    const [index = -1] = shardsOf(name, 4);
    const range = { index, count: 4 };
    expect(isKeyInShard(`${name}/settings`, false, range)).toBe(true);
    // A federated namespace is in the namespace of its name; its copies are namespaces.
    expect(isKeyInShard(`${name}/${name}`, false, range)).toBe(true);
    expect(isKeyInShard(name, true, range)).toBe(true);
  }
  expect(shardsOf("", 4)).toEqual([0, 1, 2, 3].filter((index) => isKeyInShard("a-role", false, { index, count: 4 })));
});

test("where a namespace belongs is the same for ever: processes of all versions agree", () => {
  expect(["", "default", "shop"].map((each) => shardsOf(each, 16))).toMatchInlineSnapshot(`
    [
      [
        14,
      ],
      [
        10,
      ],
      [
        6,
      ],
    ]
  `);
});
