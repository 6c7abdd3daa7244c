import type { Warning } from "../report.ts";
import { suggestCommand } from "../suggest.ts";
import { doubtReach } from "./endpoint-reach.ts";
import type { JoinFacts } from "./facts.ts";
import { grantingTypes } from "./member-rules.ts";
import type { JoinRequest } from "./plan.ts";

/** What can be joined, and yet may not work as it is meant. */
export function joinWarnings(facts: JoinFacts, request: JoinRequest): Warning[] {
  return [...endpointWarnings(request), ...proxyWarnings(request), ...permissionWarnings(facts, request)];
}

function endpointWarnings({ stored, options, hostContext, hostUrl }: JoinRequest): Warning[] {
  const { apiEndpoint, baseUrl } = stored;
  const warnings: Warning[] = [];
  // What a proxy resolves is for the proxy to know.
  const doubt = stored.proxyUrl === undefined ? doubtReach(baseUrl, hostUrl) : undefined;
  if (doubt !== undefined) {
    warnings.push({
      code: doubt.isLoopback ? "LoopbackEndpoint" : "UnroutableEndpoint",
      message: `the endpoint ${apiEndpoint} of cluster "${options.clusterName}" ${doubt.what}: a controller that runs elsewhere, as in a pod of "${hostContext}", cannot reach it; another address is given with --api-endpoint`,
    });
  }
  if (baseUrl.toLowerCase().startsWith("http://")) {
    warnings.push({
      code: "PlainEndpoint",
      message: `the endpoint ${apiEndpoint} of cluster "${options.clusterName}" is plain http: everybody on the way can read the credential`,
    });
  }
  return warnings;
}

function proxyWarnings({ stored, options }: JoinRequest): Warning[] {
  const { proxyUrl, skipsVerification } = stored;
  const warnings: Warning[] = [];
  if (proxyUrl === undefined) return warnings;
  // The controller builds a transport of its own for these, and forgets the proxy (B-JN9).
  if (skipsVerification) {
    warnings.push({
      code: "ProxyIgnored",
      message: `KubeFed reaches cluster "${options.clusterName}" without its proxy-url, because its context sets insecure-skip-tls-verify; with --ca-file the certificate is verified and the proxy used`,
    });
  }
  if (/^[^/]*\/\/[^/]*@/.test(proxyUrl)) {
    warnings.push({
      code: "ProxyPasswordStored",
      message: `the proxy-url of cluster "${options.clusterName}" holds a user, which everybody who may read its KubeFedCluster can read too`,
    });
  }
  return warnings;
}

function permissionWarnings({ rbac, types }: JoinFacts, { options }: JoinRequest): Warning[] {
  if (rbac === "full") return [];
  const { clusterName } = options;
  const again = suggestCommand(`join ${clusterName} --rbac=minimal --error-on-existing=false`, options);
  const granting = grantingTypes(types);
  return [
    {
      code: "MinimalRbac",
      message: `cluster "${clusterName}" grants what the types need that are enabled now (${types.length}); after another is enabled, or one disabled, run: ${again}`,
    },
    ...(granting.length === 0
      ? []
      : [
          {
            code: "MinimalRbacRoles",
            message: `cluster "${clusterName}" will refuse each ${granting.join(", ")} that grants more than the control plane may do itself; --rbac=full lets them in`,
          },
        ]),
  ];
}
