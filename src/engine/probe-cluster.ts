import { FedctlError, hasCode } from "../errors.ts";
import type { KubeFedCluster } from "../federation/kubefed-types.ts";
import type { KubeApi } from "../kube/kube-api.ts";
import type { ClusterClients, MemberClient } from "./cluster-clients.ts";
import type { Probe } from "./health-status.ts";

export interface ProbeOptions {
  readonly clients: ClusterClients;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Asks a registered cluster for its health, as KubeFed's controller does. @throws FedctlError Interrupted; what else goes wrong is the finding */
export async function probeCluster(cluster: KubeFedCluster, options: ProbeOptions): Promise<Probe> {
  const { timeoutMs, signal } = options;
  try {
    const client = await options.clients.clientFor(cluster);
    return await askWithNewToken(client, { timeoutMs, signal });
  } catch (error) {
    if (!(error instanceof FedctlError) || signal.aborted) throw error;
    if (error.code === "ClusterConfigMalformed") return { kind: "malformed", why: error.message };
    return { kind: "unreachable", why: error.message };
  }
}

type Request = Pick<ProbeOptions, "timeoutMs" | "signal">;

/** A token that was refused may have been replaced in its Secret. */
async function askWithNewToken(client: MemberClient, request: Request): Promise<Probe> {
  try {
    return await ask(client.api, request);
  } catch (error) {
    if (!hasCode(error, "ServerUnauthorized") || !(await client.reloadToken())) throw error;
    return await ask(client.api, request);
  }
}

async function ask(api: KubeApi, request: Request): Promise<Probe> {
  const [health, version] = await Promise.all([readHealth(api, request), readVersion(api, request)]);
  return health ? { kind: "ok", kubernetesVersion: version } : { kind: "unwell" };
}

async function readHealth(api: KubeApi, request: Request): Promise<boolean> {
  try {
    const answer = await api.read("/healthz", request);
    return typeof answer === "string" && answer.trim().toLowerCase() === "ok";
  } catch (error) {
    // It answered.
    if (hasCode(error, "ServerError")) return false;
    throw error;
  }
}

/** Whether a cluster is well does not hang on this. */
async function readVersion(api: KubeApi, request: Request): Promise<string | undefined> {
  try {
    const answer = (await api.read("/version", request)) as { gitVersion?: unknown } | undefined;
    return typeof answer?.gitVersion === "string" ? answer.gitVersion : undefined;
  } catch (error) {
    if (error instanceof FedctlError) return undefined;
    throw error;
  }
}
