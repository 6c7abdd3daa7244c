import { describe, expect, test } from "vitest";
import { readManifestDocuments } from "../../../src/yaml/manifest-documents.ts";

const read = (text: string) => readManifestDocuments(text, "f.yaml");
const values = (text: string) => read(text).map(({ value }) => value);

describe("documents", () => {
  test("keep their order and number; what is empty or comments only is left out (B-FD9)", () => {
    const text = "# licence\n---\n\n---\na: 1\n--- # next\n# only this\n---\n---\nb: 2\n...\n---\n";
    expect(read(text)).toStrictEqual([
      { where: "f.yaml, document 2", value: { a: 1 } },
      { where: "f.yaml, document 5", value: { b: 2 } },
    ]);
  });

  test("that begin without a separator, with directives, a byte order mark or Windows line ends", () => {
    expect(values("a: 1\n---\nb: 2")).toStrictEqual([{ a: 1 }, { b: 2 }]);
    expect(values("%YAML 1.1\n---\na: 1\n")).toStrictEqual([{ a: 1 }]);
    expect(values("\uFEFFa: 1\r\n---\r\nb: |\r\n  x\r\n  y\r\n")).toStrictEqual([{ a: 1 }, { b: "x\ny\n" }]);
  });

  test.each(["", "\n", "# nothing\n", "---\n", "---\n---\n", "null\n---\n~\n", "---\n...\n"])(
    "%j is nothing",
    (text) => {
      expect(read(text)).toStrictEqual([]);
    },
  );

  test("standard input is called so", () => {
    expect(readManifestDocuments("a: 1", "-")).toStrictEqual([
      { where: "standard input, document 1", value: { a: 1 } },
    ]);
  });

  test("of JSON may follow each other, also in one YAML document", () => {
    expect(values('{"a": 1}{"b": "}"}\n\n{"c": [{}]}')).toStrictEqual([{ a: 1 }, { b: "}" }, { c: [{}] }]);
    expect(values('{"a": 1}\n---\n{\n\t"b": "\\ud83d\\ude00\\/"\n}\n')).toStrictEqual([{ a: 1 }, { b: "\u{1f600}/" }]);
    expect(values("{a: b, # no JSON\n c: d}")).toStrictEqual([{ a: "b", c: "d" }]);
  });
});

describe("scalars are what kubectl makes of them", () => {
  test.each([
    ["0777", 511],
    ["0o17", 15],
    ["08", 8],
    ["0x1F", 31],
    ["1_000", 1000],
    ["1e3", 1000],
    ["yes", true],
    ["off", false],
    ["~", null],
    ["2001-01-01", "2001-01-01"],
    ["2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"],
    ["!!timestamp 2001-01-01", "2001-01-01"],
    ["1:30", "1:30"],
    ["'0777'", "0777"],
    ["!!str 012", "012"],
    ["!!binary aGVsbG8=", "hello"],
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", 9007199254740993n],
    ["-9223372036854775808", -9223372036854775808n],
    ["18446744073709551615", 18446744073709551615n],
    ["18446744073709551616", 18446744073709552000],
    ["|\n  a\n   b\n\n", "a\n b\n"],
    [">-\n  a\n  b\n", "a b"],
    ['"a\\\n  b\\u00e9"', "abé"],
  ])("%s", (source, value) => {
    expect(values(`a: ${source}`)).toStrictEqual([{ a: value }]);
  });

  test("JSON's too", () => {
    const text = '{"a": 9007199254740993, "b": -12345678901234567890, "c": 1.50, "d": "9007199254740993", "e": 1e3}';
    expect(values(text)).toStrictEqual([
      { a: 9007199254740993n, b: -12345678901234567890n, c: 1.5, d: "9007199254740993", e: 1000 },
    ]);
  });

  test("anchors and merges are followed; keys are texts; a repeated key's last value counts", () => {
    const text =
      "base: &b {x: 1, z: 2}\nsame: *b\nmerged: {<<: *b, z: 3}\n1: a\ntrue: b\n__proto__: {z: 1}\nk: 1\nk: 2\n";
    const [value] = values(text);
    expect(JSON.stringify(value)).toBe(
      '{"1":"a","base":{"x":1,"z":2},"same":{"x":1,"z":2},"merged":{"x":1,"z":3},"true":"b","__proto__":{"z":1},"k":2}',
    );
  });
});

describe("what cannot be read is told with document and line, and without its text", () => {
  test.each([
    ["a: 1\n--- b: hunter2\n", "document 2 cannot be read: line 2: only a comment may follow the separator ---"],
    ["-----BEGIN hunter2\n", "document 1 cannot be read: line 1: only a comment may follow the separator ---"],
    ["a: 1\n---\nhunter2: [\n", "document 2 cannot be read: line 4: did not find expected node content"],
    [
      "---\n\na: hunter2\n  b: c\n",
      "document 1 cannot be read: line 3: mapping values are not allowed in this context",
    ],
    ["a: 1\n---\n\thunter2: b", "document 2 cannot be read: line 3: found character that cannot start any token"],
    ['{"a": "hunter2"', "document 1 cannot be read: line 1: did not find expected key"],
    ["a: *x\n", "document 1 cannot be read: unknown anchor 'x' referenced"],
    ["a: .inf\n", "document 1 cannot be read: json: unsupported value: +Inf"],
    [
      "? [hunter2]\n: b\n",
      "document 1 cannot be read: unsupported map key: only strings, numbers and booleans can be keys",
    ],
    ["a: &a [*a]\n", "document 1 cannot be read: anchor value contains itself"],
  ])("%j", (text, message) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "Usage", message: `f.yaml, ${message}` }));
  });
});
