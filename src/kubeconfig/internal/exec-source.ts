import type { ExecCache } from "../exec-cache.ts";
import type { ExecCredential, ExecRequest } from "../exec-credential.ts";
import type { ClientConfig, Credentials } from "../types.ts";
import type { CredentialSource } from "./credential-source.ts";
import { isSamePair } from "./pem.ts";
import { goHost } from "./server-url.ts";

type Use = "header" | "certificate";

/** Credentials of an exec plugin, through the cache of the process. */
export function execSource(
  config: ClientConfig,
  credentials: Credentials & { readonly kind: "exec" },
  execCache: ExecCache,
): CredentialSource {
  const request = requestOf(config, credentials);
  // An answer that is expired on arrival still serves once for each use; else one request would run the plugin twice.
  const used = { header: new WeakSet<ExecCredential>(), certificate: new WeakSet<ExecCredential>() };
  const fetch = async (use: Use, signal: AbortSignal | undefined): Promise<ExecCredential> => {
    const accept = (expired: ExecCredential): boolean => !used[use].has(expired);
    const credential = await execCache.get(request, { signal, accept });
    used[use].add(credential);
    return credential;
  };
  return {
    authorization: async (signal) => {
      const credential = await fetch("header", signal);
      return { value: bearer(credential), from: credential };
    },
    certificate: async (signal) => (await fetch("certificate", signal)).keyPair,
    renew: async (sent, signal) => {
      const stale = sent.from ?? (await execCache.get(request, { signal, accept: () => true }));
      // Another request may have renewed it already; then this runs nothing.
      if (bearer(stale) === sent.value) execCache.invalidate(request, stale);
      const renewed = await execCache.get(request, { signal, accept: () => true });
      return bearer(renewed) !== sent.value || !isSamePair(renewed.keyPair, stale.keyPair);
    },
  };
}

function bearer({ token }: ExecCredential): string | undefined {
  return token === "" ? undefined : `Bearer ${token}`;
}

function requestOf(config: ClientConfig, { exec, clusterExtension }: Credentials & { kind: "exec" }): ExecRequest {
  if (!exec.provideClusterInfo) return { exec, clusterExtension, cluster: undefined };
  const { tls } = config;
  const cluster = {
    server: goHost(config.server),
    tlsServerName: tls.serverName ?? "",
    insecureSkipTlsVerify: tls.insecureSkipVerify,
    certificateAuthorityData: tls.caPem,
    proxyUrl: config.proxyUrl ?? "",
    disableCompression: config.disableCompression,
  };
  return { exec, clusterExtension, cluster };
}
