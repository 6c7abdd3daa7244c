import type { Connection } from "../../src/federation/deps.ts";
import { connectToCluster } from "../../src/kube/connect.ts";
import { createAuthenticator } from "../../src/kubeconfig/authenticator.ts";
import { createExecCache } from "../../src/kubeconfig/exec-cache.ts";
import type { OidcTokens } from "../../src/kubeconfig/oidc-tokens.ts";
import type { ClientConfig, Credentials } from "../../src/kubeconfig/types.ts";
import type { ClusterDetails } from "../cluster/details.ts";

export interface ConnectionOptions {
  /** Namespace of the context. Default: default. */
  readonly namespace?: string;
  /** Instead of the administrator's certificate. */
  readonly token?: string;
  readonly signal?: AbortSignal;
  /** Called after each request. */
  readonly onRequest?: () => void;
}

/** No user of the test bed logs in with OIDC. */
export const noOidcTokens: OidcTokens = { get: () => Promise.reject(new Error("these clusters know no provider")) };

/** A new connection to a cluster of the test bed, with a discovery of its own: made of the real rooms, without a kubeconfig. */
export function connectTo(cluster: ClusterDetails, options: ConnectionOptions = {}): Connection {
  const config: ClientConfig = {
    contextName: cluster.name,
    clusterName: cluster.name,
    userName: cluster.name,
    namespace: options.namespace ?? "default",
    server: cluster.server,
    baseUrl: cluster.server,
    tls: { caPem: Buffer.from(cluster.caPem), caFile: undefined, insecureSkipVerify: false, serverName: undefined },
    proxyUrl: undefined,
    disableCompression: false,
    credentials: credentialsOf(cluster, options),
    impersonation: undefined,
  };
  const clock = { now: () => Date.now() };
  const execCache = createExecCache(() => Promise.reject(new Error("these clusters need no plugin")), clock);
  const api = connectToCluster({
    config,
    authenticator: createAuthenticator(config, { execCache, oidcTokens: noOidcTokens, clock }),
    env: {},
    requestTimeoutMs: 30_000,
    signal: options.signal ?? new AbortController().signal,
    userAgent: "fedctl-tests",
    onRequest: options.onRequest,
  });
  return { api, config };
}

function credentialsOf(cluster: ClusterDetails, { token }: ConnectionOptions): Credentials {
  if (token !== undefined) return { kind: "static", bearerToken: token };
  const [certPem, keyPem] = [Buffer.from(cluster.adminCertificatePem), Buffer.from(cluster.adminKeyPem)];
  return { kind: "static", clientCertificate: { certPem, keyPem } };
}
