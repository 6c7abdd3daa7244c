import { readFile } from "node:fs/promises";
import { FedctlError } from "../errors.ts";
import { goReadError } from "./internal/go-file-error.ts";
import { resolveClusterPaths, resolveUserPaths } from "./internal/entry-paths.ts";
import type { RawConfig } from "./types.ts";

/** Leaves only what the context needs. @throws FedctlError ContextNotFound, KubeconfigInvalid, in kubectl's words */
export function minifyConfig(raw: RawConfig, contextOverride: string | undefined): RawConfig {
  const name = contextOverride ?? raw.currentContext;
  const fail = (code: "ContextNotFound" | "KubeconfigInvalid", message: string): FedctlError =>
    new FedctlError(code, message, { hint: 'list what there is with "fedctl config get-contexts -o wide"' });
  if (name === "") throw fail("ContextNotFound", "current-context must exist in order to minify");
  const context = raw.contexts.get(name);
  if (context === undefined) throw fail("ContextNotFound", `cannot locate context ${name}`);
  const cluster = raw.clusters.get(context.cluster);
  const user = raw.users.get(context.user);
  if (user === undefined && context.user !== "") throw fail("KubeconfigInvalid", `cannot locate user ${context.user}`);
  if (cluster === undefined && context.cluster !== "") {
    throw fail("KubeconfigInvalid", `cannot locate cluster ${context.cluster}`);
  }
  return {
    ...raw,
    currentContext: name,
    contexts: new Map([[name, context]]),
    clusters: cluster === undefined ? new Map() : new Map([[context.cluster, cluster]]),
    users: user === undefined ? new Map() : new Map([[context.user, user]]),
  };
}

/** Takes the files that entries name into the entries. @throws FedctlError KubeconfigInvalid */
export async function flattenConfig(raw: RawConfig, cwd: string): Promise<RawConfig> {
  const users = await mapEntries(raw.users, async (entry) => {
    const user = resolveUserPaths(entry, cwd);
    const certificate = await flatten(user.clientCertificate, user.clientCertificateData);
    const key = await flatten(user.clientKey, user.clientKeyData);
    return {
      ...entry,
      clientCertificate: "",
      clientKey: "",
      clientCertificateData: certificate,
      clientKeyData: key,
      tokenFile: user.tokenFile,
    };
  });
  const clusters = await mapEntries(raw.clusters, async (entry) => {
    const cluster = resolveClusterPaths(entry, cwd);
    const data = await flatten(cluster.certificateAuthority, cluster.certificateAuthorityData);
    return { ...entry, certificateAuthority: "", certificateAuthorityData: data };
  });
  return { ...raw, users, clusters };
}

async function flatten(path: string, data: Buffer | undefined): Promise<Buffer | undefined> {
  if (path === "") return data;
  const fail = (message: string): FedctlError =>
    new FedctlError("KubeconfigInvalid", message, { hint: 'find such entries with "fedctl config check"' });
  if (data !== undefined) throw fail("cannot have values for both path and contents");
  try {
    return await readFile(path);
  } catch (error) {
    throw fail(goReadError(error, path));
  }
}

async function mapEntries<T>(
  entries: ReadonlyMap<string, T>,
  change: (entry: T) => Promise<T>,
): Promise<ReadonlyMap<string, T>> {
  const changed: [string, T][] = [];
  for (const [name, entry] of entries) changed.push([name, await change(entry)]);
  return new Map(changed);
}
