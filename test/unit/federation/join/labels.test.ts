import { expect, test } from "vitest";
import { requireLabels } from "../../../../src/federation/join/labels.ts";

test.each([
  { region: "eu-west-1" },
  { "example.com/tier": "Gold_2.x" },
  { empty: "" },
  { ["k".repeat(63)]: "v".repeat(63) },
])("%j is a label", (labels) => {
  expect(() => {
    requireLabels(labels);
  }).not.toThrow();
});

test.each([
  [{ "-a": "b" }, '"-a" cannot be the key of a label'],
  [{ "a b": "c" }, '"a b" cannot be the key of a label'],
  [{ "Example.com/a": "b" }, '"Example.com/a" cannot be the key of a label'],
  [{ "a/b/c": "d" }, '"a/b/c" cannot be the key of a label'],
  [{ "/a": "b" }, '"/a" cannot be the key of a label'],
  [{ ["k".repeat(64)]: "v" }, "cannot be the key of a label"],
  [{ a: "b c" }, '"b c" cannot be the value of label "a"'],
  [{ a: "v".repeat(64) }, 'cannot be the value of label "a"'],
])("%j is none", (labels, message) => {
  expect(() => {
    requireLabels(labels);
  }).toThrow(
    expect.objectContaining({
      code: "InvalidName",
      exitCode: 2,
      message: expect.stringContaining(message) as string,
    }),
  );
});
