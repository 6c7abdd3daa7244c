import { connectToCluster, type ConnectOptions } from "../../../src/kube/connect.ts";
import type { KubeApi, ResourceType } from "../../../src/kube/kube-api.ts";
import type { Authenticator, ClientConfig } from "../../../src/kubeconfig/types.ts";
import { FedctlError } from "../../../src/errors.ts";
import type { ClusterDetails } from "../../cluster/details.ts";

export interface OpenOptions extends Partial<Omit<ConnectOptions, "config">> {
  readonly config?: Partial<ClientConfig>;
  readonly tls?: Partial<ClientConfig["tls"]>;
  /** A bearer token in place of the administrator's certificate. */
  readonly token?: string;
  /** Further headers that say who asks. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OpenedApi {
  readonly api: KubeApi;
  /** `GET /api/v1/namespaces 200`, in the order of their ends. */
  readonly requests: readonly string[];
  readonly warnings: readonly string[];
}

/** A connection of the kube room to a cluster of the test bed, with what a test wants otherwise. */
export function openApi(cluster: ClusterDetails, options: OpenOptions = {}): OpenedApi {
  const { config, tls, token, headers, ...rest } = options;
  const requests: string[] = [];
  const warnings: string[] = [];
  const api = connectToCluster({
    config: {
      contextName: cluster.name,
      clusterName: cluster.name,
      userName: "admin",
      namespace: "default",
      server: cluster.server,
      baseUrl: cluster.server,
      tls: {
        caPem: Buffer.from(cluster.caPem),
        caFile: undefined,
        insecureSkipVerify: false,
        serverName: undefined,
        ...tls,
      },
      proxyUrl: undefined,
      disableCompression: false,
      credentials: { kind: "anonymous" },
      impersonation: undefined,
      ...config,
    },
    authenticator: authenticatorOf(cluster, token, headers),
    env: {},
    requestTimeoutMs: 30_000,
    signal: new AbortController().signal,
    userAgent: "fedctl-tests",
    onRequest: ({ method, url, status }) => {
      const { pathname, search } = new URL(url);
      requests.push(`${method} ${pathname}${search} ${status}`);
    },
    onWarning: (text) => void warnings.push(text),
    ...rest,
  });
  return { api, requests, warnings };
}

function authenticatorOf(
  cluster: ClusterDetails,
  token: string | undefined,
  headers: Readonly<Record<string, string>> | undefined,
): Authenticator {
  const certificate = { certPem: Buffer.from(cluster.adminCertificatePem), keyPem: Buffer.from(cluster.adminKeyPem) };
  return {
    headers: () => Promise.resolve({ ...headers, ...(token !== undefined && { Authorization: `Bearer ${token}` }) }),
    clientCertificate: () => Promise.resolve(token === undefined ? certificate : undefined),
    refresh: () => Promise.resolve(false),
  };
}

/** The FedctlError that a promise is rejected with. Throws when it is not. */
export async function errorOf(promise: Promise<unknown>): Promise<FedctlError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof FedctlError) return error;
    throw error;
  }
  throw new Error("no error came");
}

export const configMaps: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};

export const namespaces: ResourceType = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
};

export const secrets: ResourceType = { ...configMaps, kind: "Secret", plural: "secrets" };

/** Everything that an iterable gives, until it ends. */
export async function drain<T>(items: AsyncIterable<T>, onItem?: (item: T) => void): Promise<readonly T[]> {
  const seen: T[] = [];
  for await (const item of items) {
    seen.push(item);
    onItem?.(item);
  }
  return seen;
}
