import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { FederationDeps } from "../deps.ts";
import { forEachInParallel } from "../federate/in-parallel.ts";
import { joinAgain } from "./command-line.ts";
import { carryOut, joinCluster, openHost, type PreparedJoin, prepareJoin, requireJoinable } from "./join.ts";
import type { JoinOptions } from "./options.ts";

export interface JoinManyOptions extends Omit<JoinOptions, "clusterName"> {
  readonly clusterNames: readonly string[];
  /** Clusters that are worked on at a time. */
  readonly parallel: number;
}

/**
 * Joins clusters to one host: all are read and checked before the first is written to; those that can be joined are.
 * @throws FedctlError Usage; what is wrong with the host; PartlyFailed, after every other cluster was joined; Interrupted
 */
export async function joinClusters(options: JoinManyOptions, deps: FederationDeps): Promise<void> {
  const [first, ...others] = options.clusterNames.map((clusterName) => ({ ...options, clusterName }));
  if (first === undefined) throw usage("no cluster is named", "name one, as in: fedctl join vulcan");
  if (others.length === 0) {
    await joinCluster(first, deps);
    return;
  }
  refuseSingular(options);
  await joinAll([first, ...others], options, deps);
}

/** What can be true of one cluster alone. */
function refuseSingular(options: JoinManyOptions): void {
  const { clusterNames, clusterContext, secretName, apiEndpoint, caPem } = options;
  const twice = clusterNames.find((name, index) => clusterNames.indexOf(name) !== index);
  if (twice !== undefined) throw usage(`cluster "${twice}" is named twice`, "name each cluster once");
  const flags = Object.entries({
    "--cluster-context": clusterContext,
    "--secret-name": secretName,
    "--api-endpoint": apiEndpoint,
    "--ca-file": caPem,
  });
  const flag = flags.find(([, value]) => value !== undefined)?.[0];
  if (flag === undefined) return;
  throw usage(
    `${flag} is about one cluster, but ${clusterNames.length} are named`,
    `leave it out, or join one cluster with it: fedctl join ${clusterNames[0] ?? ""} ${flag} ...`,
  );
}

function usage(message: string, hint: string): FedctlError {
  return new FedctlError("Usage", message, { exitCode: ExitCode.Usage, hint });
}

interface Failure {
  readonly clusterName: string;
  readonly error: FedctlError;
}

async function joinAll(all: readonly JoinOptions[], options: JoinManyOptions, deps: FederationDeps): Promise<void> {
  all.forEach(requireJoinable);
  const [failures, ready, joined]: [Failure[], PreparedJoin[], string[]] = [[], [], []];
  try {
    const host = await openHost(options, deps);
    await forEachInParallel(all, options.parallel, async (one) => {
      const failure = await failureOf(one.clusterName, async () => {
        ready.push(await prepareJoin(one, host, deps));
      });
      if (failure !== undefined) failures.push(failure);
    });
    // What is wrong with the host is wrong with every join.
    await host.reading;
    failures.forEach((failure) => {
      tell(failure, deps);
    });
    await forEachInParallel(ready, options.parallel, async (prepared) => {
      const { clusterName } = prepared.options;
      const failure = await failureOf(clusterName, () => carryOut(prepared, deps));
      if (failure === undefined) joined.push(clusterName);
      else {
        tell(failure, deps);
        failures.push(failure);
      }
      deps.report.progress("joining clusters", { done: joined.length, total: all.length });
    });
  } catch (error) {
    throw hasCode(error, "Interrupted") ? interrupted(error, joined, options) : error;
  }
  if (failures.length > 0) throw notAll(failures, options);
}

/** An interruption ends everything; any other failure is that of one cluster. */
async function failureOf(clusterName: string, work: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof FedctlError) || hasCode(error, "Interrupted")) throw error;
    return { clusterName, error };
  }
}

function tell({ clusterName, error }: Failure, { report }: FederationDeps): void {
  const { code, message, hint, exitCode } = error;
  report.warn({ code, message: `cluster "${clusterName}": ${message}${hint === undefined ? "" : ` (${hint})`}` });
  report.cluster({ name: clusterName, error: { code, message, hint: hint ?? null, exitCode } });
}

/** A cluster that is joined would be refused the next time. */
function interrupted(error: FedctlError, joined: readonly string[], options: JoinManyOptions): FedctlError {
  const rest = options.clusterNames.filter((name) => !joined.includes(name));
  const hint = `to continue: ${joinAgain(options, rest)}`;
  return new FedctlError("Interrupted", error.message, { cause: error, exitCode: error.exitCode, hint });
}

function notAll(failures: readonly Failure[], { clusterNames }: JoinManyOptions): FedctlError {
  const names = clusterNames.filter((name) => failures.some(({ clusterName }) => clusterName === name));
  const message = `${failures.length} of ${clusterNames.length} joins failed: ${names.join(", ")}`;
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
