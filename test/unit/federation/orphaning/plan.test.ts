import { describe, expect, it } from "vitest";
import { planOrphaning } from "../../../../src/federation/orphaning/plan.ts";

const type = {
  group: "types.kubefed.io",
  version: "v1beta1",
  kind: "FederatedConfigMap",
  plural: "federatedconfigmaps",
  namespaced: true,
};

describe("planOrphaning", () => {
  it.each([
    ["enable", undefined, "update", undefined],
    ["enable", "true", "keep", "orphaning is enabled already"],
    ["enable", "yes", "update", undefined],
    ["enable", "", "update", undefined],
    ["disable", undefined, "keep", "orphaning is not enabled"],
    ["disable", "true", "update", undefined],
    ["disable", "yes", "keep", 'orphaning is not enabled: kubefed.io/orphan is another value than "true"'],
  ] as const)("%s where the annotation is %o: %s", (...[orphaning, value, action, reason]) => {
    const facts = { cluster: "earth", type, objects: [{ namespace: "demo", name: "web", value }] };
    expect(planOrphaning(facts, { orphaning })).toStrictEqual([
      { cluster: "earth", type, action, object: { metadata: { name: "web", namespace: "demo" } }, reason },
    ]);
  });

  it("keeps the order, and knows objects without a namespace", () => {
    const objects = [
      { name: "b", value: undefined },
      { name: "a", value: "true" },
    ];
    const steps = planOrphaning({ cluster: "earth", type, objects }, { orphaning: "enable" });
    expect(steps.map(({ action, object }) => [action, object])).toStrictEqual([
      ["update", { metadata: { name: "b" } }],
      ["keep", { metadata: { name: "a" } }],
    ]);
  });
});
