import { readFile } from "node:fs/promises";
import type { Agent } from "node:https";
import type { HttpsProxyAgent } from "https-proxy-agent";
import { FedctlError } from "../../errors.ts";
import type { Environment } from "../profile-files.ts";

/** How requests travel; what the SDK takes as options of its request handler. */
export interface Transport {
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly throwOnRequestTimeout: true;
  readonly httpsAgent: Agent | HttpsProxyAgent<string>;
}

export interface TransportOptions {
  readonly env: Environment;
  /** `--ca-bundle`, or the profile's. */
  readonly caBundle: string | undefined;
  /** False: `--no-verify-ssl`. */
  readonly verifyTls: boolean;
  readonly timeoutMs: number;
}

/** The SDK itself knows neither proxies nor AWS_CA_BUNDLE. @throws FedctlError CredentialUnavailable for an unreadable bundle */
export async function awsTransport(url: URL, options: TransportOptions): Promise<Transport> {
  const limits = {
    connectionTimeout: Math.min(options.timeoutMs, 10_000),
    requestTimeout: options.timeoutMs,
    throwOnRequestTimeout: true,
  } as const;
  const ca = await bundle(options.caBundle);
  const tls = { ...(ca !== undefined && { ca }), ...(!options.verifyTls && { rejectUnauthorized: false }) };
  const proxy = proxyFor(url, options.env);
  if (proxy !== undefined) {
    // A CommonJS module: in the bundle its names are reached through the default export only.
    const { default: proxies } = await import("https-proxy-agent");
    const agent = new proxies.HttpsProxyAgent(proxy);
    // What its constructor takes is for the proxy; these are for what lies behind.
    Object.assign(agent.options, tls);
    return { ...limits, httpsAgent: agent };
  }
  const { Agent: HttpsAgent } = await import("node:https");
  return { ...limits, httpsAgent: new HttpsAgent({ ...tls, keepAlive: true }) };
}

async function bundle(path: string | undefined): Promise<string | undefined> {
  if (path === undefined || path === "") return undefined;
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new FedctlError("CredentialUnavailable", `cannot read the certificates in ${path}`, {
      cause,
      hint: "look at AWS_CA_BUNDLE, and at ca_bundle in the profile",
    });
  }
}

/** The proxy that the environment names for `url`, as aws reads it. */
export function proxyFor(url: URL, env: Environment): string | undefined {
  if (url.protocol !== "https:") return undefined;
  const variable = (name: string): string => env[name.toLowerCase()] ?? env[name] ?? "";
  const proxy = variable("HTTPS_PROXY");
  if (proxy === "" || isExempt(url, variable("NO_PROXY"))) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

function isExempt({ hostname, host }: URL, list: string): boolean {
  const entries = list.split(",").map((entry) =>
    entry
      .trim()
      .toLowerCase()
      .replace(/^\*?\./, ""),
  );
  return entries.some(
    (entry) =>
      entry === "*" || (entry !== "" && [hostname, host].some((each) => each === entry || each.endsWith(`.${entry}`))),
  );
}
