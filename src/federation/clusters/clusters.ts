import { FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import { nameOf } from "../describe.ts";
import type { FederationDeps, HostOptions } from "../deps.ts";
import { kubefedClusterType, type KubeFedCluster, kubefedConfigName, kubefedConfigType } from "../kubefed-types.ts";
import { quoted, suggestCommand } from "../suggest.ts";

/** What there is to tell of a joined cluster. */
export interface ClusterInfo {
  readonly name: string;
  readonly creationTimestamp: string | undefined;
  /** Of the condition Ready; Unknown while no controller has looked. */
  readonly ready: "True" | "False" | "Unknown";
  /** Why it is not ready, in the controller's words. */
  readonly reason: string | undefined;
  /** Of Kubernetes, once a controller has looked. */
  readonly version: string | undefined;
  readonly endpoint: string;
}

/** The clusters that are joined to a host, by name. @throws FedctlError KubeFedNotInstalled */
export async function readClusters(options: HostOptions, deps: FederationDeps): Promise<readonly ClusterInfo[]> {
  const { api } = await deps.connect(options.hostClusterContext);
  const { kubefedNamespace: namespace } = options;
  const clusters = await listClusters(api, namespace);
  if (clusters.length === 0) await requireControlPlane(api, namespace);
  return clusters.map(describeCluster);
}

/** An empty list may be that of the wrong namespace. */
async function requireControlPlane(api: KubeApi, namespace: string): Promise<void> {
  const config = await api.get({ type: kubefedConfigType, namespace, name: kubefedConfigName });
  if (config === undefined) throw notInstalled(api.context, namespace);
}

/** The KubeFedClusters of a control plane, by name. @throws FedctlError KubeFedNotInstalled */
export async function listClusters(api: KubeApi, kubefedNamespace: string): Promise<readonly KubeFedCluster[]> {
  try {
    const { items } = await api.list<KubeFedCluster>(kubefedClusterType, { namespace: kubefedNamespace });
    return [...items].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  } catch (error) {
    if (hasCode(error, "ServerNotFound")) throw notInstalled(api.context, kubefedNamespace, error);
    throw error;
  }
}

/** There is no control plane where one was looked for: often the wrong context. */
export function notInstalled(context: string, kubefedNamespace: string, cause?: unknown): FedctlError {
  return new FedctlError(
    "KubeFedNotInstalled",
    `KubeFed is not installed in cluster "${context}", namespace "${kubefedNamespace}"`,
    {
      hint:
        `kubectl --context ${quoted(context)} get kubefedconfigs -A tells the --kubefed-namespace where it is, if it is; ` +
        `to install it: ${suggestCommand("install", { hostClusterContext: context, kubefedNamespace })}`,
      cause,
    },
  );
}

/** Pure. */
export function describeCluster(cluster: KubeFedCluster): ClusterInfo {
  const conditions = cluster.status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === "Ready");
  const trouble = conditions.find(({ type, status }) => type !== "Ready" && status === "True");
  const told = ready ?? trouble;
  return {
    name: nameOf(cluster),
    creationTimestamp: cluster.metadata?.creationTimestamp,
    ready: readiness(ready?.status, trouble !== undefined),
    reason: told?.message ?? told?.reason,
    version: cluster.status?.kubernetesVersion,
    endpoint: cluster.spec.apiEndpoint,
  };
}

/** KubeFed leaves Ready out for a cluster that it cannot reach, and says Offline instead. */
function readiness(ready: string | undefined, inTrouble: boolean): ClusterInfo["ready"] {
  if (ready === "True" || ready === "False") return ready;
  return inTrouble ? "False" : "Unknown";
}
