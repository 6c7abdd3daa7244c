import { describe, expect, test } from "vitest";
import { isSameStatus, planType, propagatesNamespaces, typeStatus } from "../../../src/engine/type-plan.ts";
import type { FederatedTypeConfig } from "../../../src/federation/kubefed-types.ts";

const api = { group: "", version: "v1", kind: "Service", pluralName: "services", scope: "Namespaced" } as const;

function config(spec: Partial<FederatedTypeConfig["spec"]> = {}, metadata: object = {}): FederatedTypeConfig {
  return {
    metadata: { name: "services", generation: 3, ...metadata },
    spec: {
      targetType: api,
      federatedType: { ...api, group: "types.kubefed.io", kind: "FederatedService", pluralName: "federatedservices" },
      propagation: "Enabled",
      ...spec,
    },
  };
}

const wide = { scope: "Cluster", collectsRawStatus: false } as const;
const going = { deletionTimestamp: "2026-11-25T10:00:00Z" };
const statusType = { ...api, group: "core.kubefed.io", kind: "FederatedServiceStatus", pluralName: "statuses" };
const clusterScoped = { targetType: { ...api, scope: "Cluster" } } as const;

describe("a type is propagated", () => {
  test("as its config says", () => {
    expect(planType(config(), wide, true)).toMatchObject({
      kind: "run",
      type: {
        name: "services",
        target: { plural: "services" },
        federated: { kind: "FederatedService" },
        collectsStatus: false,
      },
    });
  });

  test.each<[string, FederatedTypeConfig, Parameters<typeof planType>[1], boolean, string | undefined]>([
    ["disabled", config({ propagation: "Disabled" }), wide, true, undefined],
    ["being deleted", config({}, going), wide, true, undefined],
    ["without namespaces", config(), wide, false, "namespaces are not propagated"],
    [
      "of whole clusters, in a plane of one namespace",
      config(clusterScoped),
      { ...wide, scope: "Namespaced" },
      true,
      "this control plane is confined to its namespace",
    ],
  ])("not when it is %s", (...[, given, settings, hasNamespaces, why]) => {
    expect(planType(given, settings, hasNamespaces)).toEqual({ kind: "rest", ...(why !== undefined && { why }) });
  });

  test("without namespaces, when it needs none", () => {
    expect(planType(config(clusterScoped), wide, false).kind).toBe("run");
    expect(planType(config(), { ...wide, scope: "Namespaced" }, false).kind).toBe("run");
  });
});

test.each<[string, FederatedTypeConfig | undefined, boolean]>([
  ["not there", undefined, false],
  ["enabled", config(), true],
  ["disabled", config({ propagation: "Disabled" }), false],
  ["going", config({}, going), false],
])("namespaces whose config is %s: propagated %s", (_, given, expected) => {
  expect(propagatesNamespaces(given)).toBe(expected);
});

test("statuses of Services are gathered unless raw ones are", () => {
  const asked = config({ statusCollection: "Enabled", statusType });
  expect(planType(asked, wide, true)).toMatchObject({ type: { writesServiceStatus: true, collectsStatus: false } });
  const raw = planType(asked, { ...wide, collectsRawStatus: true }, true);
  expect(raw).toMatchObject({ type: { collectsStatus: true } });
  expect(raw.kind === "run" && raw.type.writesServiceStatus).toBeFalsy();
});

test("the status says what runs, and of which generation", () => {
  const plan = planType(config(), wide, true);
  const running = typeStatus(config(), plan.kind === "run" ? plan.type : undefined);
  expect(running).toEqual({ observedGeneration: 3, propagationController: "Running", statusController: "NotRunning" });
  expect(isSameStatus(running, { ...running })).toBe(true);
  expect(isSameStatus(running, typeStatus(config(), undefined))).toBe(false);
  expect(isSameStatus(undefined, running)).toBe(false);
});
