import { describe, expect, test } from "vitest";
import { contains, ownWords } from "../../../src/kube/internal/contains.ts";

describe("contains", () => {
  test.each([
    ["the same", { a: 1, b: ["x"] }, { a: 1, b: ["x"] }],
    ["fields that the server added", { a: 1, added: true, deep: { b: 2, c: 3 } }, { a: 1, deep: { b: 2 } }],
    ["zero values that the server dropped", {}, { text: "", count: 0, flag: false, list: [], map: {} }],
    ["an empty map where the server put defaults", { spec: { replicas: 1 } }, { spec: {} }],
    ["a field left out by undefined", { a: 1 }, { a: undefined }],
    ["null where nothing is, as in a merge patch", { a: 1 }, { b: null }],
    ["defaults inside of list items", { ports: [{ port: 1, protocol: "TCP" }] }, { ports: [{ port: 1 }] }],
  ])("%s", (_name, live, sent) => {
    expect(contains(live, sent)).toBe(true);
  });

  test.each([
    ["another value", { a: 1 }, { a: 2 }],
    ["a missing field", {}, { a: 1 }],
    ["another type", { a: "1" }, { a: 1 }],
    ["text in place of an object", { a: "x" }, { a: { b: 1 } }],
    ["a list in place of an object", { a: [1] }, { a: { b: 1 } }],
    ["another length", { a: [1, 2] }, { a: [1] }],
    ["another order", { a: [1, 2] }, { a: [2, 1] }],
    ["what null was to remove", { a: 1 }, { a: null }],
    ["an item where none was to be", { a: [1] }, { a: [] }],
    ["an empty text that is not empty", { a: "x" }, { a: "" }],
  ])("not: %s", (_name, live, sent) => {
    expect(contains(live, sent)).toBe(false);
  });
});

describe("what an object says for itself", () => {
  test("is without what the server decides", () => {
    const object = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "a",
        uid: "u",
        resourceVersion: "1",
        generation: 2,
        creationTimestamp: null,
        labels: { a: "b" },
      },
      data: { key: "value", gone: null },
      status: { phase: "Active" },
    };
    expect(ownWords(object as object)).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a", labels: { a: "b" } },
      data: { key: "value" },
    });
  });

  test("has a Secret's stringData as the server keeps it", () => {
    const secret = { kind: "Secret", metadata: { name: "s" }, data: { a: "eA==", b: "eA==" }, stringData: { b: "y" } };
    expect(ownWords(secret)).toEqual({ kind: "Secret", metadata: { name: "s" }, data: { a: "eA==", b: "eQ==" } });
  });
});
