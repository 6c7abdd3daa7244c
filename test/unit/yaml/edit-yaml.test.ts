import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editYaml } from "../../../src/yaml/edit-yaml.ts";
import { writeYaml } from "../../../src/yaml/write-yaml.ts";
import { YamlError, yamlDocuments } from "../../../src/yaml/yaml-documents.ts";

const read = (text: string): unknown => yamlDocuments(text)[0]?.read();
const map = (entries: Readonly<Record<string, unknown>>): Map<string, unknown> => new Map(Object.entries(entries));

const scalar = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: fc.constantFrom(..."yn:-#'\"|>%@`!&*?[]{}, \t\n01_.eEx~".split("")) }),
  fc.constantFrom(
    "yes",
    "on",
    "012",
    "0x1f",
    "1_000",
    "1e3",
    "null",
    "~",
    "2024-01-02",
    "1:30",
    "<<",
    "=",
    "a\nb",
    "a\n",
  ),
  fc.boolean(),
  fc.integer(),
  fc.constant(null),
);
const data = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(fc.string({ unit: "grapheme" }), tie("value")), { maxLength: 4 }).map((pairs) => new Map(pairs)),
  ),
})).value;
const topMap = fc
  .array(fc.tuple(fc.string({ unit: "grapheme" }), data), { minLength: 1, maxLength: 5 })
  .map((pairs) => new Map(pairs));

describe("what is written", () => {
  test("reads as it was meant, whatever it is", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(topMap, (value) => {
        expect(read(writeYaml(value))).toEqual(value);
      }),
      { numRuns: 200 },
    );
  });

  test("an edit from any data to any other reads as the other", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(topMap, topMap, fc.constantFrom("\n", "\r\n"), (before, after, eol) => {
        const text = writeYaml(before).replaceAll("\n", eol);
        expect(read(editYaml(text, after))).toEqual(after);
      }),
      { numRuns: 200 },
    );
  });

  test("JSON stays JSON", { timeout: 60_000 }, () => {
    const json = fc.dictionary(
      fc.string().filter((key) => key !== "__proto__"),
      fc.jsonValue({ maxDepth: 2 }),
      { minKeys: 1 },
    );
    const toMap = (value: unknown): unknown => read(JSON.stringify(value));
    fc.assert(
      fc.property(json, json, fc.constantFrom(0, 2), (before, after, space) => {
        const edited = editYaml(JSON.stringify(before, null, space), toMap(after));
        expect(toMap(JSON.parse(edited))).toEqual(toMap(after));
      }),
      { numRuns: 150 },
    );
  });
});

describe("foreign bytes", () => {
  const text = [
    "# head",
    "kind:   Config   # odd blanks",
    "list:",
    "  # before a",
    "  - name: 'a'  # behind a",
    "    # inside",
    '    body: {x: 1, z: "two"}',
    "  # before b",
    "  - body:",
    "      deep: [1, 2]",
    "    name: b",
    "",
    "tail: |",
    "  literal",
    "# end",
    "",
  ].join("\n");
  const lists = (...items: readonly unknown[]): Map<string, unknown> =>
    map({ kind: "Config", list: items, tail: "literal\n" });
  const a = map({ name: "a", body: map({ x: 1, z: "two" }) });
  const b = map({ body: map({ deep: [1, 2] }), name: "b" });

  test.each<[string, unknown, (text: string) => string]>([
    ["nothing", lists(a, b), (t) => t],
    ["a removed item takes only its own lines", lists(b), (t) => t.replace(/ {2}- name: 'a'.*\n.*\n.*\n/, "")],
    ["a new item comes last", lists(a, b, map({ name: "c" })), (t) => t.replace("name: b\n", "name: b\n  - name: c\n")],
    [
      "a changed name",
      lists(a, map({ body: map({ deep: [1, 2] }), name: "y" })),
      (t) => t.replace("name: b", 'name: "y"'),
    ],
    [
      "a value in flow style",
      lists(map({ name: "a", body: map({ x: 1, z: "three" }) }), b),
      (t) => t.replace('"two"', '"three"'),
    ],
    [
      "a removed key behind a dash",
      lists(a, map({ name: "b" })),
      (t) => t.replace("body:\n      deep: [1, 2]\n    ", ""),
    ],
    ["a changed block scalar", new Map([...lists(a, b), ["tail", "x"]]), (t) => t.replace("|\n  literal", "x")],
  ])("%s", (_, target, expected) => {
    expect(editYaml(text, target)).toBe(expected(text));
    const crlf = text.replaceAll("\n", "\r\n");
    expect(editYaml(crlf, target)).toBe(expected(text).replaceAll("\n", "\r\n"));
    expect(editYaml(`\uFEFF${text}---\nsecond: document\n`, target)).toBe(
      `\uFEFF${expected(text)}---\nsecond: document\n`,
    );
  });

  test("what a merge key brings in is overridden beside it, and an alias is written out", () => {
    const shared = "base: &b {x: 1}\none:\n  <<: *b\ntwo: *b\n";
    const target = map({ base: map({ x: 1 }), one: map({ x: 2 }), two: map({ x: 3 }) });
    expect(editYaml(shared, target)).toBe("base: &b {x: 1}\none:\n  <<: *b\n  x: 2\ntwo:\n  x: 3\n");
  });

  test("what others share by an anchor is not changed", () => {
    const shared = "base: &b {x: 1}\ntwo: *b\n";
    const target = map({ base: map({ x: 2 }), two: map({ x: 1 }) });
    expect(() => editYaml(shared, target)).toThrow(YamlError);
  });
});
