import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ensureBinaries } from "./binaries.ts";
import { startCluster } from "./cluster.ts";
import type { Cluster, StartClusterOptions } from "./cluster.ts";
import { removeWhenOrphaned } from "./guarded-process.ts";
import { adminEntry, writeKubeconfig } from "./kubeconfig-file.ts";
import { createProgress } from "./progress-line.ts";

export interface StartClustersOptions {
  /** Folder for data, logs and kubeconfigs, which then stays. Default: a temporary one that goes with the clusters. */
  readonly root?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly extraApiServerArgs?: readonly string[];
  /** Also schedule pods (on nodes that kwok simulates, say). */
  readonly startScheduler?: boolean;
  /** Also simulate every node and its pods. */
  readonly kwok?: boolean;
  /** Is told, in lines, what takes long. Default: standard error. */
  readonly log?: ((text: string) => void) | undefined;
}

export interface ClusterSet extends AsyncDisposable {
  /** In the order of the names. */
  readonly clusters: readonly Cluster[];
  /** One kubeconfig with a context for each cluster; the first is the current one. */
  readonly kubeconfigPath: string;
  /** Holds everything: a folder per cluster, with its logs. */
  readonly root: string;
  /** The cluster of that name; throws when there is none. */
  cluster(name: string): Cluster;
  /** Ends every process of the clusters and removes their temporary folder. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts clusters of these names in parallel: etcd, kube-apiserver and kube-controller-manager on free loopback ports.
 * When this settles they are ready for work. They end with `stop()`, and with this process however it ends; they do not
 * keep it alive. Throws when a binary is missing and cannot be built, or when a component dies: with the end of its log.
 */
export async function startClusters(names: readonly string[], options: StartClustersOptions = {}): Promise<ClusterSet> {
  const { signal, log, startScheduler = false, kwok = false, extraApiServerArgs = [] } = options;
  const progress = log ? createProgress({ write: log }) : undefined;
  const extras = [...(startScheduler ? (["kube-scheduler"] as const) : []), ...(kwok ? (["kwok"] as const) : [])];
  const binaries = await ensureBinaries({ signal, extras, ...(progress && { progress }) });
  const folder = await openFolder(options.root);
  const shared = { binaries, extraApiServerArgs, startScheduler, kwok };
  const clusters = await startAll(names, { ...shared, root: folder.path, signal }).catch(async (error: unknown) => {
    // The message of a failure names log files.
    await (signal?.aborted === true ? folder.close() : folder.keep());
    throw error;
  });
  const stop = async (): Promise<void> => {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
    await folder.close();
  };
  const kubeconfigPath = join(folder.path, "kubeconfig");
  await writeKubeconfig(kubeconfigPath, clusters.map(adminEntry));
  const cluster = (name: string): Cluster => findCluster(clusters, name);
  return { clusters, kubeconfigPath, root: folder.path, cluster, stop, [Symbol.asyncDispose]: stop };
}

/** The cluster of that name; throws when there is none. */
function findCluster(clusters: readonly Cluster[], name: string): Cluster {
  const found = clusters.find((cluster) => cluster.name === name);
  if (!found) throw new Error(`no cluster ${name} was started, only ${clusters.map((each) => each.name).join(", ")}`);
  return found;
}

/** Starts all or, when one fails, none. */
async function startAll(
  names: readonly string[],
  { root, signal, ...shared }: Omit<StartClusterOptions, "folder"> & { root: string },
): Promise<Cluster[]> {
  const failure = new AbortController();
  const either = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  const outcomes = await Promise.allSettled(
    names.map((name) =>
      startCluster(name, { ...shared, folder: join(root, name), signal: either }).catch((error: unknown) => {
        failure.abort(error);
        throw error;
      }),
    ),
  );
  const started = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  if (started.length === names.length) return started;
  await Promise.all(started.map((cluster) => cluster.stop()));
  throw signal?.aborted ? signal.reason : failure.signal.reason;
}

interface Folder {
  readonly path: string;
  /** Removes the folder when it was a temporary one. */
  close(): Promise<void>;
  /** Leaves the folder in place for good. */
  keep(): Promise<void>;
}

async function openFolder(root: string | undefined): Promise<Folder> {
  const nothing = async (): Promise<void> => {
    // A folder that the caller named stays.
  };
  if (root !== undefined) {
    await mkdir(root, { recursive: true, mode: 0o700 });
    return { path: resolve(root), close: nothing, keep: nothing };
  }
  const path = await mkdtemp(join(tmpdir(), "fedctl-clusters-"));
  const callOff = removeWhenOrphaned(path);
  const close = async (): Promise<void> => {
    await rm(path, { recursive: true, force: true, maxRetries: 5 });
    await callOff();
  };
  return { path, close, keep: callOff };
}
