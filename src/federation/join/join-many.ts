import { FedctlError, hasCode } from "../../errors.ts";
import type { FederationDeps } from "../deps.ts";
import { forEachInParallel } from "../in-parallel.ts";
import { joinAgain } from "./command-line.ts";
import { carryOut, joinCluster, openHost, type PreparedJoin, prepareJoin, requireJoinable } from "./join.ts";
import type { JoinOptions } from "./options.ts";
import {
  type ClusterFailure,
  failedFor,
  failureOf,
  noClusterNamed,
  refuseForSeveral,
  tellFailure,
} from "../several-clusters.ts";

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
  if (first === undefined) throw noClusterNamed("join");
  if (others.length === 0) {
    await joinCluster(first, deps);
    return;
  }
  refuseSingular(options);
  await joinAll([first, ...others], options, deps);
}

/** What can be true of one cluster alone. */
function refuseSingular({ clusterNames, clusterContext, secretName, apiEndpoint, caPem }: JoinManyOptions): void {
  refuseForSeveral(
    { name: "join", clusterNames },
    {
      "--cluster-context": clusterContext,
      "--secret-name": secretName,
      "--api-endpoint": apiEndpoint,
      "--ca-file": caPem,
    },
  );
}

async function joinAll(all: readonly JoinOptions[], options: JoinManyOptions, deps: FederationDeps): Promise<void> {
  all.forEach(requireJoinable);
  const [failures, ready, joined]: [ClusterFailure[], PreparedJoin[], string[]] = [[], [], []];
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
      tellFailure(failure, deps.report);
    });
    await forEachInParallel(ready, options.parallel, async (prepared) => {
      const { clusterName } = prepared.options;
      const failure = await failureOf(clusterName, () => carryOut(prepared, deps));
      if (failure === undefined) joined.push(clusterName);
      else {
        tellFailure(failure, deps.report);
        failures.push(failure);
      }
      deps.report.progress("joining clusters", { done: joined.length, total: all.length });
    });
  } catch (error) {
    throw hasCode(error, "Interrupted") ? interrupted(error, joined, options) : error;
  }
  if (failures.length > 0) throw failedFor(failures, { name: "join", clusterNames: options.clusterNames });
}

/** A cluster that is joined would be refused the next time. */
function interrupted(error: FedctlError, joined: readonly string[], options: JoinManyOptions): FedctlError {
  const rest = options.clusterNames.filter((name) => !joined.includes(name));
  const hint = `to continue: ${joinAgain(options, rest)}`;
  return new FedctlError("Interrupted", error.message, { cause: error, exitCode: error.exitCode, hint });
}
