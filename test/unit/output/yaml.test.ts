import { describe, expect, test } from "vitest";
import { readManifestDocuments } from "../../../src/yaml/manifest-documents.ts";
import { parseYamlDocuments, renderYamlDocuments } from "../../../src/output/yaml.ts";

describe("renderYamlDocuments", () => {
  test("documents after `---`, keys sorted, without status and creationTimestamp", () => {
    const object = {
      kind: "K",
      apiVersion: "v1",
      status: { a: 1 },
      metadata: { name: "n", creationTimestamp: null, labels: { z: "1", a: "yes" } },
    };
    expect(renderYamlDocuments([object, { kind: "L" }])).toBe(
      "---\napiVersion: v1\nkind: K\nmetadata:\n  labels:\n    a: 'yes'\n    z: '1'\n  name: 'n'\n---\nkind: L\n",
    );
  });

  test("what is printed reads back as the same data", () => {
    const object = { kind: "K", data: { on: "off", octal: "012", multi: "a\nb\n", empty: "" } };
    expect(parseYamlDocuments(renderYamlDocuments([object]), "x")).toStrictEqual([object]);
  });
});

describe("what kubectl reads from it", () => {
  const texts = (
    "y n Y No on OFF true null ~ 012 0777 08 0o17 0b11 0x1F 1_000 1__0 0_ 685_230.15 1e3 1. +1 -.5 .inf .nan 1:30 " +
    "2001-01-01 2001-12-14t21:59:43.10-05:00 << = - @a %a &a *a !a | > ? {} [] --- ... -a NULL 9223372036854775808"
  ).split(" ");
  const others = ["", "- a", "a: b", "a #b", " a", "a ", "a\nb\n", "\na", "  a\n b\n", "a\n\n", "a\r\nb", "x\n--- y\n"];
  const odd = ["\u0085", "\u2028", "\u0007", "\ufeff", "tab\tx", "\u{1f600}", "a\u00a0b", "%YAML"];

  test.each([...texts, ...others, ...odd])("the text %j, as a value, in a list and as a key", (text) => {
    const object = { value: text, list: [text], inside: { [text]: 1 } };
    const read = readManifestDocuments(renderYamlDocuments([object]), "x").map(({ value }) => value);
    expect(read).toStrictEqual([object]);
  });

  test.each([9007199254740993n, -9223372036854775808n, 18446744073709551615n, 1e21, 1.5e-7, 0.1, 1e15])(
    "the number %s",
    (value) => {
      const [read] = readManifestDocuments(renderYamlDocuments([{ value }]), "x");
      expect(read?.value).toStrictEqual({ value });
    },
  );
});

describe("parseYamlDocuments", () => {
  test("leaves out empty and comment-only documents", () => {
    expect(parseYamlDocuments("# licence\n---\na: 1\n---\n---\n# end\n", "x")).toStrictEqual([{ a: 1 }]);
  });

  test("names the source of what is not YAML", () => {
    expect(() => parseYamlDocuments("a: [", "types.yaml")).toThrow(/^cannot read YAML from types\.yaml: /);
  });
});
