import type { ClusterEntry, ContextEntry, RawConfig, UserEntry } from "../types.ts";
import { emptyUser } from "./decode-user.ts";
import { resolveClusterPaths, resolveUserPaths } from "./entry-paths.ts";

/** A context and what it names, paths made absolute. */
export interface Selection {
  readonly contextName: string;
  /** undefined: no such context. */
  readonly context: ContextEntry | undefined;
  readonly clusterName: string;
  /** undefined: defined nowhere. */
  readonly cluster: ClusterEntry | undefined;
  readonly userName: string;
  /** An unknown user is no error to client-go: it has no credentials. */
  readonly user: UserEntry;
}

/** Follows a context to its cluster and user. */
export function selectContext(raw: RawConfig, contextName: string, cwd: string): Selection {
  const context = raw.contexts.get(contextName);
  const clusterName = context?.cluster ?? "";
  const userName = context?.user ?? "";
  const cluster = raw.clusters.get(clusterName);
  const user = raw.users.get(userName) ?? emptyUser("");
  return {
    contextName,
    context,
    clusterName,
    cluster: cluster === undefined ? undefined : resolveClusterPaths(cluster, cwd),
    userName,
    user: resolveUserPaths(user, cwd),
  };
}
