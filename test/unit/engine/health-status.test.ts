import { describe, expect, test } from "vitest";
import { type Health, healthAfter, isReady, type Probe } from "../../../src/engine/health-status.ts";

const settings = { periodMs: 10_000, timeoutMs: 3_000, failureThreshold: 3, successThreshold: 1 };
const ok: Probe = { kind: "ok", kubernetesVersion: "v1.34.4" };
const away: Probe = { kind: "unreachable", why: "connection refused" };
const unwell: Probe = { kind: "unwell" };
const malformed: Probe = { kind: "malformed", why: "no secret" };

/** The healths after each of the probes, a minute apart. */
function follow(probes: readonly Probe[], more: Partial<typeof settings> = {}): Health[] {
  const healths: Health[] = [];
  probes.forEach((probe, index) => {
    const now = `2026-11-25T10:0${index}:00Z`;
    healths.push(healthAfter(probe, healths.at(-1), { settings: { ...settings, ...more }, now }));
  });
  return healths;
}

const readiness = (probes: readonly Probe[], more?: Partial<typeof settings>): string =>
  follow(probes, more)
    .map(({ status }) => (isReady(status) ? "R" : "-"))
    .join("");

describe("readiness", () => {
  test.each<[string, Probe[], string]>([
    ["the first probe decides", [ok], "R"],
    ["also against the cluster", [away], "-"],
    ["three failures in a row end it", [ok, away, away, away, away], "RRR--"],
    ["a good probe in between starts the count anew", [ok, away, away, ok, away, away, ok], "RRRRRRR"],
    ["failures of different kinds count together", [ok, away, unwell, away], "RRR-"],
    ["one good probe begins it", [away, ok], "-R"],
    ["an unusable registration ends it at once", [ok, malformed], "R-"],
  ])("%s", (_what, probes, expected) => {
    expect(readiness(probes)).toBe(expected);
  });

  test("a higher success threshold makes a cluster prove itself", () => {
    expect(readiness([away, ok, ok, away, ok, ok, ok], { successThreshold: 3 })).toBe("------R");
  });
});

describe("the conditions are KubeFed's", () => {
  const at = { lastProbeTime: "2026-11-25T10:00:00Z", lastTransitionTime: "2026-11-25T10:00:00Z" };

  test.each<[Probe, object[]]>([
    [ok, [{ type: "Ready", status: "True", reason: "ClusterReady", message: "/healthz responded with ok" }]],
    [
      unwell,
      [
        { type: "Ready", status: "False", reason: "ClusterNotReady", message: "/healthz responded without ok" },
        { type: "Offline", status: "False", reason: "ClusterReachable", message: "cluster is reachable" },
      ],
    ],
    [
      away,
      [
        {
          type: "Offline",
          status: "True",
          reason: "ClusterNotReachable",
          message: "cluster is not reachable: connection refused",
        },
      ],
    ],
    [
      malformed,
      [
        {
          type: "ConfigMalformed",
          status: "True",
          reason: "ClusterConfigMalformed",
          message: "cluster's configuration may be malformed: no secret",
        },
      ],
    ],
  ])("%j", (probe, conditions) => {
    const [health] = follow([probe]);
    expect(health?.status.conditions).toEqual(conditions.map((condition) => ({ ...condition, ...at })));
  });

  test("they keep the time they came while they stay, and tell the last probe", () => {
    const times = follow([ok, ok, away, away, away]).map(({ status }) => {
      const [condition] = status.conditions ?? [];
      return [condition?.type, condition?.lastTransitionTime?.slice(14, 16), condition?.lastProbeTime?.slice(14, 16)];
    });
    expect(times).toEqual([
      ["Ready", "00", "00"],
      ["Ready", "00", "01"],
      ["Ready", "00", "02"],
      ["Ready", "00", "03"],
      ["Offline", "04", "04"],
    ]);
  });

  test("the version stays known while a cluster is away", () => {
    const [, last] = follow([ok, malformed]);
    expect(last?.status.kubernetesVersion).toBe("v1.34.4");
  });
});

test("a condition that another controller wrote has the time it came, when a new one looks at the cluster", () => {
  const recorded = follow([ok])[0]?.status;
  const times = (probe: Probe): unknown =>
    healthAfter(probe, undefined, { settings, now: "2026-11-25T11:00:00Z", recorded }).status.conditions?.map(
      ({ lastProbeTime, lastTransitionTime }) => [lastProbeTime, lastTransitionTime],
    );
  expect(times(ok)).toEqual([["2026-11-25T11:00:00Z", "2026-11-25T10:00:00Z"]]);
  expect(times(away)).toEqual([["2026-11-25T11:00:00Z", "2026-11-25T11:00:00Z"]]);
});
