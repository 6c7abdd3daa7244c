import type { ClusterEntry } from "../types.ts";
import { openFailure } from "./go-file-error.ts";
import { parseGoUrl, withoutPassword } from "./go-url.ts";

/** client-go's complaint about a context whose cluster is defined nowhere. */
export const emptyCluster = "cluster has no server defined";

/** Everything client-go finds wrong with a cluster, in its words; `cluster` undefined: defined nowhere. Paths are absolute. */
export async function validateCluster(name: string, cluster: ClusterEntry | undefined): Promise<readonly string[]> {
  if (cluster === undefined) return [emptyCluster];
  const errors: string[] = [];
  if (cluster.server === "") {
    errors.push(
      name === "" ? "default cluster has no server defined" : `no server found for cluster ${JSON.stringify(name)}`,
    );
  }
  const proxy = cluster.proxyUrl === "" ? undefined : proxyUrlError(cluster.proxyUrl);
  if (proxy !== undefined) {
    const shown = JSON.stringify(withoutPassword(cluster.proxyUrl));
    errors.push(`invalid 'proxy-url' ${shown} for cluster ${JSON.stringify(name)}: ${proxy}`);
  }
  const file = cluster.certificateAuthority;
  if (file === "") return errors;
  if (cluster.certificateAuthorityData !== undefined) {
    errors.push(
      `certificate-authority-data and certificate-authority are both specified for ${name}. certificate-authority-data will override.`,
    );
  }
  const unreadable = await openFailure(file);
  if (unreadable !== undefined)
    errors.push(`unable to read certificate-authority ${file} for ${name} due to ${unreadable}`);
  return errors;
}

function proxyUrlError(proxyUrl: string): string | undefined {
  const url = parseGoUrl(proxyUrl);
  if (url === undefined) return `could not parse: ${withoutPassword(proxyUrl)}`;
  if (["http", "https", "socks5"].includes(url.scheme)) return undefined;
  return `unsupported scheme ${JSON.stringify(url.scheme)}, must be http, https, or socks5`;
}
