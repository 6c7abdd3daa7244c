import { describe, expect, test } from "vitest";
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

describe("parseYamlDocuments", () => {
  test("leaves out empty and comment-only documents", () => {
    expect(parseYamlDocuments("# licence\n---\na: 1\n---\n---\n# end\n", "x")).toStrictEqual([{ a: 1 }]);
  });

  test("names the source of what is not YAML", () => {
    expect(() => parseYamlDocuments("a: [", "types.yaml")).toThrow(/^cannot read YAML from types\.yaml: /);
  });
});
