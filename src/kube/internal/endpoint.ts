import { isIP } from "node:net";

/** A server's address, taken apart. */
export interface Endpoint {
  readonly secure: boolean;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** `host[:port]` as the Host header has it. */
  readonly authority: string;
  readonly origin: string;
  /** "" or "/k8s/clusters/c-1". */
  readonly prefix: string;
}

/** Takes a normalised base URL apart; user and password in it are not kept. */
export function parseEndpoint(baseUrl: string): Endpoint {
  const url = new URL(baseUrl);
  const secure = url.protocol === "https:";
  return {
    secure,
    host: bareHost(url.hostname),
    port: url.port === "" ? defaultPort(url.protocol) : Number(url.port),
    authority: url.host,
    origin: `${url.protocol}//${url.host}`,
    prefix: url.pathname.replace(/\/+$/, ""),
  };
}

/** An IPv6 host as sockets want it. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** `host:port`, with brackets where the host has colons. */
export function hostAndPort(host: string, port: number): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

export function defaultPort(protocol: string): number {
  if (protocol === "https:") return 443;
  return protocol.startsWith("socks5") ? 1080 : 80;
}
