import { expect, test } from "vitest";
import { renderAge } from "../../../src/output/age.ts";

const now = Date.parse("2026-01-02T00:00:00Z");
test.each([
  [0, "0s"],
  [119, "119s"],
  [120, "2m"],
  [192, "3m12s"],
  [600, "10m"],
  [7_199, "119m"],
  [7_200, "2h"],
  [172_799, "47h"],
  [172_800, "2d"],
  [-5, "0s"],
])("%i seconds", (seconds, text) => {
  expect(renderAge(new Date(now - seconds * 1000).toISOString(), now)).toBe(text);
});

test("an absent or broken timestamp", () => {
  expect([renderAge(undefined, now), renderAge("soon", now)]).toStrictEqual(["<unknown>", "<unknown>"]);
});
