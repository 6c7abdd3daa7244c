import { expect, test } from "vitest";
import { matchName } from "../../../src/eks/match-name.ts";

test.each([
  ["prod-*", ["prod-", "prod-a"], ["prod", "my-prod-a"]],
  ["?x", ["ax"], ["x", "aax"]],
  ["[a-c]1", ["a1", "c1"], ["d1", "-1"]],
  ["[!a-c]1", ["d1"], ["a1", "1"]],
  ["[]^]", ["]", "^"], ["a"]],
  ["a.b|c(d)$", ["a.b|c(d)$"], ["axb", "a.b"]],
  ["a[b", ["a[b"], ["ab"]],
  ["", [""], ["a"]],
])("%s", (pattern, matching, others) => {
  const matches = matchName(pattern);
  expect(matching.filter(matches)).toEqual(matching);
  expect(others.filter(matches)).toEqual([]);
});

test("a range that runs backwards is refused", () => {
  expect(() => matchName("[c-a]")).toThrow('"[c-a]" is no pattern');
});
