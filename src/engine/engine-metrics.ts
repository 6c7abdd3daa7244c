import type { FedctlError } from "../errors.ts";
import type { Probe } from "./health-status.ts";
import type { WriteVerb } from "./observed-api.ts";
import type { ReconcileOutcome } from "./outcome.ts";

/** What is counted. `cluster`: "" for the host. */
export interface EngineMetrics {
  readonly reconciled: (type: string, next: ReconcileOutcome["next"], ms: number) => void;
  readonly wrote: (cluster: string, verb: WriteVerb, error: FedctlError | undefined) => void;
  readonly probed: (cluster: string, kind: Probe["kind"], ready: boolean) => void;
  readonly leading: (shard: string, leads: boolean) => void;
}

/** What is looked at when somebody asks. */
export interface EngineGauges {
  readonly shard: string;
  readonly depth: number;
  readonly waiting: number;
  /** Objects in the caches, by type and cluster. */
  readonly cached: readonly { readonly type: string; readonly cluster: string; readonly count: number }[];
}
