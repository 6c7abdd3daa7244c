import type { FederationDeps } from "../deps.ts";
import type { ClusterSummary } from "../report.ts";
import {
  type ClusterFailure,
  failedFor,
  failureOf,
  noClusterNamed,
  refuseForSeveral,
  tellFailure,
} from "../several-clusters.ts";
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
  if (first === undefined) throw noClusterNamed("unjoin");
  if (others.length === 0) {
    await unjoinCluster(first, deps, storeOf(first.clusterName));
    return;
  }
  const verb = { name: "unjoin", clusterNames: options.clusterNames } as const;
  refuseForSeveral(verb, { "--cluster-context": options.clusterContext });
  const failures: ClusterFailure[] = [];
  for (const one of [first, ...others]) {
    const failure = await unjoinOne(one, deps, storeOf(one.clusterName));
    if (failure !== undefined) failures.push(failure);
  }
  if (failures.length > 0) throw failedFor(failures, verb);
}

/** Unjoins one; its failure is told at once. */
async function unjoinOne(
  options: UnjoinOptions,
  deps: FederationDeps,
  store: ResumeStore,
): Promise<ClusterFailure | undefined> {
  const { report } = deps;
  let summary: ClusterSummary = { name: options.clusterName };
  const cluster = (told: ClusterSummary): void => {
    summary = told;
  };
  const failure = await failureOf(options.clusterName, () =>
    unjoinCluster(options, { ...deps, report: { ...report, cluster } }, store),
  );
  if (failure === undefined) report.cluster(summary);
  else tellFailure(failure, report, summary);
  return failure;
}
