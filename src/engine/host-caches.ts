import type { Clock } from "../federation/deps.ts";
import {
  type FederatedTypeConfig,
  kubefedClusterType,
  type KubeFedCluster,
  namespaceType,
  typeConfigType,
} from "../federation/kubefed-types.ts";
import type { FedctlError } from "../errors.ts";
import type { KubeApi, ResourceType } from "../kube/kube-api.ts";
import type { KubeObject, UnknownObject } from "../kube/objects.ts";
import type { PropagatedType, RecordedVersion } from "../propagation/types.ts";
import { readVersion } from "../propagation/versions.ts";
import { compact, type CompactObject } from "./compact-object.ts";
import { createInformer, type Informer, type InformerOptions } from "./informer.ts";
import type { Key } from "./key.ts";
import type { CacheChange, Versioned } from "./object-cache.ts";
import { clusterPropagatedVersionType, propagatedVersionType, versionTypeOf } from "./record-version.ts";
import { schedulingPreferenceType } from "./schedule-replicas.ts";
import { isKeyInShard, type ShardRange } from "./shard-key.ts";

/** An object that is kept as it is: there are few of its type. */
export interface Whole<T> extends Versioned {
  readonly object: T;
}

export type KeptVersion = RecordedVersion & Versioned;

/** What a control plane holds besides federated objects. */
export interface HostCaches {
  readonly clusters: Informer<Whole<KubeFedCluster>>;
  readonly typeConfigs: Informer<Whole<FederatedTypeConfig>>;
  /** Undefined in a control plane that is confined to its namespace. */
  readonly namespaces: Informer<CompactObject> | undefined;
  /** Of the replicas of Deployments and ReplicaSets; undefined where they do not count. */
  readonly preferences: Informer<CompactObject> | undefined;
  /** Where the versions of a type are recorded. */
  versionsOf(type: PropagatedType): Informer<KeptVersion> | undefined;
  /** All of them were read. */
  readonly synced: boolean;
  /** What a write of a version record gave back. Of clusters and type configs the events are awaited: others act on them. */
  takeOver(type: ResourceType, object: UnknownObject): void;
  run(signal: AbortSignal): Promise<void>;
}

export interface HostCachesOptions {
  readonly host: KubeApi;
  readonly kubefedNamespace: string;
  readonly scope: "Cluster" | "Namespaced";
  readonly schedulesReplicas: boolean;
  readonly shard: ShardRange;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onCluster: (change: CacheChange<Whole<KubeFedCluster>>) => void;
  readonly onTypeConfig: (change: CacheChange<Whole<FederatedTypeConfig>>) => void;
  readonly onNamespace: (key: Key) => void;
  readonly onPreference: (change: CacheChange<CompactObject>) => void;
  readonly onState: (what: string, error: FedctlError | undefined) => void;
}

/** Makes {@link HostCaches}; `run` fills them. */
export function createHostCaches(options: HostCachesOptions): HostCaches {
  const { kubefedNamespace, scope } = options;
  const isConfined = scope === "Namespaced";
  const clusters = plainInformer<KubeFedCluster>(kubefedClusterType, options, options.onCluster);
  const typeConfigs = plainInformer<FederatedTypeConfig>(typeConfigType, options, options.onTypeConfig);
  const namespaces = isConfined ? undefined : namespaceInformer(options);
  const versions = versionInformer(propagatedVersionType, options, isConfined ? kubefedNamespace : undefined);
  const clusterVersions = isConfined ? undefined : versionInformer(clusterPropagatedVersionType, options, undefined);
  const preferences = options.schedulesReplicas ? preferenceInformer(options) : undefined;
  const byPlural = new Map<string, Pick<Informer<Versioned>, "apply">>([[propagatedVersionType.plural, versions]]);
  if (clusterVersions !== undefined) byPlural.set(clusterPropagatedVersionType.plural, clusterVersions);
  const all = [clusters, typeConfigs, namespaces, versions, clusterVersions].filter((each) => each !== undefined);
  return {
    clusters,
    typeConfigs,
    namespaces,
    preferences,
    versionsOf: (type) => (versionTypeOf(type).namespaced ? versions : clusterVersions),
    get synced() {
      return all.every(({ state }) => state.synced);
    },
    takeOver({ group, plural }, object) {
      if (group === kubefedClusterType.group) byPlural.get(plural)?.apply(object);
    },
    async run(signal) {
      // Preferences are waited for by nobody: a control plane may lack their type.
      const running = all.map((informer) => informer.run(signal));
      await Promise.all([...running, preferences?.run(signal) ?? Promise.resolve()]);
    },
  };
}

type Common = Pick<InformerOptions<Versioned>, "api" | "type" | "clock" | "random" | "onState">;

function common(type: ResourceType, { host, clock, random, onState }: HostCachesOptions): Common {
  return {
    api: host,
    type,
    clock,
    random,
    onState: ({ error }) => {
      onState(type.plural, error);
    },
  };
}

function plainInformer<T extends KubeObject>(
  type: ResourceType,
  options: HostCachesOptions,
  onChange: (change: CacheChange<Whole<T>>) => void,
): Informer<Whole<T>> {
  return createInformer<Whole<T>>({
    ...common(type, options),
    namespace: options.kubefedNamespace,
    keep: (object) => ({ resourceVersion: object.metadata?.resourceVersion ?? "", object: object as unknown as T }), // As its CRD says.
    onChange,
  });
}

function namespaceInformer(options: HostCachesOptions): Informer<CompactObject> {
  return createInformer<CompactObject>({
    ...common(namespaceType, options),
    keep: compact,
    skips: (key) => !isKeyInShard(key, true, options.shard),
    onChange: ({ key }) => {
      options.onNamespace(key);
    },
  });
}

function preferenceInformer(options: HostCachesOptions): Informer<CompactObject> {
  return createInformer<CompactObject>({
    ...common(schedulingPreferenceType, options),
    namespace: options.scope === "Namespaced" ? options.kubefedNamespace : undefined,
    keep: compact,
    skips: (key) => !isKeyInShard(key, false, options.shard),
    onChange: options.onPreference,
  });
}

function versionInformer(
  type: ResourceType,
  options: HostCachesOptions,
  namespace: string | undefined,
): Informer<KeptVersion> {
  return createInformer<KeptVersion>({
    ...common(type, options),
    namespace,
    keep: (object) => ({ ...readVersion(object), resourceVersion: object.metadata?.resourceVersion ?? "" }),
    skips: (key) => !isKeyInShard(key, false, options.shard),
    // Nobody waits for these: they are looked at when their object is.
    onChange: () => undefined,
  });
}
