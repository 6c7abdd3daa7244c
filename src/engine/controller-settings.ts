import { ExitCode, FedctlError } from "../errors.ts";
import { isRecord } from "../federation/json-data.ts";
import type { KubeFedConfig } from "../federation/kubefed-types.ts";
import type { LeaseTimes } from "./leader-election.ts";
import type { AnnotatedLockKind } from "./leader-locks.ts";

export interface HealthSettings {
  readonly periodMs: number;
  readonly timeoutMs: number;
  /** So many probes in a row with another result change the state. */
  readonly failureThreshold: number;
  readonly successThreshold: number;
}

/** What the KubeFedConfig says of how a controller runs. */
export interface ControllerSettings {
  readonly scope: "Cluster" | "Namespaced";
  readonly adoptsObjects: boolean;
  /** The gate RawResourceStatusCollection: FederatedTypeConfigs may ask for statuses of members' objects. */
  readonly collectsRawStatus: boolean;
  /** The gate SchedulerPreferences: ReplicaSchedulingPreferences count. */
  readonly schedulesReplicas: boolean;
  readonly health: HealthSettings;
  /** How long a cluster is not ready before its objects are looked at. */
  readonly unavailableDelayMs: number;
  readonly lease: LeaseTimes;
  readonly resourceLock: AnnotatedLockKind;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the settings; what is not set has the value that KubeFed's webhook would fill in. Pure.
 * @throws FedctlError Usage naming the setting that no controller could run with
 */
export function controllerSettings(config: KubeFedConfig): ControllerSettings {
  const read = readerOf(config);
  const health = read.part("clusterHealthCheck");
  const delays = read.part("controllerDuration");
  const settings: ControllerSettings = {
    scope: read.oneOf("scope", config.spec.scope, ["Cluster", "Namespaced"]),
    adoptsObjects: read.part("syncController")["adoptResources"] !== "Disabled",
    collectsRawStatus: gateOf(config, "RawResourceStatusCollection") === "Enabled",
    schedulesReplicas: gateOf(config, "SchedulerPreferences") !== "Disabled",
    health: {
      periodMs: read.duration("clusterHealthCheck.period", health["period"], "10s"),
      timeoutMs: read.duration("clusterHealthCheck.timeout", health["timeout"], "3s"),
      failureThreshold: read.count("clusterHealthCheck.failureThreshold", health["failureThreshold"], 3),
      successThreshold: read.count("clusterHealthCheck.successThreshold", health["successThreshold"], 1),
    },
    unavailableDelayMs: read.duration("controllerDuration.unavailableDelay", delays["unavailableDelay"], "60s"),
    ...leaderSettings(read),
  };
  const { leaseMs, renewDeadlineMs, retryMs } = settings.lease;
  if (renewDeadlineMs >= leaseMs) throw read.wrong("leaderElect.renewDeadline", "it must be less than leaseDuration");
  if (retryMs * 1.2 >= renewDeadlineMs)
    throw read.wrong("leaderElect.retryPeriod", "1.2 of it must be less than renewDeadline");
  return settings;
}

function leaderSettings(read: Reader): Pick<ControllerSettings, "lease" | "resourceLock"> {
  const elect = read.part("leaderElect");
  return {
    lease: {
      leaseMs: read.duration("leaderElect.leaseDuration", elect["leaseDuration"], "15s"),
      renewDeadlineMs: read.duration("leaderElect.renewDeadline", elect["renewDeadline"], "10s"),
      retryMs: read.duration("leaderElect.retryPeriod", elect["retryPeriod"], "5s"),
    },
    resourceLock: read.oneOf("leaderElect.resourceLock", elect["resourceLock"] ?? "configmaps", [
      "configmaps",
      "endpoints",
    ]),
  };
}

/** Undefined where the config does not name the gate. */
function gateOf({ spec }: KubeFedConfig, name: string): unknown {
  const gates: readonly unknown[] = Array.isArray(spec["featureGates"]) ? spec["featureGates"] : [];
  return gates.filter(isRecord).find((gate) => gate["name"] === name)?.["configuration"];
}

interface Reader {
  /** A part of the spec; empty when it is not there. */
  part(name: string): Fields;
  duration(path: string, value: unknown, fallback: string): number;
  count(path: string, value: unknown, fallback: number): number;
  oneOf<T extends string>(path: string, value: unknown, allowed: readonly T[]): T;
  wrong(path: string, why: string): FedctlError;
}

function readerOf(config: KubeFedConfig): Reader {
  const { name = "", namespace = "" } = config.metadata ?? {};
  const wrong = (path: string, why: string): FedctlError =>
    new FedctlError("Usage", `wrong spec.${path} of KubeFedConfig "${name}" in namespace "${namespace}": ${why}`, {
      exitCode: ExitCode.Usage,
      hint: `correct it: kubectl -n ${namespace} edit kubefedconfig ${name}`,
    });
  return {
    part: (part) => (isRecord(config.spec[part]) ? config.spec[part] : {}),
    duration(path, value, fallback) {
      const ms = durationMs(value ?? fallback);
      if (ms === undefined || ms <= 0) throw wrong(path, "a duration such as 30s is wanted");
      return ms;
    },
    count(path, value, fallback) {
      const count = value ?? fallback;
      if (typeof count !== "number" || count < 1) throw wrong(path, "a number greater than zero is wanted");
      return count;
    },
    oneOf(path, value, allowed) {
      const found = allowed.find((each) => each === value);
      if (found === undefined) throw wrong(path, `one of ${allowed.join(", ")} is wanted`);
      return found;
    },
    wrong,
  };
}

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Go's form of a duration, as `metav1.Duration` reads it. */
function durationMs(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(value)) return undefined;
  let total = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * (unitMs[unit ?? ""] ?? 0);
  }
  return total;
}
