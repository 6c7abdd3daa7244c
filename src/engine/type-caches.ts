import type { FedctlError } from "../errors.ts";
import type { Clock } from "../federation/deps.ts";
import { managedLabel } from "../federation/kubefed-types.ts";
import { groupQualifiedName } from "../federation/step.ts";
import type { KubeApi } from "../kube/kube-api.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { retainedPart } from "../propagation/retention.ts";
import { isNamespaceType } from "../propagation/target-key.ts";
import type { LiveObject, PropagatedType } from "../propagation/types.ts";
import { compact, type CompactObject, expand, pack } from "./compact-object.ts";
import { createInformer, type Informer } from "./informer.ts";
import type { Key } from "./key.ts";
import type { CacheChange } from "./object-cache.ts";
import type { OpenMember } from "./members.ts";
import { isKeyInShard, type ShardRange } from "./shard-key.ts";

/** What there is of one federated type: its federated objects on the host, and their copies in each member. */
export interface TypeCaches {
  readonly type: PropagatedType;
  readonly federated: Informer<CompactObject>;
  /** What a member has under that name, as far as it is known. */
  live(cluster: string, key: Key): LiveObject;
  memberKeys(cluster: string): Iterable<Key>;
  memberSizes(): Iterable<readonly [cluster: string, size: number]>;
  takeOver(cluster: string, object: UnknownObject): void;
  openMember(member: OpenMember): void;
  closeMember(cluster: string): void;
  /** Asks again where a cluster could not be read. */
  retryMember(cluster: string): void;
  /** True when the copies in that cluster were read. */
  isKnown(cluster: string): boolean;
  /** True when the federated objects, and the copies in these clusters, were read, or it is known that they cannot be. */
  isComplete(clusters: readonly string[]): boolean;
  end(): Promise<void>;
}

export interface TypeCachesOptions {
  readonly type: PropagatedType;
  readonly host: KubeApi;
  /** Absent: all namespaces. */
  readonly namespace: string | undefined;
  readonly shard: ShardRange;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onFederated: (change: CacheChange<CompactObject>) => void;
  readonly onMember: (cluster: string, change: CacheChange<CompactObject>) => void;
  /** A cache was read for the first time, or fails: of a member, or (undefined) that of the federated objects. */
  readonly onState: (cluster: string | undefined, error: FedctlError | undefined) => void;
}

interface Running {
  readonly informer: Informer<CompactObject>;
  readonly stop: AbortController;
  readonly work: Promise<void>;
}

/** Makes {@link TypeCaches}; they are filled from now on. */
export function createTypeCaches(options: TypeCachesOptions): TypeCaches {
  const { type } = options;
  const host = start(federatedInformer(options));
  const members = new Map<string, Running>();
  const ending = new Set<Promise<void>>([host.work]);

  function closeMember(cluster: string): void {
    members.get(cluster)?.stop.abort();
    members.delete(cluster);
  }

  return {
    type,
    federated: host.informer,
    live(cluster, key) {
      const informer = members.get(cluster)?.informer;
      return informer === undefined
        ? { known: false, message: "its objects are not read yet" }
        : liveOf(informer, type, key);
    },
    memberKeys: (cluster) => members.get(cluster)?.informer.keys() ?? [],
    *memberSizes() {
      for (const [cluster, { informer }] of members) yield [cluster, informer.size];
    },
    takeOver: (cluster, object) => members.get(cluster)?.informer.apply(object),
    openMember(member) {
      closeMember(member.name);
      const running = start(memberInformer(member, options));
      members.set(member.name, running);
      ending.add(running.work);
      void running.work.finally(() => ending.delete(running.work));
    },
    closeMember,
    retryMember: (cluster) => members.get(cluster)?.informer.retryNow(),
    isKnown: (cluster) => {
      const state = members.get(cluster)?.informer.state;
      return state?.synced === true && !isRefusal(state.error);
    },
    isComplete(clusters) {
      if (!host.informer.state.synced) return false;
      return clusters.every((cluster) => {
        const state = members.get(cluster)?.informer.state;
        return state !== undefined && (state.synced || state.error !== undefined);
      });
    },
    async end() {
      host.stop.abort();
      for (const cluster of [...members.keys()]) closeMember(cluster);
      await Promise.all(ending);
    },
  };
}

function start(informer: Informer<CompactObject>): Running {
  const stop = new AbortController();
  return { informer, stop, work: informer.run(stop.signal) };
}

function federatedInformer(options: TypeCachesOptions): Informer<CompactObject> {
  const { type, host, namespace, shard, clock, random, onFederated, onState } = options;
  return createInformer({
    api: host,
    type: type.federated,
    namespace,
    keep: compact,
    skips: (key) => !isKeyInShard(key, false, shard),
    onChange: onFederated,
    onState: ({ error }) => {
      onState(undefined, error);
    },
    clock,
    random,
  });
}

function memberInformer({ name, watchApi }: OpenMember, options: TypeCachesOptions): Informer<CompactObject> {
  const { type, namespace, shard, clock, random, onMember, onState } = options;
  const { target, collectsStatus } = type;
  return createInformer({
    api: watchApi,
    type: target,
    namespace,
    labelSelector: `${managedLabel}=true`,
    holds: ({ metadata }) => metadata?.labels?.[managedLabel] === "true",
    // Which of them keep their replicas is for each federated object to say.
    keep: (object) => pack(retainedPart(object, { target, collectsStatus, retainsReplicas: true })),
    skips: (key) => !isKeyInShard(key, isNamespaceType(type), shard),
    onChange: (change) => {
      onMember(name, change);
    },
    onState: ({ error }) => {
      onState(name, error);
    },
    clock,
    random,
  });
}

/** The type is not served, or may not be read: whatever was read before, nothing is known now. */
export function isRefusal(error: FedctlError | undefined): boolean {
  return error?.code === "ServerNotFound" || error?.code === "ServerForbidden";
}

function liveOf(informer: Informer<CompactObject>, { target }: PropagatedType, key: Key): LiveObject {
  const { synced, error } = informer.state;
  if (error?.code === "ServerNotFound")
    return { known: false, message: `the cluster does not serve ${groupQualifiedName(target)}`, lacksType: true };
  if (error?.code === "ServerForbidden") return { known: false, message: error.message };
  if (!synced) return { known: false, message: error?.message ?? "its objects are not read yet" };
  const kept = informer.get(key);
  return { known: true, object: kept === undefined ? undefined : expand(kept) };
}
