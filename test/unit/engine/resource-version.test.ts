import { expect, test } from "vitest";
import { isLater } from "../../../src/engine/resource-version.ts";

test.each([
  ["10", "9", true],
  ["9", "10", false],
  ["9", "9", false],
  ["123456789012345678901234567890", "123456789012345678901234567889", true],
  ["abc", "10", true],
  ["10", "", true],
])("%s after %s: %s", (one, other, later) => {
  expect(isLater(one, other)).toBe(later);
});
