import { FedctlError } from "../errors.ts";
import type { ClusterEntries } from "../kubeconfig/cluster-entries.ts";
import type { SavedFile } from "../kubeconfig/save-cluster-entries.ts";
import { clusterNames } from "./list-clusters.ts";
import { matchName } from "./match-name.ts";
import { connectEks, type EksConnection, type EksOptions } from "./eks-connection.ts";
import type { EntryOptions } from "./kubeconfig-entry.ts";
import { type AddClusterDeps, entriesOf, usableCluster } from "./update-kubeconfig.ts";

export interface AddManyOptions extends EksOptions, Omit<EntryOptions, "alias" | "userAlias" | "clusterAlias"> {
  /** Undefined: the one that environment and profile name. */
  readonly regions: readonly string[] | undefined;
  /** Undefined: all. */
  readonly pattern: string | undefined;
  readonly waitMs: number | undefined;
}

/** A cluster, or a whole region, that got no entries. */
export interface LeftOut {
  /** Undefined: the region could not be asked at all. */
  readonly cluster: string | undefined;
  readonly region: string;
  readonly error: FedctlError;
}

export interface AddedMany {
  readonly files: readonly SavedFile[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Puts the entries of every cluster of some regions whose name fits into kubeconfigs. One that cannot be asked, used or
 * written does not keep others out. @throws FedctlError when nothing can be written at all
 */
export async function addClusterEntries(options: AddManyOptions, deps: AddClusterDeps): Promise<AddedMany> {
  const regions = options.regions ?? [undefined];
  const found = await Promise.all(regions.map((region) => entriesOfRegion({ ...options, region }, deps)));
  const entries = found.flatMap((each) => each.entries);
  const files = entries.length === 0 ? [] : await deps.save(entries);
  return { files, leftOut: found.flatMap((each) => each.leftOut) };
}

interface Found {
  readonly entries: readonly ClusterEntries[];
  readonly leftOut: readonly LeftOut[];
}

async function entriesOfRegion(options: AddManyOptions, deps: AddClusterDeps): Promise<Found> {
  try {
    const eks = await connectEks(options, deps);
    try {
      return await entriesOfAll(eks, options, deps);
    } finally {
      eks.close();
    }
  } catch (error) {
    // A single region is all that was asked for.
    if (options.regions === undefined || !isTellable(error)) throw error;
    return { entries: [], leftOut: [{ cluster: undefined, region: options.region ?? "", error }] };
  }
}

async function entriesOfAll(eks: EksConnection, options: AddManyOptions, deps: AddClusterDeps): Promise<Found> {
  const names = (await clusterNames(eks.client, eks.session)).filter(matchName(options.pattern ?? "*"));
  const found = await inTurns(names, async (cluster): Promise<Found> => {
    try {
      const usable = await usableCluster(eks, { cluster, waitMs: options.waitMs }, deps);
      return { entries: [entriesOf(eks, usable, options)], leftOut: [] };
    } catch (error) {
      if (!isTellable(error)) throw error;
      return { entries: [], leftOut: [{ cluster, region: eks.region, error }] };
    }
  });
  return { entries: found.flatMap(({ entries }) => entries), leftOut: found.flatMap(({ leftOut }) => leftOut) };
}

/** Goes on with the others after it, but not after Ctrl-C or a bug. */
function isTellable(error: unknown): error is FedctlError {
  return error instanceof FedctlError && error.code !== "Interrupted";
}

const atOnce = 8;

/** In the order of the items, so many at once. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
