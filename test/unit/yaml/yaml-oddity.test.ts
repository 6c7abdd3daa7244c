import { describe, expect, test } from "vitest";
import { yamlOddity } from "../../../src/yaml/yaml-oddity.ts";

describe("what is odd in a YAML text", () => {
  test.each([
    ["nothing in plain block style", "a: 1\nb:\n- c\n", undefined],
    ["nothing in flow style, with anchors and merge keys", "a: &x {b: 1}\nc: {<<: *x, d: '=', e: \"<<\"}\n", undefined],
    ["a known tag", "a: !!str 1\n", undefined],
    ["no text at all", "", undefined],
    ["a broken text is for others to tell", "a: [\n", undefined],
    ["a second document", "a: {}\n---\nb: 1\n", { text: "another document starts", line: 2 }],
    ["an unknown tag", "a: {}\nb: !Ref c\n", { text: "the tag is not known", line: 2 }],
    ["an equals sign as a value", "a: {}\nb: =\n", { text: "= stands without quotes", line: 2 }],
    ["a merge sign as a value", "a:\n- <<\n", { text: "<< stands without quotes", line: 2 }],
  ])("%s", (_, text, oddity) => {
    expect(yamlOddity(text)).toEqual(oddity);
  });
});
