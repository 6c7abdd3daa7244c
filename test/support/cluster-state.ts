import { apiVersionOf } from "../../src/federation/step.ts";
import type { ApiResource, KubeApi } from "../../src/kube/kube-api.ts";
import type { KubeObject } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { connectTo } from "./cluster-connection.ts";

/** Every object of a cluster by `group/version/resource namespace/name`. */
export type ClusterState = ReadonlyMap<string, KubeObject>;

/** Written by the cluster itself, all the time. */
const restless = ["events", "leases", "endpoints", "endpointslices", "componentstatuses"];

export async function readState(cluster: ClusterDetails): Promise<ClusterState> {
  const { api } = connectTo(cluster);
  const { resources } = await api.discover();
  const lists = await Promise.all(preferred(resources).map((type) => readAll(api, type)));
  api.close();
  return new Map(lists.flat());
}

/** Each listable type once, in the version that the server prefers. */
function preferred(resources: readonly ApiResource[]): readonly ApiResource[] {
  const byName = new Map<string, ApiResource>();
  for (const resource of resources) {
    const isWanted = resource.verbs.includes("list") && !restless.includes(resource.plural);
    const name = `${resource.plural}.${resource.group}`;
    if (isWanted && !byName.has(name)) byName.set(name, resource);
  }
  return [...byName.values()];
}

async function readAll(api: KubeApi, type: ApiResource): Promise<(readonly [string, KubeObject])[]> {
  const { items } = await api.list(type);
  return items.map((item) => {
    const { namespace = "", name = "" } = item.metadata ?? {};
    return [`${apiVersionOf(type)}/${type.plural} ${namespace}/${name}`, item] as const;
  });
}

/** A new namespace gets these a moment after it is there. */
const givenInTime = /^v1\/(configmaps .*\/kube-root-ca\.crt|serviceaccounts .*\/default)$/;

/** What differs: keys of what is new, gone, or written to since. */
export function changedKeys(before: ClusterState, after: ClusterState): string[] {
  const version = (state: ClusterState, key: string): string | undefined => state.get(key)?.metadata?.resourceVersion;
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  return keys.filter((key) => version(before, key) !== version(after, key) && !givenInTime.test(key)).sort();
}
