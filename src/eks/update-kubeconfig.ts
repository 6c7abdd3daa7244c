import { ExitCode, FedctlError } from "../errors.ts";
import type { ClusterEntries } from "../kubeconfig/cluster-entries.ts";
import type { SavedEntries, SavedFile } from "../kubeconfig/save-cluster-entries.ts";
import type { AwsDeps } from "./aws-session.ts";
import { describeCluster, isComing, requireUsable, type UsableCluster } from "./describe-cluster.ts";
import { connectEks, type EksConnection, type EksOptions } from "./eks-connection.ts";
import { type EntryOptions, kubeconfigEntries } from "./kubeconfig-entry.ts";

export interface WaitDeps extends AwsDeps {
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Told while a cluster is not there yet. */
  readonly onProgress?: ((text: string) => void) | undefined;
}

export interface AddClusterOptions extends EksOptions, EntryOptions {
  /** Name of the EKS cluster. */
  readonly cluster: string;
  /** How long a cluster that is being made is waited for; undefined: it is refused. */
  readonly waitMs?: number | undefined;
}

export interface AddClusterDeps extends WaitDeps {
  /** `saveClusterEntries` of src/kubeconfig with the files to write to. */
  save(entries: readonly ClusterEntries[]): Promise<readonly SavedFile[]>;
}

export interface AddedCluster extends SavedEntries {
  readonly cluster: UsableCluster;
  /** The file as it is to be, as YAML, what is secret taken out; "" unless it was a dry run. */
  readonly text: string;
}

/**
 * Asks EKS for one cluster and puts its cluster, user and context into a kubeconfig; prints nothing. The name of the
 * context is `entries.contextName`.
 * @throws FedctlError EksClusterUnusable, KubeconfigEntryTaken, TimedOut, Aws*, Kubeconfig*
 */
export async function addClusterEntry(options: AddClusterOptions, deps: AddClusterDeps): Promise<AddedCluster> {
  const eks = await connectEks(options, deps);
  try {
    const cluster = await usableCluster(eks, options, deps).catch((error: unknown) => {
      throw withRoleHint(error, options);
    });
    const [file] = await deps.save([entriesOf(eks, cluster, options)]);
    const [saved] = file?.saved ?? [];
    if (file === undefined || saved === undefined) throw new TypeError("nothing was saved");
    if (saved.error !== undefined) throw saved.error;
    return { ...saved, warnings: [...saved.warnings, ...file.warnings], cluster, text: file.text };
  } finally {
    eks.close();
  }
}

/** Two roles, easily taken for one. */
function withRoleHint(error: unknown, { roleArn, assumeRoleArn }: AddClusterOptions): unknown {
  if (!(error instanceof FedctlError) || roleArn === undefined || assumeRoleArn !== undefined) return error;
  const { code, message, exitCode, cause } = error;
  if (!(cause instanceof Error) || !/AccessDenied/.test(cause.name)) return error;
  const hint = "the role of --role-arn is for tokens alone; to ask EKS as a role, give --assume-role-arn, too";
  return new FedctlError(code, message, { exitCode, cause, hint });
}

/** The entries of a cluster; a profile that was named is kept in the user, as aws does. */
export function entriesOf(eks: EksConnection, cluster: UsableCluster, options: EntryOptions): ClusterEntries {
  const { choice } = eks.session;
  return kubeconfigEntries(cluster, options, choice.isNamed ? choice.name : undefined);
}

const firstPauseMs = 1_000;
const longestPauseMs = 15_000;

/** Describes a cluster until it can be talked to. @throws FedctlError EksClusterUnusable, TimedOut */
export async function usableCluster(
  eks: EksConnection,
  { cluster: name, waitMs }: Pick<AddClusterOptions, "cluster" | "waitMs">,
  deps: WaitDeps,
): Promise<UsableCluster> {
  const startMs = deps.now();
  let pauseMs = firstPauseMs;
  for (;;) {
    const cluster = await describeCluster(eks, name);
    if (waitMs === undefined || !isComing(cluster)) return requireUsable(cluster);
    const leftMs = startMs + waitMs - deps.now();
    if (leftMs <= 0) throw stillComing(cluster.status, { name, region: eks.region, waitMs });
    deps.onProgress?.(`waiting for EKS cluster ${name}: ${cluster.status}`);
    await deps.sleep(Math.min(pauseMs, leftMs), deps.signal);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

interface Waited {
  readonly name: string;
  readonly region: string;
  readonly waitMs: number;
}

function stillComing(status: string, { name, region, waitMs }: Waited): FedctlError {
  const text = `EKS cluster ${name} in ${region} has status ${status} after ${waitMs / 1000} s`;
  return new FedctlError("TimedOut", text, {
    exitCode: ExitCode.TimedOut,
    hint: "run the same command again, or give it more time with --timeout",
  });
}
