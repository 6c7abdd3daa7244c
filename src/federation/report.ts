import type { FedctlError } from "../errors.ts";

/** What a step does to an object. */
export type Action = "create" | "update" | "delete" | "keep";

/** What became of a step. `planned` under --dry-run; `done` also for a `keep` (nothing had to change). */
export type Outcome = "planned" | "done" | "failed";

export interface ObjectIdentity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** One line of a result: an object, the cluster it is in, and what was or would be done. */
export interface Change {
  /** Context or registered name of the cluster, as the user knows it. */
  readonly cluster: string;
  readonly action: Action;
  readonly object: ObjectIdentity;
  readonly outcome: Outcome;
  /** Why, where it is not obvious. */
  readonly reason?: string | undefined;
  readonly error?: FedctlError | undefined;
}

export interface Warning {
  /** Stable PascalCase. */
  readonly code: string;
  readonly message: string;
}

/** A cluster as a result tells it: a row of `get clusters`, or a cluster that a command touched. */
export interface ClusterSummary {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** Where the core tells what happens, while it happens. Nothing here prints. */
export interface Report {
  change(change: Change): void;
  warn(warning: Warning): void;
  cluster(summary: ClusterSummary): void;
  /** For a person who waits: "waiting for the token of ..."; `done` of `total` where it is counted. */
  progress(text: string, count?: { readonly done: number; readonly total: number }): void;
}
