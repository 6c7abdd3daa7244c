import { FedctlError } from "../../errors.ts";
import type { ClientConfig } from "../../kubeconfig/types.ts";
import { nameOf } from "../describe.ts";
import type { FederatedObject, KubeFedCluster } from "../kubefed-types.ts";
import { suggestCommand } from "../suggest.ts";
import { firstFew } from "./object-key.ts";
import type { FederateOptions } from "./options.ts";

export type Placement = NonNullable<FederatedObject["spec"]["placement"]>;
type PlacementOptions = Pick<FederateOptions, "clusters" | "clusterSelector">;

/** Where the objects are to be: in all clusters, unless the user says otherwise. */
export function placementOf({ clusters, clusterSelector }: PlacementOptions): Placement {
  if (clusters !== undefined) return { clusters: [...new Set(clusters)].map((name) => ({ name })) };
  return { clusterSelector: { matchLabels: { ...clusterSelector } } };
}

/** Whether the user said where. */
export function isPlacementGiven({ clusters, clusterSelector }: PlacementOptions): boolean {
  return clusters !== undefined || clusterSelector !== undefined;
}

/** Whether KubeFed would place the objects in this cluster. */
export function selects({ clusters, clusterSelector = {} }: PlacementOptions, cluster: KubeFedCluster): boolean {
  if (clusters !== undefined) return clusters.includes(nameOf(cluster));
  const labels = cluster.metadata?.labels ?? {};
  return Object.entries(clusterSelector).every(([key, value]) => labels[key] === value);
}

/** Names of the clusters, of those that are joined now, that the objects are placed in. */
export function placedClusters(options: PlacementOptions, members: readonly KubeFedCluster[] = []): readonly string[] {
  if (options.clusters !== undefined) return [...new Set(options.clusters)];
  return members
    .filter((cluster) => selects(options, cluster))
    .map(nameOf)
    .sort();
}

/** KubeFed ignores names of clusters that it does not know in silence. @throws FedctlError ClusterNotJoined */
export function checkClusters(
  { clusters = [], ...options }: FederateOptions,
  members: readonly KubeFedCluster[] | undefined,
  hostCluster: string,
): void {
  if (members === undefined) return;
  const names = members.map(nameOf);
  const unknown = [...new Set(clusters)].filter((name) => !names.includes(name));
  const [first] = unknown;
  if (first === undefined) return;
  const quoted = unknown.map((name) => `"${name}"`).join(", ");
  throw new FedctlError(
    "ClusterNotJoined",
    `--clusters: ${quoted} ${unknown.length === 1 ? "is" : "are"} not joined to cluster "${hostCluster}"; ` +
      (names.length === 0 ? "no cluster is" : `joined: ${firstFew(names, 10)}`),
    { hint: `join it first: ${suggestCommand(`join ${first}`, options)}` },
  );
}

/**
 * The registered cluster that is the host itself: it has the host's address, or its certificate authority where no other
 * cluster has the same.
 */
export function findHostMember(
  members: readonly KubeFedCluster[],
  { server, tls }: Pick<ClientConfig, "server" | "tls">,
): KubeFedCluster | undefined {
  const sameAddress = members.find(({ spec }) => addressOf(spec.apiEndpoint) === addressOf(server));
  if (sameAddress !== undefined) return sameAddress;
  const ca = tls.caPem?.toString("base64");
  const sameAuthority = members.filter(({ spec }) => ca !== undefined && spec.caBundle === ca);
  return sameAuthority.length === 1 ? sameAuthority[0] : undefined;
}

function addressOf(url: string): string {
  return URL.canParse(url) ? new URL(url).href.replace(/\/$/, "") : url;
}
