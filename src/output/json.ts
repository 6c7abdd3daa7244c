import { type ExitCode, ExitCode as Codes, type FedctlError } from "../errors.ts";
import type { Change, ClusterSummary, Warning } from "../federation/report.ts";

/** The version of everything `--json` prints. Additions only; a removal or a change of meaning is a new version. */
export const resultApiVersion = "fedctl/v1";

/**
 * How a command ended, for `--json`: Succeeded, Planned (--dry-run), PartlyFailed (exit 4), Failed (any other error).
 */
export type ResultStatus = "Succeeded" | "Planned" | "PartlyFailed" | "Failed";

export interface CommandOutcome {
  /** `JoinResult`, `GetClustersResult`. */
  readonly kind: string;
  readonly dryRun: boolean;
  readonly changes: readonly Change[];
  readonly warnings: readonly Warning[];
  readonly clusters: readonly ClusterSummary[];
  readonly error: FedctlError | undefined;
  /** Fields of one command alone; never the names above. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/** The one JSON document of a command, with a newline at its end (decision 0002). */
export function renderJson(outcome: CommandOutcome): string {
  const document = {
    apiVersion: resultApiVersion,
    kind: outcome.kind,
    status: statusOf(outcome),
    changes: outcome.changes.map((change) => ({
      cluster: change.cluster,
      action: change.action,
      outcome: change.outcome,
      object: { ...change.object, namespace: change.object.namespace ?? null },
      reason: change.reason ?? null,
      error: describeError(change.error),
    })),
    warnings: outcome.warnings,
    clusters: outcome.clusters,
    ...outcome.extra,
    error: describeError(outcome.error),
  };
  return `${stringify(document)}\n`;
}

const bigMark = "\u0000fedctl-integer:";

/** JSON.stringify refuses whole numbers beyond 2^53, which manifests may hold. */
function stringify(document: unknown): string {
  const marked = (_key: string, value: unknown) => (typeof value === "bigint" ? `${bigMark}${value}` : value);
  return JSON.stringify(document, marked, 2).replace(/"\\u0000fedctl-integer:(-?\d+)"/g, "$1");
}

function statusOf({ error, dryRun }: CommandOutcome): ResultStatus {
  if (error !== undefined) return error.exitCode === Codes.PartlyFailed ? "PartlyFailed" : "Failed";
  return dryRun ? "Planned" : "Succeeded";
}

interface ErrorDocument {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly exitCode: ExitCode;
}

function describeError(error: FedctlError | undefined): ErrorDocument | null {
  if (error === undefined) return null;
  return { code: error.code, message: error.message, hint: error.hint ?? null, exitCode: error.exitCode };
}
