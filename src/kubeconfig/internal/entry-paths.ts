import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import type { ClusterEntry, UserEntry } from "../types.ts";

/** Makes a cluster's files absolute: they lie relative to the kubeconfig that names them. */
export function resolveClusterPaths(cluster: ClusterEntry, cwd: string): ClusterEntry {
  const locate = locator(cluster.origin, cwd);
  return { ...cluster, certificateAuthority: locate(cluster.certificateAuthority) };
}

/** The same for a user; an exec command is a path only when it holds a separator, else it is looked up in PATH. */
export function resolveUserPaths(user: UserEntry, cwd: string): UserEntry {
  const locate = locator(user.origin, cwd);
  const { exec } = user;
  return {
    ...user,
    clientCertificate: locate(user.clientCertificate),
    clientKey: locate(user.clientKey),
    tokenFile: locate(user.tokenFile),
    exec: exec?.command.includes(sep) === true ? { ...exec, command: locate(exec.command) } : exec,
  };
}

function locator(origin: string, cwd: string): (path: string) => string {
  const folder = dirname(resolve(cwd, origin));
  return (path) => (path === "" || isAbsolute(path) ? path : join(folder, path));
}
