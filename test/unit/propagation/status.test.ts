import { describe, expect, test } from "vitest";
import { nextStatus, overallReason, type StatusFacts, timestamp } from "../../../src/propagation/status.ts";

const nowMs = Date.UTC(2026, 10, 25, 12, 0, 0, 250);
const now = "2026-11-25T12:00:00Z";
const earlier = "2026-11-20T08:00:00Z";
const healthy = {
  observedGeneration: 2,
  conditions: [{ type: "Propagation", status: "True", lastTransitionTime: earlier, lastUpdateTime: earlier }],
  clusters: [{ name: "vulcan" }, { name: "earth" }],
};
const facts: StatusFacts = {
  current: healthy,
  generation: 2,
  reason: "",
  clusters: [
    { name: "vulcan", status: "" },
    { name: "earth", status: "" },
  ],
  updated: false,
  nowMs,
};

describe("nothing is written", () => {
  test("when it is so already, in whatever order KubeFed wrote it", () => {
    expect(nextStatus(facts)).toBeUndefined();
    expect(nextStatus({ ...facts, clusters: [...facts.clusters].reverse() })).toBeUndefined();
  });
});

describe("what is written", () => {
  test("at first, sorted by cluster", () => {
    expect(nextStatus({ ...facts, current: undefined })).toEqual({
      observedGeneration: 2,
      conditions: [{ type: "Propagation", status: "True", lastTransitionTime: now, lastUpdateTime: now }],
      clusters: [{ name: "earth" }, { name: "vulcan" }],
    });
  });

  test("an observed generation alone leaves the times", () => {
    expect(nextStatus({ ...facts, generation: 3 })).toMatchObject({
      observedGeneration: 3,
      conditions: healthy.conditions,
    });
  });

  test("a cluster in trouble is a transition", () => {
    const clusters = [
      { name: "earth", status: "" },
      { name: "vulcan", status: "ClusterNotReady" },
    ] as const;
    expect(nextStatus({ ...facts, clusters })).toEqual({
      observedGeneration: 2,
      conditions: [
        { type: "Propagation", status: "False", reason: "CheckClusters", lastTransitionTime: now, lastUpdateTime: now },
      ],
      clusters: [{ name: "earth" }, { name: "vulcan", status: "ClusterNotReady" }],
    });
  });

  test("a change that was propagated is an update and no transition", () => {
    expect(nextStatus({ ...facts, updated: true })?.["conditions"]).toEqual([
      { type: "Propagation", status: "True", lastTransitionTime: earlier, lastUpdateTime: now },
    ]);
  });

  test("conditions of others stay", () => {
    const other = { type: "Audited", status: "True" };
    const current = { ...healthy, conditions: [other, ...healthy.conditions] };
    expect(nextStatus({ ...facts, current, generation: 3 })?.["conditions"]).toEqual([other, ...healthy.conditions]);
  });

  test("without clusters there is no list of them", () => {
    expect(nextStatus({ ...facts, clusters: [], reason: "NamespaceNotFederated" })).toEqual({
      observedGeneration: 2,
      conditions: [
        {
          type: "Propagation",
          status: "False",
          reason: "NamespaceNotFederated",
          lastTransitionTime: now,
          lastUpdateTime: now,
        },
      ],
    });
  });

  test("statuses of members' objects, where there are any", () => {
    const clusters = [
      { name: "earth", status: "", remoteStatus: { replicas: 2 } },
      { name: "vulcan", status: "", remoteStatus: undefined },
    ] as const;
    const status = nextStatus({ ...facts, clusters });
    expect(status?.["clusters"]).toEqual([{ name: "earth", remoteStatus: { replicas: 2 } }, { name: "vulcan" }]);
    expect(nextStatus({ ...facts, clusters, current: status })).toBeUndefined();
  });
});

test("a reason of its own comes before what the clusters say", () => {
  const clusters = [{ name: "earth", status: "UpdateFailed" }] as const;
  expect(overallReason("", clusters)).toBe("CheckClusters");
  expect(overallReason("NamespaceNotFederated", clusters)).toBe("NamespaceNotFederated");
  expect(overallReason("", [])).toBe("");
});

test("times are whole seconds of UTC", () => {
  expect(timestamp(nowMs)).toBe(now);
});
