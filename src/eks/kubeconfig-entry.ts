import type { ClusterEntries } from "../kubeconfig/cluster-entries.ts";
import type { UsableCluster } from "./describe-cluster.ts";

export interface EntryOptions {
  /** Name of the context; the user's where there is none. */
  readonly alias?: string | undefined;
  /** Name of the user; the cluster's ARN where there is none. */
  readonly userAlias?: string | undefined;
  /** Name of the cluster entry; its ARN where there is none. */
  readonly clusterAlias?: string | undefined;
  /** Role that tokens are made with. */
  readonly roleArn?: string | undefined;
  readonly proxyUrl?: string | undefined;
  readonly namespace?: string | undefined;
  /** The program that kubectl is to run. */
  readonly exec: "aws" | "fedctl";
}

/** The three entries of a cluster, as `aws eks update-kubeconfig` makes them, the order of their keys included. */
export function kubeconfigEntries(
  cluster: UsableCluster,
  options: EntryOptions,
  profile: string | undefined,
): ClusterEntries {
  const clusterName = options.clusterAlias ?? cluster.arn;
  const userName = options.userAlias ?? cluster.arn;
  const { proxyUrl, namespace } = options;
  return {
    id: cluster.arn,
    region: cluster.region,
    ownName: cluster.localId ?? cluster.name,
    clusterName,
    userName,
    contextName: options.alias ?? userName,
    cluster: new Map([
      ["certificate-authority-data", cluster.certificateAuthorityData],
      ["server", cluster.endpoint],
      ...(proxyUrl === undefined ? [] : [["proxy-url", proxyUrl] as const]),
    ]),
    user: new Map([["exec", execUser(cluster, options, profile)]]),
    context: new Map([
      ["cluster", clusterName],
      ["user", userName],
      ...(namespace === undefined ? [] : [["namespace", namespace] as const]),
    ]),
  };
}

function execUser(
  { name, localId, region }: UsableCluster,
  { roleArn, exec }: EntryOptions,
  profile: string | undefined,
): ReadonlyMap<string, unknown> {
  const who = localId === undefined ? ["--cluster-name", name] : ["--cluster-id", localId];
  const role = roleArn === undefined ? [] : ["--role", roleArn];
  const named = new Map([
    ["name", "AWS_PROFILE"],
    ["value", profile],
  ]);
  return new Map<string, unknown>([
    ["apiVersion", "client.authentication.k8s.io/v1beta1"],
    ["args", ["--region", region, "eks", "get-token", ...who, "--output", "json", ...role]],
    ["command", exec],
    ...(profile === undefined ? [] : [["env", [named]] as const]),
  ]);
}
