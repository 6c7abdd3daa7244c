import { ExitCode, FedctlError } from "../../errors.ts";
import type { ClientConfig } from "../../kubeconfig/types.ts";
import type { JoinOptions } from "./options.ts";
import { endpointOf } from "./registration.ts";

/** How a KubeFedCluster says that its cluster is reached. */
export interface StoredEndpoint {
  /** As it is stored. */
  readonly apiEndpoint: string;
  /** The same as requests need it. */
  readonly baseUrl: string;
  readonly caPem: Buffer | undefined;
  /** No CA is known yet: the one that comes with the token is to be stored. */
  readonly awaitsAuthority: boolean;
  readonly skipsVerification: boolean;
  readonly proxyUrl: string | undefined;
}

type EndpointOptions = Pick<JoinOptions, "clusterName" | "apiEndpoint" | "caPem" | "source">;

/**
 * What the options and the kubeconfig come to. Pure. Who names a CA wants it used: insecure-skip-tls-verify then counts no more.
 * @throws FedctlError Usage for an address that is none, ClusterUnsupported for settings that a KubeFedCluster cannot hold
 */
export function storedEndpoint(options: EndpointOptions, config: ClientConfig): StoredEndpoint {
  const { tls } = config;
  const { address, authority } = toldOf(options);
  const given = address === undefined ? undefined : parseEndpoint(address);
  if (given === undefined) refuseServerName(options, config);
  const caPem = authority === undefined ? tls.caPem : Buffer.from(authority);
  return {
    apiEndpoint: endpointOf({ server: address ?? config.server }),
    baseUrl: given ?? config.baseUrl,
    caPem,
    awaitsAuthority: caPem === undefined,
    skipsVerification: tls.insecureSkipVerify && authority === undefined,
    proxyUrl: config.proxyUrl,
  };
}

function toldOf({ apiEndpoint, caPem, source }: EndpointOptions): { address?: string; authority?: string } {
  const address = apiEndpoint ?? source?.apiEndpoint;
  const authority = caPem ?? source?.caPem;
  return { ...(address !== undefined && { address }), ...(authority !== undefined && { authority }) };
}

/** What webhooks of KubeFed take, and nothing that would be a secret. */
function parseEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url !== undefined && ["http:", "https:"].includes(url.protocol) && url.hostname !== "";
  if (!isWeb) throw badEndpoint(`"${text}" is no address of an API server`, "https://api.example.com:6443");
  const bare = `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
  if (`${url.username}${url.password}${url.search}${url.hash}` !== "")
    throw badEndpoint("it may hold no user, password, query or fragment", bare);
  return bare;
}

function badEndpoint(why: string, example: string): FedctlError {
  return new FedctlError("Usage", `wrong --api-endpoint: ${why}`, {
    exitCode: ExitCode.Usage,
    hint: `give a URL, as in: --api-endpoint ${example}`,
  });
}

function refuseServerName({ clusterName }: EndpointOptions, { tls, baseUrl, contextName }: ClientConfig): void {
  if (tls.serverName === undefined) return;
  const url = new URL(baseUrl);
  url.hostname = tls.serverName;
  throw new FedctlError(
    "ClusterUnsupported",
    `cluster "${clusterName}" cannot be joined: context "${contextName}" sets tls-server-name, which a KubeFedCluster cannot hold`,
    {
      hint: `give an address that its certificate names, perhaps --api-endpoint ${url.origin}${url.pathname.replace(/\/$/, "")}, and --ca-file where another CA vouches for it`,
      exitCode: ExitCode.Conflict,
    },
  );
}

/** The settings of a connection that is made of nothing but what is stored. */
export function connectionFor(stored: StoredEndpoint, config: ClientConfig, caPem = stored.caPem): ClientConfig {
  const isTls = stored.baseUrl.toLowerCase().startsWith("https://");
  const { skipsVerification } = stored;
  return {
    ...config,
    server: stored.apiEndpoint,
    baseUrl: stored.baseUrl,
    tls: {
      caPem: isTls && !skipsVerification ? caPem : undefined,
      caFile: undefined,
      insecureSkipVerify: isTls && skipsVerification,
      serverName: undefined,
    },
    proxyUrl: stored.proxyUrl,
    credentials: { kind: "anonymous" },
    impersonation: undefined,
  };
}
