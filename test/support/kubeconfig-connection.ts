import type { Connection } from "../../src/federation/deps.ts";
import { connectToCluster } from "../../src/kube/connect.ts";
import type { KubeApi } from "../../src/kube/kube-api.ts";
import { createAuthenticator } from "../../src/kubeconfig/authenticator.ts";
import { bearerAuthenticator } from "../../src/kubeconfig/bearer-authenticator.ts";
import { createExecCache } from "../../src/kubeconfig/exec-cache.ts";
import { loadKubeconfig } from "../../src/kubeconfig/load.ts";
import { resolveClientConfig } from "../../src/kubeconfig/resolve.ts";
import type { ClientConfig } from "../../src/kubeconfig/types.ts";

/** Connects to contexts of a kubeconfig as the program does: made of the real rooms. */
export async function connectThrough(
  kubeconfigPath: string,
  context: string | undefined,
  signal: AbortSignal,
): Promise<Connection> {
  const [env, cwd] = [{}, "/"];
  const { raw } = await loadKubeconfig({ explicitPath: kubeconfigPath, env, cwd });
  const config = await resolveClientConfig(raw, { contextOverride: context, env, cwd });
  const clock = { now: () => Date.now() };
  const execCache = createExecCache(() => Promise.reject(new Error("these clusters need no plugin")), clock);
  const api = connectToCluster({
    config,
    authenticator: createAuthenticator(config, { execCache, clock }),
    env,
    requestTimeoutMs: 30_000,
    signal,
    userAgent: "fedctl-tests",
  });
  return { api, config };
}

/** Connects with nothing but these settings and a token, as the program does. */
export function connectWithToken(
  config: ClientConfig,
  token: () => string | undefined,
  signal: AbortSignal = new AbortController().signal,
): KubeApi {
  return connectToCluster({
    config,
    authenticator: bearerAuthenticator(token),
    env: {},
    requestTimeoutMs: 30_000,
    signal,
    userAgent: "fedctl-tests",
  });
}
