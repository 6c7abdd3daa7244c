import type { HostOptions } from "../deps.ts";
import type { MemberNames } from "../join/member-names.ts";

export interface UnjoinOptions extends HostOptions {
  readonly clusterName: string;
  /** Default: the cluster's name. */
  readonly clusterContext?: string | undefined;
  /** Given to join; needed only for clusters that kubefedctl joined with one. */
  readonly hostClusterName?: string | undefined;
  /** Finish the host's side whatever the cluster answers. Includes `unreachable: "skip"`. */
  readonly force: boolean;
  /** What to do when the cluster cannot be reached: nothing, or finish the host's side and keep a record of the rest. */
  readonly unreachable: "fail" | "skip";
  /** What to do with the objects that the federation placed in the cluster. */
  readonly workloads: "keep" | "delete";
  readonly ignoreNotFound: boolean;
  /** How long to wait for such objects to be gone. */
  readonly timeoutMs: number;
}

/** Where the record of an unfinished unjoin is kept. */
export interface ResumeStore {
  /** What the record will be called in messages. */
  readonly path: string;
  /** Resolves when it is safe. @throws FedctlError before anything was removed when it cannot be kept */
  save(unfinished: UnfinishedUnjoin): Promise<void>;
}

/** What the host knew of a join, and is about to forget. */
export interface UnfinishedUnjoin {
  readonly record: JoinRecord;
  /** Context under which the cluster was looked for. */
  readonly context: string;
  readonly hostContext: string;
  readonly workloads: UnjoinOptions["workloads"];
}

/** All that must be known of a join to take it back in the cluster that was joined. Holds no secret. */
export interface JoinRecord {
  readonly clusterName: string;
  readonly names: MemberNames;
  /** UID of the KubeFedConfig, with which fedctl marks what a join makes; undefined when it is gone. */
  readonly hostId: string | undefined;
  /** UID of the control plane's namespace, by which the host knows itself. */
  readonly hostNamespaceUid: string | undefined;
  readonly scope: "Cluster" | "Namespaced";
  /** Undefined without a registration. */
  readonly apiEndpoint: string | undefined;
  /** The join noted its names: what bears them is of this host, whatever its mark says since. */
  readonly isNoted: boolean;
  /** As the join noted it; undefined for one of kubefedctl. */
  readonly namespaceNote: "created" | "existing" | undefined;
}
