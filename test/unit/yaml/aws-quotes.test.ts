import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editYaml } from "../../../src/yaml/edit-yaml.ts";
import { writeYaml } from "../../../src/yaml/write-yaml.ts";
import { yamlDocuments } from "../../../src/yaml/yaml-documents.ts";

const read = (text: string): unknown => yamlDocuments(text)[0]?.read();
const written = (value: string): string =>
  writeYaml(new Map([["a", value]]), "aws")
    .slice(3)
    .trimEnd();

describe("texts in aws's quotes", () => {
  test.each([
    ["plain", "plain"],
    ["arn:aws:eks:eu-west-1:1:cluster/a", "arn:aws:eks:eu-west-1:1:cluster/a"],
    ["1-2", "1-2"],
    ["", "''"],
    ["null", "'null'"],
    ["yes", "'yes'"],
    ["0123", "'0123'"],
    ["1e3", "'1e3'"],
    ["1_000", "'1_000'"],
    ["12:30", "'12:30'"],
    ["2024-01-01", "'2024-01-01'"],
    ["- x", "'- x'"],
    ["it's: so", "'it''s: so'"],
    ["a\n", '"a\\n"'],
    ["\u0007", '"\\u0007"'],
  ])("%j", (value, text) => {
    expect(written(value)).toBe(text);
  });

  const texts = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.stringMatching(/^[0-9eE._:+x~!&*<=>|%@`'"#,{}[\] yYnNoOfFtT-]{0,6}$/),
  );
  const fields = fc.dictionary(texts, fc.oneof(texts, fc.array(texts, { maxLength: 3 })), { maxKeys: 4 });

  test("read as what was written, whatever they are", () => {
    fc.assert(
      fc.property(fields, (data) => {
        const value = new Map(Object.entries(data));
        expect(read(writeYaml(value, "aws"))).toEqual(value);
      }),
    );
  });

  test("put into a file they read as what was written, and leave the rest as it was", () => {
    const before = "# mine\nother: {kept: yes} # really\nlist:\n- name: x\n  v: 'q'";
    fc.assert(
      fc.property(fields, (data) => {
        const target = new Map(read(before) as ReadonlyMap<string, unknown>);
        target.set("new", new Map(Object.entries(data)));
        const after = editYaml(before, target, "aws");
        expect(read(after)).toEqual(target);
        expect(after.startsWith(`${before}\n`)).toBe(true);
        expect(after.endsWith("\n")).toBe(true);
      }),
    );
  });
});
