import type { TestProject } from "vitest/node";
import type { ClusterDetails } from "./details.ts";
import { startClusters } from "./start.ts";
import type { ClusterSet } from "./start.ts";

/** What the tests get to know of the clusters. */
export interface ProvidedClusters {
  readonly kubeconfigPath: string;
  readonly root: string;
  readonly clusters: readonly ClusterDetails[];
}

declare module "vitest" {
  export interface ProvidedContext {
    readonly testClusters: ProvidedClusters;
  }
}

interface Shared {
  readonly set: Promise<ClusterSet>;
  users: number;
}

/**
 * Vitest runs this once for every project that names it, each time from a fresh copy of this module, in one process:
 * only something global can be shared between them.
 */
const shared = globalThis as { [key: symbol]: Shared | undefined };
const key = Symbol.for("fedctl.test-clusters");

/** Starts `earth` and `vulcan` for the whole run, once for all projects. */
export async function setup(project: TestProject): Promise<void> {
  const own = (shared[key] ??= { set: startClusters(["earth", "vulcan"]), users: 0 });
  own.users += 1;
  const { kubeconfigPath, root, clusters } = await own.set;
  project.provide("testClusters", { kubeconfigPath, root, clusters: clusters.map((cluster) => cluster.details) });
}

/** Ends them after the last project. */
export async function teardown(): Promise<void> {
  const own = shared[key];
  if (own === undefined) return;
  own.users -= 1;
  if (own.users > 0) return;
  shared[key] = undefined;
  // Clusters that did not start have ended, and setup has said why.
  const set = await own.set.catch(() => undefined);
  await set?.stop();
}
