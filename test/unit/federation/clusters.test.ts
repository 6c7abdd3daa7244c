import { describe, expect, test } from "vitest";
import { describeCluster } from "../../../src/federation/clusters/clusters.ts";
import type { KubeFedCluster } from "../../../src/federation/kubefed-types.ts";

type Condition = NonNullable<NonNullable<KubeFedCluster["status"]>["conditions"]>[number];

function cluster(conditions?: readonly Condition[]): KubeFedCluster {
  return {
    metadata: { name: "vulcan", creationTimestamp: "2026-11-23T10:00:00Z" },
    spec: { apiEndpoint: "https://vulcan:6443", secretRef: { name: "vulcan-x7k2p" } },
    ...(conditions && { status: { conditions: [...conditions], kubernetesVersion: "v1.34.4" } }),
  };
}

/** Readiness, and why. */
type Told = readonly [string, string | undefined];

const ready = { type: "Ready", reason: "ClusterReady", message: "/healthz responded with ok" };
const offline = { type: "Offline", reason: "ClusterNotReachable", message: "cluster is not reachable" };
const malformed = {
  type: "ConfigMalformed",
  reason: "ClusterConfigMalformed",
  message: "cluster's configuration may be malformed",
};

describe("READY of a cluster", () => {
  // The conditions that KubeFed writes: spec/kubefed D.13.
  test.each<[string, readonly Condition[] | undefined, Told]>([
    ["that no controller has looked at", undefined, ["Unknown", undefined]],
    ["that has no condition yet", [], ["Unknown", undefined]],
    ["that is well", [{ ...ready, status: "True" }], ["True", ready.message]],
    [
      "that answers, but not with ok",
      [
        { type: "Ready", status: "False", reason: "ClusterNotReady", message: "/healthz responded without ok" },
        { type: "Offline", status: "False", reason: "ClusterReachable", message: "cluster is reachable" },
      ],
      ["False", "/healthz responded without ok"],
    ],
    ["that cannot be reached", [{ ...offline, status: "True" }], ["False", offline.message]],
    ["whose configuration is unusable", [{ ...malformed, status: "True" }], ["False", malformed.message]],
    ["of which only good is said", [{ ...offline, status: "False" }], ["Unknown", undefined]],
    ["that nobody knows", [{ type: "Ready", status: "Unknown", reason: "Lost" }], ["Unknown", "Lost"]],
    [
      "that is ready and offline",
      [
        { ...offline, status: "True" },
        { ...ready, status: "True" },
      ],
      ["True", ready.message],
    ],
  ])("%s", (_what, conditions, [expected, reason]) => {
    expect(describeCluster(cluster(conditions))).toMatchObject({ ready: expected, reason });
  });
});

test("a cluster is told with its age, version and endpoint", () => {
  expect(describeCluster(cluster([{ ...ready, status: "True" }]))).toEqual({
    name: "vulcan",
    creationTimestamp: "2026-11-23T10:00:00Z",
    ready: "True",
    reason: ready.message,
    version: "v1.34.4",
    endpoint: "https://vulcan:6443",
  });
});
