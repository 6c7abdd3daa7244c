import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { verifySigned } from "./sigv4.ts";
import { account, type IamUser } from "./sts-server.ts";

/** A cluster as EKS has it. */
export interface HeldCluster {
  readonly name: string;
  readonly region: string;
  readonly status?: string;
  readonly endpoint?: string;
  readonly caPem?: string;
}

export interface EksServer extends AsyncDisposable {
  /** For AWS_ENDPOINT_URL_EKS: one address for all regions, which requests name in their signature. */
  readonly endpoint: string;
  /** `REGION METHOD PATH` of what was answered, and "refused" for each other request. */
  readonly answered: string[];
}

export interface EksServerOptions {
  readonly users: readonly IamUser[];
  readonly clusters: readonly HeldCluster[];
  /** Clusters on a page, as real EKS has 100. */
  readonly pageSize?: number;
  /** Regions that answer as they do whom a policy keeps out. */
  readonly forbidden?: readonly string[];
  /** Names that no policy lets describe. */
  readonly undescribed?: readonly string[];
}

export function arnOfCluster({ region, name }: Pick<HeldCluster, "region" | "name">): string {
  return `arn:aws:eks:${region}:${account}:cluster/${name}`;
}

/** Answers ListClusters and DescribeCluster as EKS does, to whoever signed with the key of one of the users. */
export async function startEks(options: EksServerOptions): Promise<EksServer> {
  const answered: string[] = [];
  const secrets = Object.fromEntries(options.users.map(({ accessKey, secretKey }) => [accessKey, secretKey]));
  const server = createServer(({ url: path = "/", method = "", headers }: IncomingMessage, answer: ServerResponse) => {
    const url = new URL(path, `http://${headers.host ?? ""}`);
    const signer = method === "GET" ? verifySigned({ url, headers }, secrets) : undefined;
    const isAnswered = signer?.service === "eks";
    answered.push(isAnswered ? `${signer.region} ${method} ${path}` : "refused");
    const reply = isAnswered ? replyTo(url, signer.region, options) : wrongSignature;
    const type = reply.errorType === undefined ? {} : { "x-amzn-errortype": reply.errorType };
    answer.writeHead(reply.status, { "content-type": "application/json", ...type }).end(JSON.stringify(reply.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // TCP, so never a pipe's name
    answered,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Reply {
  readonly status: number;
  readonly errorType?: string;
  readonly body: unknown;
}

function failure(status: number, errorType: string, message: string): Reply {
  return { status, errorType, body: { message } };
}

const wrongSignature = failure(
  403,
  "InvalidSignatureException",
  "The request signature we calculated does not match the signature you provided.",
);

function replyTo(url: URL, region: string, options: EksServerOptions): Reply {
  const here = options.clusters.filter((cluster) => cluster.region === region);
  const [, root, encoded] = url.pathname.split("/");
  if (root !== "clusters" || options.forbidden?.includes(region) === true) return denied(url.pathname);
  if (encoded === undefined) return page(here, url.searchParams, options.pageSize ?? 100);
  const name = decodeURIComponent(encoded);
  if (options.undescribed?.includes(name) === true) return denied(url.pathname);
  const cluster = here.find((each) => each.name === name);
  if (cluster === undefined) return failure(404, "ResourceNotFoundException", `No cluster found for name: ${name}.`);
  return { status: 200, body: { cluster: describe(cluster) } };
}

function denied(path: string): Reply {
  return failure(403, "AccessDeniedException", `User is not authorized to perform this on ${path}`);
}

function page(clusters: readonly HeldCluster[], query: URLSearchParams, size: number): Reply {
  const start = Number(query.get("nextToken") ?? 0);
  const names = clusters.map(({ name }) => name);
  const nextToken = start + size < names.length ? String(start + size) : undefined;
  return { status: 200, body: { clusters: names.slice(start, start + size), nextToken } };
}

function describe(cluster: HeldCluster): unknown {
  const { name, status = "ACTIVE", endpoint, caPem } = cluster;
  return {
    name,
    arn: arnOfCluster(cluster),
    createdAt: 1_700_000_000,
    version: "1.33",
    ...(endpoint !== undefined && { endpoint }),
    roleArn: `arn:aws:iam::${account}:role/eksRole`,
    status,
    certificateAuthority: caPem === undefined ? {} : { data: Buffer.from(caPem).toString("base64") },
    platformVersion: "eks.4",
    tags: {},
  };
}
