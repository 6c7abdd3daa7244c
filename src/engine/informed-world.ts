import type { Clock } from "../federation/deps.ts";
import type { KubeApi } from "../kube/kube-api.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { targetKey } from "../propagation/target-key.ts";
import { versionName } from "../propagation/versions.ts";
import { expand } from "./compact-object.ts";
import type { EventRecorder } from "./event-recorder.ts";
import type { HostCaches } from "./host-caches.ts";
import { keyFor } from "./key.ts";
import type { Members } from "./members.ts";
import { namespacesName } from "./shard-work.ts";
import type { TypeRuns } from "./type-runs.ts";
import type { PlaneSettings, World } from "./world.ts";

export interface InformedWorldOptions {
  readonly host: KubeApi;
  readonly settings: PlaneSettings;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly signal: AbortSignal;
  readonly members: Members;
  readonly caches: HostCaches;
  readonly runs: Pick<TypeRuns, "cachesOf" | "types">;
}

/** The world as the caches of a controller have it: nothing in it asks a server. */
export function createInformedWorld(options: InformedWorldOptions): World {
  const { host, settings, clock, events, signal, members, caches, runs } = options;
  const federated: World["federated"] = (type, key) => {
    const kept = runs.cachesOf(type.name)?.federated.get(keyFor(key));
    return kept === undefined ? undefined : expand(kept);
  };
  return {
    host,
    settings,
    clock,
    events,
    signal,
    types: runs.types,
    clusters: () => members.list(),
    federated,
    federatedNamespace(namespace) {
      const type = runs.cachesOf(namespacesName)?.type;
      return type === undefined ? undefined : federated(type, { namespace, name: namespace });
    },
    hostNamespace(namespace): UnknownObject | undefined {
      const kept = caches.namespaces?.get(namespace);
      return kept === undefined ? undefined : expand(kept);
    },
    live(cluster, type, key) {
      const found = runs.cachesOf(type.name)?.live(cluster.name, keyFor(targetKey(type, key)));
      return found ?? { known: false, message: "the type is propagated no more" };
    },
    version(type, { namespace, name }) {
      return caches.versionsOf(type)?.get(keyFor({ namespace, name: versionName(type, name) }));
    },
    // The caches take it over from what the server answered to the write.
    wroteVersion: () => undefined,
  };
}
