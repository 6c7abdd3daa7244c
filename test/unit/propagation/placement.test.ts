import type { UnknownObject } from "../../../src/kube/objects.ts";
import { describe, expect, test } from "vitest";
import { computePlacement, selectorPlacement } from "../../../src/propagation/placement.ts";

const clusters = [
  { name: "earth", labels: { region: "eu", tier: "1" } },
  { name: "romulus", labels: { region: "us" } },
  { name: "vulcan", labels: { region: "eu" } },
];

function federated(placement: unknown): UnknownObject {
  return { metadata: { name: "a", namespace: "shop" }, spec: { ...(placement !== undefined && { placement }) } };
}

function selected(placement: unknown): readonly string[] {
  const facts = { clusters, isNamespaced: false, scope: "Cluster", federatedNamespace: undefined } as const;
  return [...computePlacement({ ...facts, federated: federated(placement) }).selected].sort();
}

const all = ["earth", "romulus", "vulcan"];

describe("which clusters a placement selects", () => {
  test.each([
    { title: "no placement", placement: undefined, expected: [] },
    { title: "an empty placement", placement: {}, expected: [] },
    { title: "a null selector", placement: { clusterSelector: null }, expected: [] },
    { title: "an empty list", placement: { clusters: [] }, expected: [] },
    { title: "an empty list beside a selector", placement: { clusters: [], clusterSelector: {} }, expected: [] },
    {
      title: "a list",
      placement: { clusters: [{ name: "vulcan" }, { name: "earth" }] },
      expected: ["earth", "vulcan"],
    },
    {
      title: "a list beside a selector",
      placement: { clusters: [{ name: "vulcan" }], clusterSelector: {} },
      expected: ["vulcan"],
    },
    { title: "a null list beside a selector", placement: { clusters: null, clusterSelector: {} }, expected: all },
    { title: "an empty selector", placement: { clusterSelector: {} }, expected: all },
    { title: "empty matchLabels", placement: { clusterSelector: { matchLabels: {} } }, expected: all },
    {
      title: "matchLabels",
      placement: { clusterSelector: { matchLabels: { region: "eu" } } },
      expected: ["earth", "vulcan"],
    },
    {
      title: "two labels",
      placement: { clusterSelector: { matchLabels: { region: "eu", tier: "1" } } },
      expected: ["earth"],
    },
    { title: "In", placement: expression("region", "In", ["us", "asia"]), expected: ["romulus"] },
    {
      title: "NotIn, which takes those without the label",
      placement: expression("tier", "NotIn", ["1"]),
      expected: ["romulus", "vulcan"],
    },
    { title: "Exists", placement: expression("tier", "Exists"), expected: ["earth"] },
    { title: "DoesNotExist", placement: expression("tier", "DoesNotExist"), expected: ["romulus", "vulcan"] },
  ])("$title", ({ placement, expected }) => {
    expect(selected(placement)).toEqual(expected);
  });
});

function expression(key: string, operator: string, values?: readonly string[]): UnknownObject {
  return { clusterSelector: { matchExpressions: [{ key, operator, ...(values && { values }) }] } };
}

describe("what is wrong with a placement", () => {
  const facts = {
    clusters,
    isNamespaced: true,
    scope: "Cluster",
    federatedNamespace: federated({ clusterSelector: {} }),
  } as const;

  test.each([
    expression("region", "Like", ["eu"]),
    expression("region", "In", []),
    expression("region", "Exists", ["eu"]),
    expression("not a key", "Exists"),
    expression("a/b/c", "Exists"),
    expression("region", "In", ["not a value!"]),
  ])("an invalid selector: %j", (placement) => {
    const { selected: none, reason, message } = computePlacement({ ...facts, federated: federated(placement) });
    expect([none.size, reason]).toEqual([0, "ComputePlacementFailed"]);
    expect(message).toMatch(/label|operator/);
  });

  test("an invalid selector of the namespace counts for what is in it", () => {
    const federatedNamespace = federated(expression("region", "Like", ["eu"]));
    const placement = computePlacement({ ...facts, federatedNamespace, federated: federated({ clusterSelector: {} }) });
    expect(placement.reason).toBe("ComputePlacementFailed");
  });

  test("clusters that are not joined are named once, in order", () => {
    const placement = { clusters: [{ name: "x" }, { name: "earth" }, { name: "b" }, { name: "x" }] };
    const { selected: found, unknown, reason } = computePlacement({ ...facts, federated: federated(placement) });
    expect([[...found], unknown, reason]).toEqual([["earth"], ["x", "b"], ""]);
  });

  test.each([
    { placement: undefined, reason: "NoClusterSelected" },
    { placement: { clusterSelector: { matchLabels: { region: "asia" } } }, reason: "NoClusterSelected" },
    { placement: { clusters: [] }, reason: "" },
    { placement: { clusters: [{ name: "gone" }] }, reason: "" },
  ])("that it selects nothing: $placement", ({ placement, reason }) => {
    expect(computePlacement({ ...facts, federated: federated(placement) }).reason).toBe(reason);
  });
});

describe("the namespace of an object", () => {
  const facts = {
    clusters,
    isNamespaced: true,
    scope: "Cluster",
    federated: federated({ clusterSelector: {} }),
  } as const;

  test("limits where it goes", () => {
    const federatedNamespace = federated({ clusters: [{ name: "vulcan" }] });
    expect([...computePlacement({ ...facts, federatedNamespace }).selected]).toEqual(["vulcan"]);
  });

  test("must be federated, in a control plane of the whole cluster", () => {
    const { selected: found, reason } = computePlacement({ ...facts, federatedNamespace: undefined });
    expect([found.size, reason]).toEqual([0, "NamespaceNotFederated"]);
  });

  test("need not be in a control plane of one namespace", () => {
    const placement = computePlacement({ ...facts, scope: "Namespaced", federatedNamespace: undefined });
    expect([[...placement.selected].sort(), placement.reason]).toEqual([all, ""]);
  });
});

test("a scheduling preference may ask for the selector beside a list", () => {
  const object = federated({ clusters: [{ name: "vulcan" }], clusterSelector: { matchLabels: { region: "us" } } });
  expect([...selectorPlacement(object, clusters)]).toEqual(["romulus"]);
});
