import { describe, expect, test } from "vitest";
import { controllerSettings } from "../../../src/engine/controller-settings.ts";
import { kubefedConfigFor } from "../../../src/federation/install/kubefed-config.ts";
import type { KubeFedConfig } from "../../../src/federation/kubefed-types.ts";

const defaults = {
  scope: "Cluster",
  adoptsObjects: true,
  collectsRawStatus: false,
  schedulesReplicas: true,
  health: { periodMs: 10_000, timeoutMs: 3_000, failureThreshold: 3, successThreshold: 1 },
  unavailableDelayMs: 60_000,
  lease: { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 5_000 },
  resourceLock: "configmaps",
};

const settingsOf = (spec: KubeFedConfig["spec"]) =>
  controllerSettings({ metadata: { name: "kubefed", namespace: "plane" }, spec });

test("what install writes, and what is not set, are KubeFed's defaults", () => {
  expect(controllerSettings(kubefedConfigFor("plane", "Cluster"))).toEqual(defaults);
  expect(settingsOf({ scope: "Cluster" })).toEqual(defaults);
});

test("what is set counts", () => {
  const settings = settingsOf({
    scope: "Namespaced",
    clusterHealthCheck: { period: "1m30s", timeout: "500ms", failureThreshold: 5, successThreshold: 2 },
    controllerDuration: { unavailableDelay: "2m0s" },
    leaderElect: { leaseDuration: "3s", renewDeadline: "2s", retryPeriod: "0.5s", resourceLock: "endpoints" },
    featureGates: [
      { name: "RawResourceStatusCollection", configuration: "Enabled" },
      { name: "SchedulerPreferences", configuration: "Disabled" },
    ],
    syncController: { adoptResources: "Disabled" },
  });
  expect(settings).toEqual({
    scope: "Namespaced",
    adoptsObjects: false,
    collectsRawStatus: true,
    schedulesReplicas: false,
    health: { periodMs: 90_000, timeoutMs: 500, failureThreshold: 5, successThreshold: 2 },
    unavailableDelayMs: 120_000,
    lease: { leaseMs: 3_000, renewDeadlineMs: 2_000, retryMs: 500 },
    resourceLock: "endpoints",
  });
});

describe("what no controller could run with is refused with the setting and the way to it", () => {
  test.each<[Partial<KubeFedConfig["spec"]>, string]>([
    [{ scope: "" }, "spec.scope"],
    [{ clusterHealthCheck: { period: "soon" } }, "spec.clusterHealthCheck.period"],
    [{ clusterHealthCheck: { period: "0s" } }, "spec.clusterHealthCheck.period"],
    [{ clusterHealthCheck: { failureThreshold: 0 } }, "spec.clusterHealthCheck.failureThreshold"],
    [{ leaderElect: { leaseDuration: "5s" } }, "spec.leaderElect.renewDeadline"],
    [{ leaderElect: { retryPeriod: "9s" } }, "spec.leaderElect.retryPeriod"],
    [{ leaderElect: { resourceLock: "leases" } }, "spec.leaderElect.resourceLock"],
  ])("%j", (spec, path) => {
    expect(() => settingsOf({ scope: "Cluster", ...spec })).toThrow(
      expect.objectContaining({
        code: "Usage",
        exitCode: 2,
        message: expect.stringContaining(`wrong ${path} of KubeFedConfig "kubefed" in namespace "plane": `) as string,
        hint: "correct it: kubectl -n plane edit kubefedconfig kubefed",
      }),
    );
  });
});
