import { readFile } from "node:fs/promises";
import { clusterError, contextNotFound, invalidConfiguration, noConfiguration } from "./internal/client-errors.ts";
import { goReadError } from "./internal/go-file-error.ts";
import { parseGoUrl } from "./internal/go-url.ts";
import { inClusterConfig, isInCluster, podNamespace, serviceAccountFolder } from "./internal/in-cluster.ts";
import type { Pod } from "./internal/in-cluster.ts";
import { caBundleError } from "./internal/pem.ts";
import { resolveCredentials } from "./internal/resolve-credentials.ts";
import { selectContext } from "./internal/selection.ts";
import type { Selection } from "./internal/selection.ts";
import { normaliseServer } from "./internal/server-url.ts";
import type { ServerUrl } from "./internal/server-url.ts";
import { emptyCluster, validateCluster } from "./internal/validate-cluster.ts";
import { validateUser } from "./internal/validate-user.ts";
import type { ClientConfig, ClusterEntry, Impersonation, RawConfig, UserEntry } from "./types.ts";

export interface ResolveOptions {
  /** What a flag names; undefined or "": the kubeconfig's current context. */
  readonly contextOverride?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative kubeconfig names, and so the paths in them, start here. */
  readonly cwd: string;
  /** Default: where Kubernetes mounts it. */
  readonly serviceAccountFolder?: string | undefined;
  /** Told about things that are odd and no error. */
  readonly warn?: ((text: string) => void) | undefined;
}

/**
 * Turns a context of a loaded kubeconfig into what a connection needs, refusing what client-go refuses, in its words.
 * Falls back to the pod's service account when there is no configuration. Reads certificate and token files; runs no plugin.
 * @throws FedctlError ContextNotFound, KubeconfigInvalid, KubeconfigMissing, CredentialUnavailable
 */
export async function resolveClientConfig(raw: RawConfig, options: ResolveOptions): Promise<ClientConfig> {
  const selection = selectContext(raw, contextNameOf(raw, options), options.cwd);
  const pod = podOf(options);
  const findings = await validate(selection);
  if (findings.length === 1 && findings[0] === emptyCluster) {
    if (await isInCluster(pod)) return inClusterConfig(pod);
    throw noConfiguration(selection, raw);
  }
  if (findings.length > 0 || selection.cluster === undefined) throw invalidConfiguration(findings, selection, raw);
  return clientConfigOf(selection, selection.cluster, await namespaceOf(selection, pod));
}

function contextNameOf(raw: RawConfig, { contextOverride = "" }: ResolveOptions): string {
  if (contextOverride === "") return raw.currentContext;
  if (!raw.contexts.has(contextOverride)) throw contextNotFound(contextOverride, raw);
  return contextOverride;
}

function podOf(options: ResolveOptions): Pod {
  return {
    env: options.env,
    folder: options.serviceAccountFolder ?? serviceAccountFolder,
    warn: options.warn ?? (() => undefined),
  };
}

async function validate(selection: Selection): Promise<readonly string[]> {
  const { contextName, context, userName, user, clusterName, cluster } = selection;
  const unknown = context === undefined && contextName !== "";
  return [
    ...(unknown ? [`context was not found for specified context: ${contextName}`] : []),
    ...(await validateUser(userName, user)),
    ...(await validateCluster(clusterName, cluster)),
  ];
}

async function namespaceOf({ context }: Selection, pod: Pod): Promise<string> {
  const named = context?.namespace ?? "";
  if (named !== "") return named;
  return (await isInCluster(pod)) ? podNamespace(pod) : "default";
}

async function clientConfigOf(selection: Selection, cluster: ClusterEntry, namespace: string): Promise<ClientConfig> {
  const url = normaliseServer(cluster.server);
  if (typeof url === "string") throw clusterError(selection, url);
  return {
    contextName: selection.contextName,
    clusterName: selection.clusterName,
    userName: selection.userName,
    namespace,
    server: cluster.server,
    baseUrl: url.baseUrl,
    ...(await secured(selection, cluster, url)),
    proxyUrl: proxyUrlOf(cluster),
    disableCompression: cluster.disableCompression,
    impersonation: impersonationOf(selection.user),
  };
}

/** Over plain http client-go neither looks at the TLS settings nor sends credentials. */
async function secured(
  selection: Selection,
  cluster: ClusterEntry,
  url: ServerUrl,
): Promise<Pick<ClientConfig, "tls" | "credentials">> {
  if (!url.isTls) {
    return {
      tls: { caPem: undefined, caFile: undefined, insecureSkipVerify: false, serverName: undefined },
      credentials: { kind: "anonymous" },
    };
  }
  const credentials = await resolveCredentials(selection, url.basic);
  return { tls: await tlsOf(selection, cluster), credentials };
}

async function tlsOf(selection: Selection, cluster: ClusterEntry): Promise<ClientConfig["tls"]> {
  const caFile = orUndefined(cluster.certificateAuthority);
  const hasCa = caFile !== undefined || cluster.certificateAuthorityData !== undefined;
  if (hasCa && cluster.insecureSkipTlsVerify) {
    throw clusterError(selection, "specifying a root certificates file with the insecure flag is not allowed");
  }
  const caPem = cluster.certificateAuthorityData ?? (await readCa(selection, caFile));
  const error = caPem === undefined ? undefined : caBundleError(caPem);
  if (error !== undefined) throw clusterError(selection, `unable to load root certificates: ${error}`);
  return {
    caPem,
    caFile,
    insecureSkipVerify: cluster.insecureSkipTlsVerify,
    serverName: orUndefined(cluster.tlsServerName),
  };
}

async function readCa(selection: Selection, caFile: string | undefined): Promise<Buffer | undefined> {
  if (caFile === undefined) return undefined;
  try {
    return await readFile(caFile);
  } catch (error) {
    throw clusterError(selection, `unable to load root certificates: ${goReadError(error, caFile)}`);
  }
}

/** Go's transport connects directly where a proxy-url names no host (`http://`). */
function proxyUrlOf({ proxyUrl }: ClusterEntry): string | undefined {
  return (parseGoUrl(proxyUrl)?.host ?? "") === "" ? undefined : proxyUrl;
}

function impersonationOf(user: UserEntry): Impersonation | undefined {
  if (user.impersonate === "") return undefined;
  return {
    user: user.impersonate,
    uid: user.impersonateUid,
    groups: user.impersonateGroups,
    extra: user.impersonateUserExtra,
  };
}

function orUndefined(text: string): string | undefined {
  return text === "" ? undefined : text;
}
