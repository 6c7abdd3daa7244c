import { expect, test } from "vitest";
import { parseDuration } from "../../../src/commands/duration.ts";

test.each([
  ["30", 30_000],
  ["30s", 30_000],
  ["1m30s", 90_000],
  ["500ms", 500],
  ["1.5s", 1_500],
  ["2h", 7_200_000],
])("%s", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(["", "0", "0s", "-1s", "soon", "10d", "1e9", "9999999h"])("refuses %j", (text) => {
  expect(() => parseDuration(text)).toThrow();
});
