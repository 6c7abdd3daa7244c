import { ExitCode, FedctlError } from "../errors.ts";
import type { ClusterSummary, Report } from "./report.ts";

/** What became of one of several clusters that a command was given. */
export interface ClusterFailure {
  readonly clusterName: string;
  readonly error: FedctlError;
}

interface Verb {
  /** As in `fedctl join`. */
  readonly name: "join" | "unjoin";
  readonly clusterNames: readonly string[];
}

/**
 * Refuses what cannot be true of several clusters.
 * @param ofOne flags that are about one cluster, with their values
 * @throws FedctlError Usage
 */
export function refuseForSeveral({ name, clusterNames }: Verb, ofOne: Readonly<Record<string, unknown>>): void {
  const twice = clusterNames.find((each, index) => clusterNames.indexOf(each) !== index);
  if (twice !== undefined) throw usage(`cluster "${twice}" is named twice`, "name each cluster once");
  const flag = Object.entries(ofOne).find(([, value]) => value !== undefined)?.[0];
  if (flag === undefined) return;
  throw usage(
    `${flag} is about one cluster, but ${clusterNames.length} are named`,
    `leave it out, or ${name} one cluster with it: fedctl ${name} ${clusterNames[0] ?? ""} ${flag} ...`,
  );
}

/** @returns the refusal of a command line that names no cluster */
export function noClusterNamed(name: Verb["name"]): FedctlError {
  return usage("no cluster is named", `name one, as in: fedctl ${name} vulcan`);
}

function usage(message: string, hint: string): FedctlError {
  return new FedctlError("Usage", message, { exitCode: ExitCode.Usage, hint });
}

/** An interruption ends everything; any other failure is that of one cluster. @throws what is no failure of one */
export async function failureOf(clusterName: string, work: () => Promise<void>): Promise<ClusterFailure | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof FedctlError) || error.code === "Interrupted") throw error;
    return { clusterName, error };
  }
}

/** Tells of a failure while others go on. @param summary what else is known of the cluster */
export function tellFailure({ clusterName, error }: ClusterFailure, report: Report, summary?: ClusterSummary): void {
  const { code, message, hint, exitCode } = error;
  report.warn({ code, message: `cluster "${clusterName}": ${message}${hint === undefined ? "" : ` (${hint})`}` });
  report.cluster({ name: clusterName, ...summary, error: { code, message, hint: hint ?? null, exitCode } });
}

/** The error of a command that failed for some of its clusters: with their own code where all failed alike. */
export function failedFor(failures: readonly ClusterFailure[], { name, clusterNames }: Verb): FedctlError {
  const names = clusterNames.filter((each) => failures.some(({ clusterName }) => clusterName === each));
  const message = `${failures.length} of ${clusterNames.length} ${name}s failed: ${names.join(", ")}`;
  const hint = "the warnings say why, and how to go on";
  const [first] = failures;
  if (failures.length < clusterNames.length || first === undefined)
    return new FedctlError("PartlyFailed", message, { exitCode: ExitCode.PartlyFailed, hint });
  const { code, exitCode } = first.error;
  const isSame = failures.every(({ error }) => error.code === code);
  return new FedctlError(isSame ? code : "PartlyFailed", message, {
    cause: first.error,
    exitCode: isSame ? exitCode : ExitCode.Failed,
    hint,
  });
}
