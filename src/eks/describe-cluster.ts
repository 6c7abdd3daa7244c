import { ExitCode, FedctlError } from "../errors.ts";
import { asked } from "./aws-session.ts";
import type { EksConnection } from "./eks-connection.ts";

/** What EKS tells of a cluster, as far as kubeconfigs and lists need it. */
export interface EksCluster {
  readonly name: string;
  readonly arn: string;
  /** Of its ARN: where tokens for it are made. */
  readonly region: string;
  /** `ACTIVE`, `CREATING`, ... */
  readonly status: string;
  /** Undefined until it has one. */
  readonly endpoint: string | undefined;
  /** Base64; empty when EKS told none. */
  readonly certificateAuthorityData: string;
  /** Of Kubernetes: `1.32`. */
  readonly version: string | undefined;
  /** Set for a local cluster on an Outpost, which is known by its id. */
  readonly localId: string | undefined;
}

/** A cluster that can be talked to. */
export interface UsableCluster extends EksCluster {
  readonly endpoint: string;
}

/** One request; a cluster in any state. @throws FedctlError EksClusterUnusable when the answer holds none, Aws* */
export async function describeCluster(eks: EksConnection, name: string): Promise<EksCluster> {
  const { DescribeClusterCommand } = await import("./internal/eks-sdk.ts");
  const { cluster } = await asked(`cannot describe EKS cluster ${name} in ${eks.region}`, () =>
    eks.client.send(new DescribeClusterCommand({ name }), { abortSignal: eks.session.deps.signal }),
  );
  if (cluster?.status === undefined || cluster.arn === undefined) {
    throw new FedctlError("EksClusterUnusable", `EKS cluster ${name} was not found in ${eks.region}`, {
      hint: "check name and region, and AWS_ENDPOINT_URL_EKS",
    });
  }
  const { outpostConfig } = cluster;
  return {
    name,
    arn: cluster.arn,
    region: cluster.arn.split(":")[3] ?? "",
    status: cluster.status,
    endpoint: cluster.endpoint,
    certificateAuthorityData: cluster.certificateAuthority?.data ?? "",
    version: cluster.version,
    // One with etcd instances of its own type is reached by name all the same.
    localId: outpostConfig !== undefined && !("etcdInstanceType" in outpostConfig) ? cluster.id : undefined,
  };
}

/** True while waiting makes sense. */
export function isComing({ status }: EksCluster): boolean {
  return status === "CREATING" || status === "PENDING";
}

/** @throws FedctlError EksClusterUnusable */
export function requireUsable(cluster: EksCluster): UsableCluster {
  const { name, arn, status, endpoint } = cluster;
  const refusal = (what: string): FedctlError =>
    new FedctlError("EksClusterUnusable", `EKS cluster ${name} (${arn}) ${what}`, {
      exitCode: ExitCode.Conflict,
      hint: isComing(cluster) ? "wait for it with --wait" : 'see the states of all clusters with "fedctl eks list"',
    });
  if (status !== "ACTIVE" && status !== "UPDATING") throw refusal(`has status ${status}`);
  if (endpoint === undefined) throw refusal("has no endpoint");
  return { ...cluster, endpoint };
}
