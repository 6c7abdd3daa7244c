import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import { withDeadline } from "../deadline.ts";
import type { FederationDeps } from "../deps.ts";
import { nameOf } from "../describe.ts";
import { kubefedClusterType, type KubeFedCluster } from "../kubefed-types.ts";

type Condition = NonNullable<NonNullable<KubeFedCluster["status"]>["conditions"]>[number];

export interface ReadyWait {
  readonly api: KubeApi;
  /** As it was written. */
  readonly registration: KubeFedCluster;
  /** What the condition Ready was probed at before the registration changed: that verdict was about something else. */
  readonly outdatedProbe: string | undefined;
  readonly timeoutMs: number;
}

type WaitDeps = Pick<FederationDeps, "report" | "signal" | "clock">;

const pauseMs = 500;

/** Waits by watch until a controller calls the cluster ready. @throws FedctlError TimedOut with what the controller says, Interrupted */
export async function waitUntilReady(wait: ReadyWait, deps: WaitDeps): Promise<void> {
  const { api, timeoutMs } = wait;
  let seen = wait.registration;
  const name = nameOf(seen);
  deps.report.progress(`waiting for cluster "${name}" to be ready`);
  try {
    await withDeadline({ timeoutMs, signal: deps.signal, clock: deps.clock }, async (signal) => {
      while (!isReady(seen, wait)) {
        for await (const next of follow(api, seen, signal)) {
          seen = next;
          if (isReady(seen, wait)) return;
        }
        await deps.clock.sleep(pauseMs, signal);
        seen = await look(api, seen, signal);
      }
    });
  } catch (error) {
    if (!hasCode(error, "TimedOut")) throw error;
    throw notReady(seen, wait);
  }
}

/** @throws FedctlError ClusterNotJoined when somebody removed it meanwhile */
async function look(api: KubeApi, { metadata }: KubeFedCluster, signal: AbortSignal): Promise<KubeFedCluster> {
  const { namespace, name = "" } = metadata ?? {};
  const live = await api.get<KubeFedCluster>({ type: kubefedClusterType, namespace, name }, { signal });
  if (live !== undefined) return live;
  throw new FedctlError("ClusterNotJoined", `cluster "${name}" was removed while it was waited for`, {
    hint: "somebody else ran unjoin; join it again where that was a mistake",
  });
}

/** The states of the registration that follow one; ends when the watch does, or is not allowed. */
async function* follow(
  api: KubeApi,
  { metadata }: KubeFedCluster,
  signal: AbortSignal,
): AsyncGenerator<KubeFedCluster, void, undefined> {
  const { namespace, name, resourceVersion } = metadata ?? {};
  const options = { namespace, name, resourceVersion, signal };
  try {
    for await (const event of api.watch<KubeFedCluster>(kubefedClusterType, options)) {
      if (event.type === "DELETED") return;
      if (event.type !== "BOOKMARK") yield event.object;
    }
  } catch (error) {
    // Too old a version, or somebody who may get but not watch: look again.
    if (!hasCode(error, "ServerError", "ServerForbidden")) throw error;
  }
}

function isReady(cluster: KubeFedCluster, { outdatedProbe }: ReadyWait): boolean {
  const ready = conditionsOf(cluster).find(({ type }) => type === "Ready");
  if (ready?.status !== "True") return false;
  return outdatedProbe === undefined || ready.lastProbeTime !== outdatedProbe;
}

/** When a controller last called the cluster ready. */
export function readyProbe(cluster: KubeFedCluster | undefined): string | undefined {
  return cluster && conditionsOf(cluster).find(({ type }) => type === "Ready")?.lastProbeTime;
}

function conditionsOf({ status }: KubeFedCluster): readonly Condition[] {
  return status?.conditions ?? [];
}

function notReady(cluster: KubeFedCluster, { api, timeoutMs }: ReadyWait): FedctlError {
  const { name = "", namespace = "" } = cluster.metadata ?? {};
  const conditions = conditionsOf(cluster);
  const isUnseen = conditions.length === 0;
  const why = isUnseen ? "no controller has looked at it" : conditions.map(conditionWords).join("; ");
  const kubectl = `kubectl --context ${api.context} -n ${namespace}`;
  return new FedctlError("TimedOut", `cluster "${name}" is joined, but not ready after ${timeoutMs / 1000} s: ${why}`, {
    exitCode: ExitCode.TimedOut,
    hint: isUnseen
      ? `see whether a KubeFed controller runs: ${kubectl} get deployments`
      : `see what the controller says next: ${kubectl} get kubefedcluster ${name} -o yaml`,
  });
}

/** `Ready=False, ClusterNotReady: /healthz responded without ok`. */
function conditionWords({ type, status, reason = "", message = "" }: Condition): string {
  const words = [reason, message].filter((text) => text !== "").join(": ");
  return `${type}=${status}${words === "" ? "" : `, ${words}`}`;
}
