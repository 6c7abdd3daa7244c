import type { EKSClient } from "@aws-sdk/client-eks";
import { assumeRole, awsIdentity } from "./assume-role.ts";
import {
  type AwsDeps,
  type AwsOptions,
  type AwsSession,
  clientSettings,
  endpointOf,
  openAwsSession,
  requireRegion,
} from "./aws-session.ts";
import { traceRequests } from "./internal/trace-requests.ts";
import { sessionKeys } from "./session-keys.ts";

export interface EksOptions extends AwsOptions {
  /** `--endpoint-url`: EKS only; a role is still assumed at the region's STS. */
  readonly endpointUrl?: string | undefined;
  /** Role to ask EKS as; no token is made with it. */
  readonly assumeRoleArn?: string | undefined;
}

/** The EKS of one region, asked as one identity; many requests may share it. */
export interface EksConnection {
  readonly region: string;
  readonly session: AwsSession;
  readonly client: EKSClient;
  /** Lets the process end. */
  close(): void;
}

/** Finds keys, which may take requests; asks EKS nothing yet. @throws FedctlError */
export async function connectEks(options: EksOptions, deps: AwsDeps): Promise<EksConnection> {
  const session = openAwsSession(options, deps);
  const region = requireRegion(session);
  const own = await sessionKeys(session);
  const { assumeRoleArn: roleArn } = options;
  const keys =
    roleArn === undefined ? own : await assumeRole({ roleArn, sessionName: "EKSDescribeClusterSession" }, own, session);
  const { EKSClient } = await import("./internal/eks-sdk.ts");
  const settings = await clientSettings(session, region, options.endpointUrl ?? endpointOf("eks", session));
  const client = new EKSClient({ ...settings, credentials: awsIdentity(keys) });
  traceRequests(client, session.deps);
  return {
    region,
    session,
    client,
    close: () => {
      client.destroy();
    },
  };
}
