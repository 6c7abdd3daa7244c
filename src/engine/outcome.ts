import type { FedctlError } from "../errors.ts";
import type { ClusterStatus, PropagationReason } from "../propagation/types.ts";

/** What was done to an object in one member, or was found there. */
export type MemberAction = "create" | "update" | "adopt" | "delete" | "unlabel" | "keep" | "wait" | "none";

export interface MemberOutcome {
  readonly cluster: string;
  readonly action: MemberAction;
  /** As in `status.clusters`; undefined: the cluster has no entry there. */
  readonly status: ClusterStatus | undefined;
  /** Why the status is not fine, in words. */
  readonly message?: string | undefined;
  readonly error?: FedctlError | undefined;
}

/** What became of one federated object. */
export interface ReconcileOutcome {
  /** By name of the cluster. */
  readonly members: readonly MemberOutcome[];
  readonly reason: PropagationReason;
  /**
   * settled: wait for the next event; retry: a failure that may pass, again with backoff; recheck: deletions are under way, again
   * in ten seconds.
   */
  readonly next: "settled" | "retry" | "recheck";
  /** What failed besides the members: reads and writes of the host. */
  readonly error?: FedctlError | undefined;
}
