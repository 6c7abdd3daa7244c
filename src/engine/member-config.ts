import { ExitCode, FedctlError } from "../errors.ts";
import type { KubeFedCluster } from "../federation/kubefed-types.ts";
import type { ClientConfig } from "../kubeconfig/types.ts";

/**
 * The settings by which a registered cluster is reached: what its KubeFedCluster holds, and nothing besides. Pure.
 * @throws FedctlError ClusterConfigMalformed
 */
export function memberConfig(cluster: KubeFedCluster): ClientConfig {
  const name = cluster.metadata?.name ?? "";
  const { apiEndpoint, caBundle, proxyURL, disabledTLSValidations = [] } = cluster.spec;
  const isUnverified = disabledTLSValidations.includes("*");
  const caPem = caBundle === undefined || caBundle === "" ? undefined : Buffer.from(caBundle, "base64");
  const baseUrl = baseUrlOf(apiEndpoint, { name, isTls: isUnverified || caPem !== undefined });
  const isTls = baseUrl.startsWith("https:");
  return {
    contextName: name,
    clusterName: name,
    userName: cluster.spec.secretRef.name,
    namespace: "default",
    server: apiEndpoint,
    baseUrl,
    tls: {
      caPem: isTls && !isUnverified ? caPem : undefined,
      caFile: undefined,
      insecureSkipVerify: isTls && isUnverified,
      serverName: undefined,
      unchecked: {
        name: disabledTLSValidations.includes("SubjectName"),
        dates: disabledTLSValidations.includes("ValidityPeriod"),
      },
    },
    proxyUrl: proxyOf(proxyURL, name),
    disableCompression: false,
    credentials: { kind: "anonymous" },
    impersonation: undefined,
  };
}

/** As client-go completes an address: without a scheme it is https where there is something to verify it by. */
function baseUrlOf(endpoint: string, { name, isTls }: { readonly name: string; readonly isTls: boolean }): string {
  if (endpoint === "") throw malformed(name, `the api endpoint of cluster ${name} is empty`);
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(endpoint) ? endpoint : `${isTls ? "https" : "http"}://${endpoint}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.hostname === "")
    throw malformed(name, `"${endpoint}" is no address of an API server`);
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

const proxySchemes = ["http:", "https:", "socks5:", "socks5h:"];

function proxyOf(proxyURL: string | undefined, name: string): string | undefined {
  if (proxyURL === undefined || proxyURL === "") return undefined;
  if (URL.canParse(proxyURL) && proxySchemes.includes(new URL(proxyURL).protocol)) return proxyURL;
  // Not repeated: it may hold a password.
  throw malformed(name, "spec.proxyURL is no URL of an http, https or socks5 proxy");
}

/** What makes a registration unusable whatever its cluster does. */
export function malformed(cluster: string, reason: string): FedctlError {
  return new FedctlError("ClusterConfigMalformed", `cluster "${cluster}" cannot be reached: ${reason}`, {
    exitCode: ExitCode.Conflict,
    hint: `register it again: fedctl join ${cluster} --error-on-existing=false`,
  });
}
