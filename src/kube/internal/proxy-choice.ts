import { BlockList, isIP } from "node:net";
import { FedctlError } from "../../errors.ts";
import { bareHost, defaultPort, type Endpoint } from "./endpoint.ts";

export interface Proxy {
  readonly scheme: "http" | "https" | "socks5";
  readonly host: string;
  readonly port: number;
  readonly user: { readonly name: string; readonly password: string } | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy on the way to `endpoint`. A kubeconfig's proxy-url is always obeyed; the environment's by Go's rules
 * (golang.org/x/net/http/httpproxy): NO_PROXY counts, and loopback is never proxied.
 */
export function chooseProxy(
  endpoint: Pick<Endpoint, "secure" | "host" | "port">,
  proxyUrl: string | undefined,
  env: Environment,
): Proxy | undefined {
  if (proxyUrl !== undefined && proxyUrl !== "") return parseProxy(proxyUrl);
  const named = endpoint.secure ? variable(env, "HTTPS_PROXY") : variable(env, "HTTP_PROXY");
  if (named === undefined || isLoopback(endpoint.host)) return undefined;
  if (isExempt(endpoint, variable(env, "NO_PROXY") ?? "")) return undefined;
  return parseProxy(named);
}

function variable(env: Environment, name: string): string | undefined {
  return [env[name], env[name.toLowerCase()]].find((value) => value !== undefined && value !== "");
}

function parseProxy(text: string): Proxy {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\/./i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  const scheme = url?.protocol.replace(/:$/, "").replace("socks5h", "socks5");
  if (url === undefined || (scheme !== "http" && scheme !== "https" && scheme !== "socks5")) {
    // The value may hold a password, so it is not repeated.
    throw new FedctlError(
      "ServerUnreachable",
      "invalid proxy address: it must be a URL of scheme http, https or socks5",
      {
        hint: "look at proxy-url in the kubeconfig, and at HTTPS_PROXY and HTTP_PROXY",
      },
    );
  }
  const user = url.username === "" ? undefined : { name: decode(url.username), password: decode(url.password) };
  const port = url.port === "" ? defaultPort(url.protocol) : Number(url.port);
  return { scheme, host: bareHost(url.hostname), port, user };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A stray per cent sign is meant as it stands.
    return part;
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function isExempt({ host, port }: Pick<Endpoint, "host" | "port">, noProxy: string): boolean {
  const name = host.toLowerCase();
  return noProxy
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== "" && matches(entry, name, port));
}

function matches(entry: string, host: string, port: number): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return isInSubnet(entry, host);
  const { name, entryPort } = splitPort(entry);
  if (name === "" || (entryPort !== "" && Number(entryPort) !== port)) return false;
  return isIP(name) === 0 ? matchesDomain(name, host) : sameAddress(name, host);
}

/** `.example.com` and `*.example.com` are what lies below it; `example.com` is itself too. */
function matchesDomain(name: string, host: string): boolean {
  const suffix = name.startsWith("*.") ? name.slice(1) : name;
  return suffix.startsWith(".") ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

/** `host:port`, `[v6]:port`, a bare v6 address, or a host alone. */
function splitPort(entry: string): { name: string; entryPort: string } {
  const bracketed = /^\[(.*)\](?::(\d*))?$/.exec(entry);
  if (bracketed) return { name: bracketed[1] ?? "", entryPort: bracketed[2] ?? "" };
  if (isIP(entry) === 6) return { name: entry, entryPort: "" };
  const [name = "", entryPort = ""] = entry.split(":");
  return { name, entryPort };
}

function sameAddress(left: string, right: string): boolean {
  const family = isIP(left);
  if (family === 0 || family !== isIP(right)) return false;
  const list = new BlockList();
  list.addAddress(left, family === 6 ? "ipv6" : "ipv4");
  return list.check(right, family === 6 ? "ipv6" : "ipv4");
}

function isInSubnet(entry: string, host: string): boolean {
  const [address = "", bits = ""] = entry.split("/");
  const family = isIP(address);
  if (family === 0 || family !== isIP(host) || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 6 ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family === 6 ? "ipv6" : "ipv4");
  return list.check(host, family === 6 ? "ipv6" : "ipv4");
}
