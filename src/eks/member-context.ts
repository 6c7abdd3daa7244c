import { FedctlError } from "../errors.ts";
import type { ClusterEntries } from "../kubeconfig/cluster-entries.ts";
import type { ClusterIdentity } from "../kubeconfig/contexts-of-cluster.ts";
import type { SavedEntries, SavedFile } from "../kubeconfig/save-cluster-entries.ts";
import type { UsableCluster } from "./describe-cluster.ts";
import { connectEks, type EksOptions } from "./eks-connection.ts";
import type { EntryOptions } from "./kubeconfig-entry.ts";
import { entriesOf, usableCluster, type WaitDeps } from "./update-kubeconfig.ts";

export interface MemberContextOptions extends EksOptions, Pick<EntryOptions, "roleArn" | "exec"> {
  /** Name of the EKS cluster. */
  readonly cluster: string;
  /** The context to make, and to use where there are several. */
  readonly contextName: string;
  /** Somebody named the context: no other one will do. */
  readonly isNamed: boolean;
  /** How long a cluster that is being made is waited for; undefined: it is refused. */
  readonly waitMs: number | undefined;
}

export interface MemberContextDeps extends WaitDeps {
  /** Contexts of the kubeconfig that lead to the cluster. */
  contextsOf(cluster: ClusterIdentity): Promise<readonly string[]>;
  save(entries: readonly ClusterEntries[]): Promise<readonly SavedFile[]>;
}

export interface MemberContext {
  readonly cluster: UsableCluster;
  readonly contextName: string;
  /** Undefined: there was a context. */
  readonly saved: SavedEntries | undefined;
  readonly warnings: readonly string[];
}

/**
 * A context that leads to an EKS cluster: one that the kubeconfig has, else a new one.
 * @throws FedctlError EksClusterUnusable, KubeconfigEntryTaken, TimedOut, Aws*, Kubeconfig*
 */
export async function ensureMemberContext(
  options: MemberContextOptions,
  deps: MemberContextDeps,
): Promise<MemberContext> {
  const eks = await connectEks(options, deps);
  try {
    const cluster = await usableCluster(eks, options, deps);
    const found = await deps.contextsOf({ entryName: cluster.arn, server: cluster.endpoint });
    const contextName = choose(found, options, cluster.arn);
    if (contextName !== undefined) {
      const others = found.filter((name) => name !== contextName);
      return { cluster, contextName, saved: undefined, warnings: choiceWarnings(contextName, others, options) };
    }
    const { contextName: alias, roleArn, exec } = options;
    const saved = await saveOne(entriesOf(eks, cluster, { alias, roleArn, exec }), deps);
    return { cluster, contextName: alias, saved, warnings: saved.warnings };
  } finally {
    eks.close();
  }
}

function choose(
  found: readonly string[],
  { contextName, isNamed }: MemberContextOptions,
  arn: string,
): string | undefined {
  if (found.includes(contextName)) return contextName;
  if (isNamed) return undefined;
  return found.includes(arn) ? arn : found[0];
}

function choiceWarnings(
  contextName: string,
  others: readonly string[],
  { cluster, roleArn, isNamed }: MemberContextOptions,
): readonly string[] {
  const isUnclear = others.length > 0 && !isNamed;
  const also = `context ${contextName} is used for EKS cluster ${cluster}; ${others.join(", ")} would lead there, too: choose with --cluster-context`;
  const asIs = `context ${contextName} is used as it is: --role-arn is for a context that is made`;
  return [...(isUnclear ? [also] : []), ...(roleArn === undefined ? [] : [asIs])];
}

async function saveOne(entries: ClusterEntries, deps: MemberContextDeps): Promise<SavedEntries> {
  const [file] = await deps.save([entries]);
  const [saved] = file?.saved ?? [];
  if (file === undefined || saved === undefined) throw new TypeError("nothing was saved");
  if (saved.error === undefined) return { ...saved, warnings: [...saved.warnings, ...file.warnings] };
  const { code, message, exitCode } = saved.error;
  const hint = "give the cluster's context another name with --cluster-context";
  throw new FedctlError(code, message, { exitCode, cause: saved.error, hint });
}
