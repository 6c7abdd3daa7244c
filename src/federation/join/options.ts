import type { HostOptions } from "../deps.ts";

/** How much the control plane may do in a joined cluster: everything, or what the enabled types need. */
export type RbacProfile = "full" | "minimal";

export interface JoinOptions extends HostOptions {
  readonly clusterName: string;
  /** Default: the cluster's name. */
  readonly clusterContext?: string | undefined;
  /** Stands for the host in the names of what is made in the joining cluster. Default: the host's context. */
  readonly hostClusterName?: string | undefined;
  /** Default: made from the cluster's name. */
  readonly secretName?: string | undefined;
  readonly errorOnExisting: boolean;
  /** The address to register. Default: that of the kubeconfig. */
  readonly apiEndpoint?: string | undefined;
  /** PEM of the CA to register. Default: that of the kubeconfig, else one that is found to fit. */
  readonly caPem?: string | undefined;
  /** What somebody who knows the cluster tells of it: it goes before the settings of its context. */
  readonly source?: MemberSource | undefined;
  /** Do not try the endpoint with what is to be stored. */
  readonly skipEndpointCheck?: boolean | undefined;
  /** Of the KubeFedCluster, besides those it has. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Default: as the last join of fedctl left it, else full. */
  readonly rbac?: RbacProfile | undefined;
  /** Wait as long as this for the cluster to become ready; undefined: do not wait. */
  readonly waitMs?: number | undefined;
}

export interface MemberSource {
  readonly apiEndpoint: string;
  readonly caPem: string | undefined;
  /** Names and values of the flags that ask for it, for commands in hints. */
  readonly flags: readonly (readonly [string, string])[];
}

/** Marks that a join leaves on a KubeFedCluster, so that unjoin reads instead of guessing. */
export const serviceAccountAnnotation = "fedctl.io/service-account";
export const memberNamespaceAnnotation = "fedctl.io/member-namespace";
/** Of a KubeFedCluster with minimal permissions, so that joining again does not widen them unasked. */
export const rbacAnnotation = "fedctl.io/rbac";
/** On what a join makes in the member: the UID of the host's KubeFedConfig, so that two hosts never share or remove it. */
export const hostAnnotation = "fedctl.io/host";
/** On a credential: the cluster it belongs to, so that it is found although no registration names it. */
export const clusterAnnotation = "fedctl.io/cluster";
