import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { UnknownObject } from "../../../src/kube/objects.ts";
import { planReplicas } from "../../../src/propagation/replica-plan.ts";
import {
  needsPods,
  readPreference,
  runningReplicas,
  scheduledSpec,
} from "../../../src/propagation/replica-preference.ts";

interface RecordedPlan {
  readonly clusters: readonly string[];
  readonly current: Readonly<Record<string, number>>;
  readonly capacity: Readonly<Record<string, number>>;
  readonly key: string;
  readonly spec: object;
  readonly result: Readonly<Record<string, number>>;
}

const fixture = new URL("../../fixtures/replica-plans.json", import.meta.url);
const recorded = JSON.parse(readFileSync(fixture, "utf8")) as readonly RecordedPlan[];

describe("plans of KubeFed's planner, with random preferences, are ours", () => {
  test.each(recorded.map((plan, index) => ({ index, plan })))("$index", ({ plan }) => {
    const { spec, result, ...facts } = plan;
    expect(planReplicas({ ...facts, preference: readPreference({ spec }) })).toEqual(result);
  });
});

test("a preference without clusters is one replica's weight for each", () => {
  const preference = readPreference({ spec: { targetKind: "FederatedDeployment", totalReplicas: 4 } });
  expect(preference).toEqual({
    targetKind: "FederatedDeployment",
    totalReplicas: 4,
    rebalance: false,
    intersects: false,
    clusters: { "*": { weight: 1, minReplicas: 0, maxReplicas: undefined } },
  });
  const plan = planReplicas({ preference, clusters: ["a", "b"], current: {}, capacity: {}, key: "x/y" });
  expect(plan).toEqual({ a: 2, b: 2 });
});

describe("where replicas run", () => {
  const nowMs = Date.parse("2026-11-25T12:02:00Z");
  const object = { spec: { replicas: 5 }, status: { readyReplicas: 1 } };
  const pod = (phase: string, ...conditions: readonly object[]): UnknownObject => ({ status: { phase, conditions } });
  const unplaced = (lastTransitionTime: string): object => ({
    type: "PodScheduled",
    status: "False",
    reason: "Unschedulable",
    lastTransitionTime,
  });

  test("the object tells when all its replicas are ready", () => {
    const steady = { spec: { replicas: 3 }, status: { readyReplicas: 3 } };
    expect(needsPods(steady)).toBe(false);
    expect(runningReplicas(steady, [], nowMs)).toEqual({ current: 3, capacity: undefined });
    expect(needsPods({ spec: {}, status: {} })).toBe(false);
  });

  test("otherwise its pods do: those that run, and those that found no node for a minute", () => {
    const pods = [
      pod("Running", { type: "Ready", status: "True" }),
      pod("Running", { type: "Ready", status: "False" }),
      pod("Pending", unplaced("2026-11-25T12:00:00Z")),
      pod("Pending", unplaced("2026-11-25T12:01:30Z")),
    ];
    expect(needsPods(object)).toBe(true);
    expect(runningReplicas(object, pods, nowMs)).toEqual({ current: 1, capacity: 4 });
    expect(runningReplicas(object, pods.slice(0, 2), nowMs)).toEqual({ current: 1, capacity: undefined });
  });
});

describe("what a plan makes of a federated object", () => {
  test("placement and overrides of all candidates, beside what else there is", () => {
    const spec = {
      template: { a: 1 },
      placement: { clusterSelector: {} },
      overrides: [
        { clusterName: "b", clusterOverrides: [{ path: "/metadata/labels/x", value: "y" }] },
        { clusterName: "gone", clusterOverrides: [{ path: "/spec/replicas", value: 7 }] },
        {
          clusterName: "other",
          clusterOverrides: [
            { path: "/spec/replicas", value: 7 },
            { path: "/spec/paused", value: true },
          ],
        },
      ],
    };
    expect(scheduledSpec({ spec }, { b: 2, a: 0 })).toEqual({
      template: { a: 1 },
      placement: { clusterSelector: {}, clusters: [{ name: "a" }, { name: "b" }] },
      overrides: [
        {
          clusterName: "b",
          clusterOverrides: [
            { path: "/metadata/labels/x", value: "y" },
            { path: "/spec/replicas", value: 2 },
          ],
        },
        { clusterName: "other", clusterOverrides: [{ path: "/spec/paused", value: true }] },
        { clusterName: "a", clusterOverrides: [{ path: "/spec/replicas", value: 0 }] },
      ],
    });
  });

  test("nothing, when it says so already in whatever order", () => {
    const override = (clusterName: string, value: number): object => ({
      clusterName,
      clusterOverrides: [{ path: "/spec/replicas", value }],
    });
    const spec = {
      placement: { clusters: [{ name: "b" }, { name: "a" }] },
      overrides: [override("b", 2), override("a", 0)],
    };
    expect(scheduledSpec({ spec }, { a: 0, b: 2 })).toBeUndefined();
    expect(scheduledSpec({ spec }, { a: 1, b: 2 })?.["overrides"]).toEqual([override("b", 2), override("a", 1)]);
  });
});
