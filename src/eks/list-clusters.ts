import type { DescribeClusterCommandOutput, EKSClient } from "@aws-sdk/client-eks";
import { FedctlError } from "../errors.ts";
import { awsIdentity } from "./assume-role.ts";
import { asked, type AwsSession, clientSettings, endpointOf, requireRegion } from "./aws-session.ts";
import { traceRequests } from "./internal/trace-requests.ts";
import { matchName } from "./match-name.ts";
import type { AwsKeys } from "./token.ts";

/** A cluster as EKS lists it; undefined is what EKS did not tell, or what may not be asked. */
export interface EksClusterSummary {
  readonly name: string;
  readonly region: string;
  readonly arn: string | undefined;
  /** `ACTIVE`, `CREATING`, ... */
  readonly status: string | undefined;
  /** Of Kubernetes: `1.33`. */
  readonly version: string | undefined;
  readonly endpoint: string | undefined;
}

export interface EksClusterList {
  /** By name; those of several regions one region after the other. */
  readonly clusters: readonly EksClusterSummary[];
  /** Of clusters that could not be described, and of regions that could not be listed. */
  readonly failures: readonly FedctlError[];
}

export interface ListRequest {
  /** A shell's pattern for names; undefined: all. */
  readonly match: string | undefined;
  /** `--endpoint-url`. */
  readonly endpointUrl: string | undefined;
}

/** So many clusters are described at a time: EKS limits how often it is asked. */
const describedAtOnce = 8;

/** The clusters of the session's region. @throws FedctlError when they cannot be listed */
export async function listClusters(
  { match, endpointUrl }: ListRequest,
  keys: AwsKeys,
  session: AwsSession,
): Promise<EksClusterList> {
  const region = requireRegion(session);
  const { EKSClient: Client } = await import("./internal/eks-sdk.ts");
  const settings = await clientSettings(session, region, endpointUrl ?? endpointOf("eks", session));
  const client = new Client({ ...settings, credentials: awsIdentity(keys) });
  traceRequests(client, session.deps);
  try {
    const names = await clusterNames(client, session);
    const wanted = match === undefined ? names : names.filter(matchName(match));
    const described: Described[] = [];
    for (let index = 0; index < wanted.length; index += describedAtOnce) {
      const some = wanted.slice(index, index + describedAtOnce);
      described.push(...(await Promise.all(some.map((name) => describe(name, region, { client, session })))));
    }
    return {
      clusters: described.flatMap(({ cluster }) => cluster ?? []),
      failures: described.flatMap(({ failure }) => failure ?? []),
    };
  } finally {
    client.destroy();
  }
}

/** Of all clusters that the client's region has, in order. @throws FedctlError Aws* */
export async function clusterNames(client: EKSClient, session: AwsSession): Promise<readonly string[]> {
  return asked(`cannot list the EKS clusters in ${requireRegion(session)}`, () => allNames(client, session));
}

async function allNames(client: EKSClient, { deps }: AwsSession): Promise<readonly string[]> {
  const { paginateListClusters } = await import("./internal/eks-sdk.ts");
  const names: string[] = [];
  const pages = paginateListClusters({ client, stopOnSameToken: true }, {}, { abortSignal: deps.signal });
  for await (const { clusters = [] } of pages) names.push(...clusters);
  return names.toSorted();
}

interface Described {
  readonly cluster?: EksClusterSummary;
  readonly failure?: FedctlError;
}

interface Asking {
  readonly client: EKSClient;
  readonly session: AwsSession;
}

/** Neither for a cluster that went since it was listed. */
async function describe(name: string, region: string, { client, session }: Asking): Promise<Described> {
  const { DescribeClusterCommand, ResourceNotFoundException } = await import("./internal/eks-sdk.ts");
  try {
    const answer = await asked(`cannot describe EKS cluster ${name} in ${region}`, () =>
      client.send(new DescribeClusterCommand({ name }), { abortSignal: session.deps.signal }),
    );
    return { cluster: summary(name, region, answer.cluster) };
  } catch (error) {
    if (!(error instanceof FedctlError) || error.code === "Interrupted") throw error;
    if (error.cause instanceof ResourceNotFoundException) return {};
    return { cluster: summary(name, region, undefined), failure: error };
  }
}

function summary(name: string, region: string, cluster: DescribeClusterCommandOutput["cluster"]): EksClusterSummary {
  const { arn, status, version, endpoint } = cluster ?? {};
  return { name, region, arn, status, version, endpoint };
}
