import type { ExecClusterInfo, ExecRequest } from "../exec-credential.ts";
import { encodeGoJson, encodeMembers } from "./go-json.ts";
import type { Member } from "./go-json.ts";

/** The value of KUBERNETES_EXEC_INFO, byte for byte as client-go writes it (it ends in a newline). */
export function execInfo({ exec, cluster, clusterExtension }: ExecRequest, interactive: boolean): string {
  const spec: readonly Member[] = [
    ...(cluster === undefined ? [] : [["cluster", encodeCluster(cluster, clusterExtension)] as const]),
    ["interactive", interactive ? "true" : "false"],
  ];
  const credential = encodeMembers([
    ["kind", encodeGoJson("ExecCredential")],
    ["apiVersion", encodeGoJson(exec.apiVersion)],
    ["spec", encodeMembers(spec)],
  ]);
  return `${credential}\n`;
}

/** Only `server` and `config` are there when empty. */
export function encodeCluster(cluster: ExecClusterInfo, extension: unknown): string {
  const caData = cluster.certificateAuthorityData?.toString("base64") ?? "";
  const optional: readonly (readonly [string, string | boolean])[] = [
    ["tls-server-name", cluster.tlsServerName],
    ["insecure-skip-tls-verify", cluster.insecureSkipTlsVerify],
    ["certificate-authority-data", caData],
    ["proxy-url", cluster.proxyUrl],
    ["disable-compression", cluster.disableCompression],
  ];
  const present = optional.filter(([, value]) => value !== "" && value !== false);
  return encodeMembers([
    ["server", encodeGoJson(cluster.server)],
    ...present.map(([key, value]): Member => [key, encodeGoJson(value)]),
    ["config", encodeGoJson(extension)],
  ]);
}
