import { endpointOf } from "./registration.ts";
import type { Warning } from "../report.ts";
import type { JoinRequest } from "./plan.ts";

/** What can be joined, and yet may not work. */
export function joinWarnings({ config, options, hostContext }: JoinRequest): Warning[] {
  const warnings: Warning[] = [];
  if (isLoopback(config.baseUrl)) {
    warnings.push({
      code: "LoopbackEndpoint",
      message: `the endpoint ${endpointOf(config)} of cluster "${options.clusterName}" is a loopback address: a controller that runs elsewhere, as in a pod of "${hostContext}", cannot reach it`,
    });
  }
  // The controller builds a transport of its own for these, and forgets the proxy (B-JN9).
  if (config.proxyUrl !== undefined && config.tls.insecureSkipVerify) {
    warnings.push({
      code: "ProxyIgnored",
      message: `KubeFed reaches cluster "${options.clusterName}" without its proxy-url, because its context sets insecure-skip-tls-verify`,
    });
  }
  return warnings;
}

function isLoopback(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}
