import type { SendPlain } from "../kubeconfig/oidc-tokens.ts";
import { parseEndpoint } from "./internal/endpoint.ts";
import type { Environment } from "./internal/proxy-choice.ts";
import { createTransport } from "./internal/transport.ts";

/** client-go's limit for a provider of tokens. */
const timeoutMs = 30_000;

/** Sends requests to whom no kubeconfig describes: proxies and trust are the environment's. */
export function createPlainSender(env: Environment): SendPlain {
  return async ({ method, url, headers, body, caPem, signal }) => {
    const tls = { caPem, caFile: undefined, insecureSkipVerify: false, serverName: undefined };
    const endpoint = parseEndpoint(url);
    const transport = createTransport({
      config: { tls, proxyUrl: undefined, userName: "" },
      endpoint,
      env,
      onCapacity: () => undefined,
    });
    const { pathname, search } = new URL(url);
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const request = { method, path: `${pathname}${search}`, headers, body, signal: limited };
      const answer = await transport.send(request, undefined);
      const bytes = await answer.collect();
      return { status: answer.status, location: answer.headers.location, text: bytes.toString("utf8") };
    } catch (cause) {
      signal.throwIfAborted();
      const why = limited.aborted ? `no answer within ${timeoutMs / 1000} s` : messageOf(cause);
      throw new Error(`${method === "GET" ? "Get" : "Post"} "${endpoint.origin}${pathname}": ${why}`, { cause });
    } finally {
      transport.close();
    }
  };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
