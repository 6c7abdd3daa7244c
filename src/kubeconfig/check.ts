import { X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { platform } from "node:os";
import { resolve } from "node:path";
import { FedctlError } from "../errors.ts";
import { resolveClusterPaths, resolveUserPaths } from "./internal/entry-paths.ts";
import { validateCluster } from "./internal/validate-cluster.ts";
import { validateUser } from "./internal/validate-user.ts";
import { loadKubeconfig } from "./load.ts";
import { kubeconfigPaths } from "./paths.ts";
import type { ContextEntry, KubeconfigSources, RawConfig } from "./types.ts";

export interface Finding {
  /** Stable, for scripts: `DanglingReference`, `ExecV1alpha1`. */
  readonly kind: string;
  readonly file: string;
  /** `context "x"`; "" for the file itself. */
  readonly entry: string;
  readonly message: string;
}

/** Everything that is wrong, or will be, in all files, whether or not a context uses it. */
export async function checkKubeconfig(sources: KubeconfigSources, nowMs: number): Promise<readonly Finding[]> {
  const { files } = kubeconfigPaths(sources);
  const reads = await Promise.all(files.map((file) => readFileAlone(file, sources)));
  const unreadable = reads.flatMap((read, index): Finding[] =>
    read instanceof FedctlError
      ? [{ kind: "Unreadable", file: files[index] ?? "", entry: "", message: read.message }]
      : [],
  );
  const configs = reads.flatMap((read) => (read instanceof FedctlError ? [] : [read]));
  const merged = mergedView(configs);
  const perFile = await Promise.all(configs.map((config) => checkEntries(config, sources.cwd, nowMs)));
  const perms = await Promise.all(files.map((file) => checkMode(file, sources.cwd)));
  return [
    ...unreadable,
    ...perms.flat(),
    ...configs.flatMap((config) => checkContexts(config, merged)),
    ...checkCurrent(configs, merged),
    ...perFile.flat(),
  ];
}

async function readFileAlone(file: string, sources: KubeconfigSources): Promise<RawConfig | FedctlError> {
  try {
    return (await loadKubeconfig({ ...sources, explicitPath: file }, { mayBeMissing: true })).raw;
  } catch (error) {
    if (error instanceof FedctlError) return error;
    throw error;
  }
}

interface Merged {
  readonly clusters: ReadonlySet<string>;
  readonly users: ReadonlySet<string>;
  readonly contexts: ReadonlySet<string>;
}

function mergedView(configs: readonly RawConfig[]): Merged {
  const all = (list: "clusters" | "users" | "contexts"): ReadonlySet<string> =>
    new Set(configs.flatMap((config) => [...config[list].keys()]));
  return { clusters: all("clusters"), users: all("users"), contexts: all("contexts") };
}

/** What others can read, they can use. */
async function checkMode(file: string, cwd: string): Promise<readonly Finding[]> {
  if (platform() === "win32") return [];
  try {
    const { mode } = await stat(resolve(cwd, file));
    if ((mode & 0o077) === 0) return [];
    const octal = (mode & 0o777).toString(8).padStart(4, "0");
    return [
      {
        kind: "ReadableByOthers",
        file,
        entry: "",
        message: `others can read it (mode ${octal}); run "chmod 600 ${file}"`,
      },
    ];
  } catch {
    // A file that is not there has no mode; one that cannot be read is found elsewhere.
    return [];
  }
}

function checkContexts(config: RawConfig, merged: Merged): readonly Finding[] {
  return [...config.contexts].flatMap(([name, context]) => [
    ...dangling(name, context, merged),
    ...badNames(name, context),
  ]);
}

function dangling(name: string, { cluster, user, origin }: ContextEntry, merged: Merged): readonly Finding[] {
  const missing = (what: string, target: string): Finding => ({
    kind: "DanglingReference",
    file: origin,
    entry: `context "${name}"`,
    message: target === "" ? `names no ${what}` : `names ${what} "${target}", which no file defines`,
  });
  return [
    ...(merged.clusters.has(cluster) ? [] : [missing("cluster", cluster)]),
    ...(merged.users.has(user) ? [] : [missing("user", user)]),
  ];
}

function badNames(name: string, { namespace, origin }: ContextEntry): readonly Finding[] {
  if (namespace === "" || /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) return [];
  const message = `namespace "${namespace}" is no name that a server accepts`;
  return [{ kind: "InvalidNamespace", file: origin, entry: `context "${name}"`, message }];
}

function checkCurrent(configs: readonly RawConfig[], merged: Merged): readonly Finding[] {
  const current = configs.map(({ currentContext }) => currentContext).find((name) => name !== "");
  if (current === undefined || merged.contexts.has(current)) return [];
  return [
    {
      kind: "DanglingReference",
      file: "current-context",
      entry: "",
      message: `names context "${current}", which no file defines`,
    },
  ];
}

async function checkEntries(config: RawConfig, cwd: string, nowMs: number): Promise<readonly Finding[]> {
  const clusters = [...config.clusters].map(async ([name, entry]) => {
    const cluster = resolveClusterPaths(entry, cwd);
    const at = { file: entry.origin, entry: `cluster "${name}"` };
    const messages = await validateCluster(name, cluster);
    const certificate = cluster.certificateAuthorityData ?? (await readIfThere(cluster.certificateAuthority));
    return [...messages.map((message) => ({ ...at, kind: "Invalid", message })), ...expired(certificate, at, nowMs)];
  });
  const users = [...config.users].map(async ([name, entry]) => {
    const user = resolveUserPaths(entry, cwd);
    const at = { file: entry.origin, entry: `user "${name}"` };
    const messages = await validateUser(name, user);
    const certificate = user.clientCertificateData ?? (await readIfThere(user.clientCertificate));
    return [
      ...messages.map((message) => ({ ...at, kind: "Invalid", message })),
      ...expired(certificate, at, nowMs),
      ...(await missingToken(user.tokenFile, at)),
      ...alpha(user.exec?.apiVersion, at),
    ];
  });
  return (await Promise.all([...clusters, ...users])).flat();
}

type At = Pick<Finding, "file" | "entry">;

function alpha(version: string | undefined, at: At): readonly Finding[] {
  if (version !== "client.authentication.k8s.io/v1alpha1") return [];
  return [{ ...at, kind: "ExecV1alpha1", message: "its plugin speaks v1alpha1, which kubectl refuses since 1.24" }];
}

async function missingToken(file: string, at: At): Promise<readonly Finding[]> {
  if (file === "" || (await readIfThere(file)) !== undefined) return [];
  return [{ ...at, kind: "MissingFile", message: `token file ${file} cannot be read` }];
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  if (file === "") return undefined;
  try {
    return await readFile(file);
  } catch {
    // Whoever needs the file says what is wrong with it.
    return undefined;
  }
}

/** Of a bundle every certificate that has ended. */
function expired(pem: Buffer | undefined, at: At, nowMs: number): readonly Finding[] {
  const blocks = pem?.toString("utf8").match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block): Finding[] => {
    const end = endOf(block);
    if (end === undefined)
      return [{ ...at, kind: "InvalidCertificate", message: "holds a certificate that cannot be read" }];
    if (end > nowMs) return [];
    return [{ ...at, kind: "ExpiredCertificate", message: `its certificate expired ${new Date(end).toISOString()}` }];
  });
}

function endOf(pem: string): number | undefined {
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch {
    return undefined;
  }
}
