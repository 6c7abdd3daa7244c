import type { Clock } from "../federation/deps.ts";
import type { KubeApi } from "../kube/kube-api.ts";
import type { UnknownObject } from "../kube/objects.ts";
import type { EventRecorder } from "./event-recorder.ts";
import type { ClusterFacts, FederatedKey, LiveObject, PropagatedType, RecordedVersion } from "../propagation/types.ts";

/** A joined cluster that can be asked. */
export interface MemberCluster extends ClusterFacts {
  /** Nobody can tell yet whether it is ready. */
  readonly isPending?: boolean;
  /** @throws FedctlError when what is registered is no usable configuration */
  api(): KubeApi;
}

/** Settings of the control plane: what the KubeFedConfig says. */
export interface PlaneSettings {
  readonly kubefedNamespace: string;
  readonly scope: "Cluster" | "Namespaced";
  /** Objects that a member had before are taken over. */
  readonly adoptsObjects: boolean;
  /** A deletion waits so long for clusters that cannot be reached. */
  readonly abandonAfterMs: number;
}

/** Ten minutes: longer than a restart of an API server, shorter than the patience of who deletes. */
export const defaultAbandonAfterMs = 600_000;

/**
 * What a reconciliation sees. `sync` makes one of lists, the controller of informers; neither asks a server twice for what it
 * was told. Objects may be projections (`retainedPart` of the room propagation) where a method says so.
 */
export interface World {
  readonly host: KubeApi;
  readonly settings: PlaneSettings;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly signal: AbortSignal;
  /** By name, those that are propagated or were. */
  types(): readonly PropagatedType[];
  /** By name. */
  clusters(): readonly MemberCluster[];
  federated(type: PropagatedType, key: FederatedKey): Promise<UnknownObject | undefined> | UnknownObject | undefined;
  /** The FederatedNamespace of that name in the namespace of that name. */
  federatedNamespace(namespace: string): Promise<UnknownObject | undefined> | UnknownObject | undefined;
  /** The host's own Namespace; its metadata is enough. */
  hostNamespace(namespace: string): Promise<UnknownObject | undefined> | UnknownObject | undefined;
  /** What a ready member has under that name and with the label of the federation. May be a projection. */
  live(cluster: MemberCluster, type: PropagatedType, key: FederatedKey): Promise<LiveObject> | LiveObject;
  version(type: PropagatedType, key: FederatedKey): Promise<RecordedVersion | undefined> | RecordedVersion | undefined;
  /** Told after a write of the version record, so that the next reconciliation knows it before any watch does. */
  wroteVersion(type: PropagatedType, key: FederatedKey, version: RecordedVersion): void;
}
