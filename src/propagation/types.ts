import type { ResourceType } from "../kube/kube-api.ts";
import type { UnknownObject } from "../kube/objects.ts";

/** A type that is federated: what its FederatedTypeConfig says. */
export interface PropagatedType {
  /** Of the FederatedTypeConfig: the group-qualified plural of the target. */
  readonly name: string;
  readonly target: ResourceType;
  readonly federated: ResourceType;
  readonly statusType: ResourceType | undefined;
  readonly propagation: "Enabled" | "Disabled";
  /** Statuses of the members' objects are gathered in the federated object: asked for by the type, and switched on. */
  readonly collectsStatus: boolean;
  /** The statuses of the members' Services are gathered in an object of `statusType`. */
  readonly writesServiceStatus?: true;
}

/** Name of a federated object. */
export interface FederatedKey {
  /** Undefined for a cluster-scoped type. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** A joined cluster, as the propagation needs to know it. */
export interface ClusterFacts {
  readonly name: string;
  /** Of the KubeFedCluster: what cluster selectors match. */
  readonly labels: Readonly<Record<string, string>>;
  /** Its condition Ready is True. */
  readonly ready: boolean;
  /** Why it is not ready, in words. */
  readonly reason?: string | undefined;
  /** True for the cluster that hosts the control plane; undefined: not known, since it cannot be reached. */
  readonly isHost: boolean | undefined;
}

/** What a member has of a federated object. */
export type LiveObject =
  /** Undefined: it has no object that bears the label of the federation. */
  | { readonly known: true; readonly object: UnknownObject | undefined }
  /** The member lacks the type, may not be read, or was not read yet. */
  | {
      readonly known: false;
      readonly message: string;
      /** The member does not serve the type, so that it has no object of it. */
      readonly lacksType?: true;
    };

/** The recorded versions of what was propagated: the status of a (Cluster)PropagatedVersion, and what a write of it needs. */
export interface RecordedVersion {
  readonly resourceVersion: string | undefined;
  readonly templateVersion: string;
  readonly overridesVersion: string;
  readonly clusterVersions: Readonly<Record<string, string>>;
}

/** Status of one cluster in `status.clusters` of a federated object. "" is fine. KubeFed's words, and below them ours. */
export type ClusterStatus =
  | ""
  | "WaitingForRemoval"
  | "ClusterNotReady"
  | "CachedRetrievalFailed"
  | "ComputeResourceFailed"
  | "ApplyOverridesFailed"
  | "CreationFailed"
  | "UpdateFailed"
  | "DeletionFailed"
  | "LabelRemovalFailed"
  | "RetrievalFailed"
  | "AlreadyExists"
  | "FieldRetentionFailed"
  | "VersionRetrievalFailed"
  | "ClientRetrievalFailed"
  | "ManagedLabelFalse"
  | "CreationTimedOut"
  | "UpdateTimedOut"
  | "DeletionTimedOut"
  | "LabelRemovalTimedOut"
  /** The placement names a cluster that is not joined. */
  | "ClusterNotFound";

/** Reason of the condition Propagation; "" is fine. KubeFed's words, and below them ours. */
export type PropagationReason =
  | ""
  | "CheckClusters"
  | "ClusterRetrievalFailed"
  | "ComputePlacementFailed"
  | "NamespaceNotFederated"
  /** A placement that was to select some cluster selects none. */
  | "NoClusterSelected"
  /** A FederatedNamespace that is not named as the namespace it is in. */
  | "InvalidName"
  /** A namespace of Kubernetes or of the control plane, or an object that each cluster makes for itself. */
  | "NotFederatable";
