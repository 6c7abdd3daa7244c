import { byteOrder } from "./byte-order.ts";
import type { RawConfig } from "./types.ts";

/** A cluster as others know it. */
export interface ClusterIdentity {
  /** Name that its entry has where the one who wrote it followed a rule: an ARN. */
  readonly entryName: string | undefined;
  readonly server: string | undefined;
}

/**
 * Names of the contexts that lead to a cluster: by its address, or by its entry's name where that leads through a tunnel.
 * For one kubeconfig and any number of clusters.
 */
export function contextsOfClusters(raw: RawConfig): (cluster: ClusterIdentity) => readonly string[] {
  const byKey = new Map<string, Set<string>>();
  for (const [name, context] of raw.contexts) {
    const server = raw.clusters.get(context.cluster)?.server;
    for (const key of keysOf({ entryName: context.cluster, server })) {
      const names = byKey.get(key) ?? new Set();
      byKey.set(key, names.add(name));
    }
  }
  return (cluster) => {
    const found = keysOf(cluster).flatMap((key) => [...(byKey.get(key) ?? [])]);
    return [...new Set(found)].sort(byteOrder);
  };
}

function keysOf({ entryName, server = "" }: ClusterIdentity): readonly string[] {
  const name = entryName === undefined ? [] : [`name ${entryName}`];
  return server === "" ? name : [...name, `server ${sameAddress(server)}`];
}

/** Spellings of one address made equal: case of the host, default port, slash at the end. */
function sameAddress(server: string): string {
  if (!URL.canParse(server)) return server;
  const { origin, pathname } = new URL(server);
  return `${origin}${pathname.replace(/\/+$/, "")}`;
}
