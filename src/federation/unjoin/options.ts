import type { HostOptions } from "../deps.ts";

export interface UnjoinOptions extends HostOptions {
  readonly clusterName: string;
  /** Default: the cluster's name. */
  readonly clusterContext?: string | undefined;
  /** Given to join; needed only for clusters that kubefedctl joined with one. */
  readonly hostClusterName?: string | undefined;
  /** Finish the host's side although the cluster cannot be reached. */
  readonly force: boolean;
  readonly ignoreNotFound: boolean;
}
