import type { Connection } from "../../src/federation/deps.ts";
import { connectToCluster } from "../../src/kube/connect.ts";
import type { KubeApi } from "../../src/kube/kube-api.ts";
import { createAuthenticator } from "../../src/kubeconfig/authenticator.ts";
import { bearerAuthenticator } from "../../src/kubeconfig/bearer-authenticator.ts";
import { createExecCache } from "../../src/kubeconfig/exec-cache.ts";
import { loadKubeconfig } from "../../src/kubeconfig/load.ts";
import { resolveClientConfig } from "../../src/kubeconfig/resolve.ts";
import type { ClientConfig } from "../../src/kubeconfig/types.ts";
import { noOidcTokens } from "./cluster-connection.ts";

export interface ConnectOptions {
  readonly signal: AbortSignal;
  /** Proxies and trusted certificates. Default: none. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Connects to contexts of a kubeconfig as the program does: made of the real rooms. */
export function connectThrough(
  kubeconfigPath: string,
  context: string | undefined,
  signal: AbortSignal,
): Promise<Connection> {
  return connectAmid(kubeconfigPath, context, { signal });
}

/** The same in an environment. */
export async function connectAmid(
  kubeconfigPath: string,
  context: string | undefined,
  { signal, env = {} }: ConnectOptions,
): Promise<Connection> {
  const { raw } = await loadKubeconfig({ explicitPath: kubeconfigPath, env, cwd });
  return connectTo(await resolveClientConfig(raw, { contextOverride: context, env, cwd }), { signal, env });
}

/** Connects as in a pod: without a kubeconfig, with what is mounted in this folder. */
export async function connectInPod(
  serviceAccountFolder: string,
  server: URL,
  signal: AbortSignal,
): Promise<Connection> {
  const env = { KUBERNETES_SERVICE_HOST: server.hostname, KUBERNETES_SERVICE_PORT: server.port };
  const { raw } = await loadKubeconfig({ env: { KUBECONFIG: "absent" }, cwd: serviceAccountFolder });
  const config = await resolveClientConfig(raw, { env, cwd, serviceAccountFolder });
  return connectTo(config, { signal });
}

const cwd = "/";

function connectTo(config: ClientConfig, { signal, env = {} }: ConnectOptions): Connection {
  const clock = { now: () => Date.now() };
  const execCache = createExecCache(() => Promise.reject(new Error("these clusters need no plugin")), clock);
  const authenticator = createAuthenticator(config, { execCache, oidcTokens: noOidcTokens, clock });
  return { api: connectToCluster({ ...common, config, authenticator, env, signal }), config };
}

/** Connects with nothing but these settings and a token, as the program does. */
export function connectWithToken(
  config: ClientConfig,
  token: () => string | undefined,
  { signal, env = {} }: ConnectOptions,
): KubeApi {
  return connectToCluster({ ...common, config, authenticator: bearerAuthenticator(token), env, signal });
}

const common = { requestTimeoutMs: 30_000, userAgent: "fedctl-tests" };
