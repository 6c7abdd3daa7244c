import type { HostOptions } from "../deps.ts";

export interface JoinOptions extends HostOptions {
  readonly clusterName: string;
  /** Default: the cluster's name. */
  readonly clusterContext?: string | undefined;
  /** Stands for the host in the names of what is made in the joining cluster. Default: the host's context. */
  readonly hostClusterName?: string | undefined;
  /** Default: made from the cluster's name. */
  readonly secretName?: string | undefined;
  readonly errorOnExisting: boolean;
}

/** Marks that a join leaves on a KubeFedCluster, so that unjoin reads instead of guessing. */
export const serviceAccountAnnotation = "fedctl.io/service-account";
export const memberNamespaceAnnotation = "fedctl.io/member-namespace";
/** On what a join makes in the member: the UID of the host's KubeFedConfig, so that two hosts never share or remove it. */
export const hostAnnotation = "fedctl.io/host";
/** On a credential: the cluster it belongs to, so that it is found although no registration names it. */
export const clusterAnnotation = "fedctl.io/cluster";
