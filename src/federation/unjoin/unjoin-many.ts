import { ExitCode, FedctlError } from "../../errors.ts";
import type { FederationDeps } from "../deps.ts";
import type { ClusterSummary } from "../report.ts";
import type { ResumeStore, UnjoinOptions } from "./options.ts";
import { unjoinCluster } from "./unjoin.ts";

export interface UnjoinManyOptions extends Omit<UnjoinOptions, "clusterName"> {
  readonly clusterNames: readonly string[];
}

/** Where the record of a cluster's unfinished unjoin is kept. */
export type StoreOf = (clusterName: string) => ResumeStore;

/**
 * Unjoins clusters one after the other: two of them may be the same cluster under two names, and then the second finds what the first left.
 * @throws FedctlError Usage; of the one cluster; PartlyFailed after every other cluster was unjoined; Interrupted
 */
export async function unjoinClusters(
  options: UnjoinManyOptions,
  deps: FederationDeps,
  storeOf: StoreOf,
): Promise<void> {
  const [first, ...others] = options.clusterNames.map((clusterName) => ({ ...options, clusterName }));
  if (first === undefined) throw usage("no cluster is named", "name one, as in: fedctl unjoin vulcan");
  if (others.length === 0) {
    await unjoinCluster(first, deps, storeOf(first.clusterName));
    return;
  }
  refuseSingular(options);
  const failures: Failure[] = [];
  for (const one of [first, ...others]) {
    const error = await failureOf(one, deps, storeOf(one.clusterName));
    if (error !== undefined) failures.push({ clusterName: one.clusterName, error });
  }
  if (failures.length > 0) throw notAll(failures, options);
}

function refuseSingular({ clusterNames, clusterContext }: UnjoinManyOptions): void {
  const twice = clusterNames.find((name, index) => clusterNames.indexOf(name) !== index);
  if (twice !== undefined) throw usage(`cluster "${twice}" is named twice`, "name each cluster once");
  if (clusterContext === undefined) return;
  throw usage(
    `--cluster-context is about one cluster, but ${clusterNames.length} are named`,
    `leave it out, or unjoin one cluster with it: fedctl unjoin ${clusterNames[0] ?? ""} --cluster-context ...`,
  );
}

function usage(message: string, hint: string): FedctlError {
  return new FedctlError("Usage", message, { exitCode: ExitCode.Usage, hint });
}

interface Failure {
  readonly clusterName: string;
  readonly error: FedctlError;
}

/** An interruption ends everything; any other failure is that of one cluster, and told at once. */
async function failureOf(
  options: UnjoinOptions,
  deps: FederationDeps,
  store: ResumeStore,
): Promise<FedctlError | undefined> {
  const { report } = deps;
  const { clusterName: name } = options;
  let summary: ClusterSummary = { name };
  const cluster = (told: ClusterSummary): void => {
    summary = told;
  };
  try {
    await unjoinCluster(options, { ...deps, report: { ...report, cluster } }, store);
    report.cluster(summary);
    return undefined;
  } catch (error) {
    if (!(error instanceof FedctlError) || error.code === "Interrupted") throw error;
    const { code, message, hint, exitCode } = error;
    report.warn({ code, message: `cluster "${name}": ${message}${hint === undefined ? "" : ` (${hint})`}` });
    report.cluster({ ...summary, error: { code, message, hint: hint ?? null, exitCode } });
    return error;
  }
}

function notAll(failures: readonly Failure[], { clusterNames }: UnjoinManyOptions): FedctlError {
  const names = failures.map(({ clusterName }) => clusterName);
  const message = `${failures.length} of ${clusterNames.length} unjoins failed: ${names.join(", ")}`;
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
