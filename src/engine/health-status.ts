import type { KubeFedCluster } from "../federation/kubefed-types.ts";
import type { HealthSettings } from "./controller-settings.ts";

/** What a look at a cluster found. */
export type Probe =
  | { readonly kind: "ok"; readonly kubernetesVersion: string | undefined }
  /** It answers, and says that it is not well. */
  | { readonly kind: "unwell" }
  | { readonly kind: "unreachable"; readonly why: string }
  /** What is registered is no usable configuration. */
  | { readonly kind: "malformed"; readonly why: string };

export type ClusterStatus = NonNullable<KubeFedCluster["status"]>;
type Condition = NonNullable<ClusterStatus["conditions"]>[number];

/** The health of a cluster between two probes. */
export interface Health {
  readonly status: ClusterStatus;
  /** Probes in a row that found it otherwise. */
  readonly doubts: number;
}

interface Wording {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

/** Types and reasons are KubeFed's; so are the messages where they name no cause. */
function wordsFor(probe: Probe): readonly Wording[] {
  switch (probe.kind) {
    case "ok":
      return [{ type: "Ready", status: "True", reason: "ClusterReady", message: "/healthz responded with ok" }];
    case "unwell":
      return [
        { type: "Ready", status: "False", reason: "ClusterNotReady", message: "/healthz responded without ok" },
        { type: "Offline", status: "False", reason: "ClusterReachable", message: "cluster is reachable" },
      ];
    case "unreachable":
      return [
        {
          type: "Offline",
          status: "True",
          reason: "ClusterNotReachable",
          message: `cluster is not reachable: ${probe.why}`,
        },
      ];
    case "malformed":
      return [
        {
          type: "ConfigMalformed",
          status: "True",
          reason: "ClusterConfigMalformed",
          message: `cluster's configuration may be malformed: ${probe.why}`,
        },
      ];
  }
}

/**
 * The health after one more probe. The first decides by itself; later ones change the state only when enough of them in a row differ
 * from it (spec/kubefed D.13). That a registration is unusable is certain at once. Pure.
 */
export function healthAfter(
  probe: Probe,
  last: Health | undefined,
  { settings, now, recorded = {} }: HealthClock,
): Health {
  const found = statusOf(probe, now);
  // What another controller, or this one before it was restarted, found of it, it has been since then.
  if (last === undefined) return { status: withTransition(found, recorded), doubts: 0 };
  if (isReady(found) === isReady(last.status)) return { status: withTransition(found, last.status), doubts: 0 };
  const threshold = isReady(found) ? settings.successThreshold : settings.failureThreshold;
  const doubts = last.doubts + 1;
  if (doubts < threshold && probe.kind !== "malformed") return { status: probedAt(last.status, now), doubts };
  return { status: withTransition(found, last.status), doubts: 0 };
}

export interface HealthClock {
  readonly settings: HealthSettings;
  /** RFC 3339, whole seconds. */
  readonly now: string;
  /** What the registration says of the cluster. */
  readonly recorded?: ClusterStatus | undefined;
}

function statusOf(probe: Probe, now: string): ClusterStatus {
  const times = { lastProbeTime: now, lastTransitionTime: now };
  const version = probe.kind === "ok" ? probe.kubernetesVersion : undefined;
  return {
    conditions: wordsFor(probe).map((words) => ({ ...times, ...words })),
    ...(version !== undefined && { kubernetesVersion: version }),
  };
}

export function isReady({ conditions = [] }: ClusterStatus): boolean {
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

function probedAt(status: ClusterStatus, now: string): ClusterStatus {
  return {
    ...status,
    conditions: (status.conditions ?? []).map((condition) => ({ ...condition, lastProbeTime: now })),
  };
}

/** A condition that stays has the time it came. */
function withTransition(found: ClusterStatus, last: ClusterStatus): ClusterStatus {
  const since = (condition: Condition): string | undefined =>
    (last.conditions ?? []).find(({ type, status }) => type === condition.type && status === condition.status)
      ?.lastTransitionTime;
  const conditions = (found.conditions ?? []).map((condition) => {
    const lastTransitionTime = since(condition);
    return { ...condition, ...(lastTransitionTime !== undefined && { lastTransitionTime }) };
  });
  return { ...last, ...found, conditions };
}

/** Whether two statuses say the same, apart from when they were probed and in which words. */
export function saysTheSame(one: ClusterStatus | undefined, other: ClusterStatus): boolean {
  const gist = (status: ClusterStatus | undefined): string =>
    JSON.stringify([
      status?.kubernetesVersion,
      (status?.conditions ?? []).map(({ type, status: value, reason }) => [type, value, reason]),
    ]);
  return gist(one) === gist(other);
}
