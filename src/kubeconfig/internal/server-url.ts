import { parseGoUrl, withoutPassword } from "./go-url.ts";
import type { GoUrl } from "./go-url.ts";

export interface ServerUrl {
  /** `scheme://host[:port][/prefix]` without trailing slash, query and credentials. */
  readonly baseUrl: string;
  readonly isTls: boolean;
  /** From `https://user:password@host`. */
  readonly basic: { readonly username: string; readonly password: string } | undefined;
}

/**
 * Normalises a cluster's `server` by client-go's rules: without a scheme it is plain http, whatever the TLS settings say;
 * a path is kept as prefix. Returns a text where client-go cannot use it.
 */
export function normaliseServer(server: string): ServerUrl | string {
  const url = withHost(parseGoUrl(server)) ?? hostAndPort(server);
  if (url === undefined) return `host must be a URL or a host:port pair: ${JSON.stringify(withoutPassword(server))}`;
  if (url.scheme !== "http" && url.scheme !== "https") return `unsupported protocol scheme "${url.scheme}"`;
  return {
    baseUrl: `${url.scheme}://${url.host}${url.path.replace(/\/+$/, "")}`,
    isTls: url.scheme === "https",
    basic: basicFrom(url.userinfo),
  };
}

/** What client-go's `Config.Host` holds, and exec plugins are told: as written, without a query after a path. */
export function goHost(server: string): string {
  const url = parseGoUrl(server);
  return url !== undefined && url.path.length > 1 ? server.replace(/[?#].*$/s, "") : server;
}

function withHost(url: GoUrl | undefined): GoUrl | undefined {
  return url === undefined || url.scheme === "" || url.host === "" ? undefined : url;
}

function hostAndPort(server: string): GoUrl | undefined {
  const url = parseGoUrl(`http://${server}`);
  return url === undefined || url.host === "" || (url.path !== "" && url.path !== "/") ? undefined : url;
}

function basicFrom(userinfo: string | undefined): ServerUrl["basic"] {
  if (userinfo === undefined) return undefined;
  const colon = userinfo.indexOf(":");
  const username = colon < 0 ? userinfo : userinfo.slice(0, colon);
  const password = colon < 0 ? "" : userinfo.slice(colon + 1);
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}
