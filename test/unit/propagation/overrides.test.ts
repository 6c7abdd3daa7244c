import type { UnknownObject } from "../../../src/kube/objects.ts";
import { describe, expect, test } from "vitest";
import { applyOverrides, overriddenClusters, overridesFor } from "../../../src/propagation/overrides.ts";

function federated(...items: readonly unknown[]): UnknownObject {
  return { spec: { overrides: items } };
}

function apply(object: Record<string, unknown>, ...clusterOverrides: readonly unknown[]): unknown {
  return applyOverrides(object, overridesFor(federated({ clusterName: "vulcan", clusterOverrides }), "vulcan"));
}

const object = { spec: { replicas: 1, list: ["a", "b", "c"], "a/b": 1, "a~b": 2 }, metadata: { name: "x" } };

describe("what an operation does, as json-patch v4 has it", () => {
  test.each([
    { title: "no op replaces", op: { path: "/spec/replicas", value: 5 }, expected: { replicas: 5 } },
    { title: "an empty op replaces", op: { op: "", path: "/spec/replicas", value: 5 }, expected: { replicas: 5 } },
    { title: "replace adds what is missing", op: { op: "replace", path: "/spec/new", value: 1 }, expected: { new: 1 } },
    { title: "add overwrites", op: { op: "add", path: "/spec/replicas", value: 2 }, expected: { replicas: 2 } },
    { title: "no value is null", op: { op: "add", path: "/spec/new" }, expected: { new: null } },
    {
      title: "add inserts",
      op: { op: "add", path: "/spec/list/1", value: "x" },
      expected: { list: ["a", "x", "b", "c"] },
    },
    {
      title: "add appends with -",
      op: { op: "add", path: "/spec/list/-", value: "x" },
      expected: { list: ["a", "b", "c", "x"] },
    },
    {
      title: "add appends at the length",
      op: { op: "add", path: "/spec/list/3", value: "x" },
      expected: { list: ["a", "b", "c", "x"] },
    },
    {
      title: "add counts from the end",
      op: { op: "add", path: "/spec/list/-1", value: "x" },
      expected: { list: ["a", "b", "c", "x"] },
    },
    {
      title: "replace of an item",
      op: { op: "replace", path: "/spec/list/0", value: "x" },
      expected: { list: ["x", "b", "c"] },
    },
    {
      title: "replace counts from the end",
      op: { op: "replace", path: "/spec/list/-1", value: "x" },
      expected: { list: ["a", "b", "x"] },
    },
    { title: "remove of an item", op: { op: "remove", path: "/spec/list/1" }, expected: { list: ["a", "c"] } },
    { title: "an escaped slash", op: { path: "/spec/a~1b", value: 9 }, expected: { "a/b": 9 } },
    { title: "an escaped tilde", op: { path: "/spec/a~0b", value: 9 }, expected: { "a~b": 9 } },
  ])("$title", ({ op, expected }) => {
    expect(apply(object, op)).toEqual({ ...object, spec: { ...object.spec, ...expected } });
  });

  test("remove of a field", () => {
    expect(apply(object, { op: "remove", path: "/spec/list", value: "ignored" })).toEqual({
      ...object,
      spec: { replicas: 1, "a/b": 1, "a~b": 2 },
    });
  });

  test("one builds upon the other, in their order", () => {
    const changed = apply({}, { op: "add", path: "/data", value: {} }, { op: "add", path: "/data/a", value: "1" });
    expect(changed).toEqual({ data: { a: "1" } });
  });

  test("what was given stays as it was", () => {
    const before = structuredClone(object);
    apply(object, { op: "remove", path: "/spec/list/0" }, { path: "/spec/replicas", value: 3 });
    expect(object).toEqual(before);
  });
});

describe("what cannot be applied", () => {
  test.each([
    { op: { path: "/status/phase", value: 1 }, message: /nothing that could hold/ },
    { op: { path: "/spec/replicas/x", value: 1 }, message: /nothing that could hold/ },
    { op: { op: "remove", path: "/spec/missing" }, message: /nothing at path/ },
    { op: { path: "/spec/list/3", value: 1 }, message: /beyond the list/ },
    { op: { op: "add", path: "/spec/list/5", value: 1 }, message: /beyond the list/ },
    { op: { op: "remove", path: "/spec/list/-4" }, message: /beyond the list/ },
    { op: { path: "/spec/list/x", value: 1 }, message: /no index/ },
    { op: { op: "replace", path: "/spec/list/-", value: 1 }, message: /no index/ },
    { op: { path: "spec/replicas", value: 1 }, message: /does not begin with/ },
    { op: { op: "move", path: "/spec/replicas" }, message: /unknown op/ },
  ])("$op", ({ op, message }) => {
    expect(() => apply(object, op)).toThrow(message);
  });
});

describe("what is refused", () => {
  test.each(["", "/metadata", "/metadata/name", "/metadata/namespace", "/metadata/generateName", "/kind"])(
    "path %j",
    (path) => {
      expect(() => apply(object, { path, value: {} })).toThrow(
        `override[0] for cluster "vulcan" has an invalid path: ${path}`,
      );
    },
  );

  test("not the apiVersion, nor what is below the labels", () => {
    expect(apply({ apiVersion: "v1", metadata: { labels: {} } }, { path: "/apiVersion", value: "v2" })).toMatchObject({
      apiVersion: "v2",
    });
  });

  test("a path that a cluster has twice", () => {
    const op = { path: "/spec/replicas", value: 1 };
    expect(() => apply(object, op, op)).toThrow('path "/spec/replicas" appears more than once for cluster "vulcan"');
  });

  test("a cluster that appears twice, and no other", () => {
    const twice = federated({ clusterName: "vulcan" }, { clusterName: "vulcan" }, { clusterName: "earth" });
    expect(() => overridesFor(twice, "vulcan")).toThrow('cluster "vulcan" appears more than once');
    expect(overridesFor(twice, "earth")).toEqual([]);
    expect(overriddenClusters(twice)).toEqual(["vulcan", "earth"]);
  });
});

test("without overrides there are no operations", () => {
  expect(overridesFor({}, "vulcan")).toEqual([]);
  expect(overridesFor({ spec: { overrides: null } }, "vulcan")).toEqual([]);
  expect(overridesFor(federated({ clusterName: "vulcan" }), "vulcan")).toEqual([]);
});
