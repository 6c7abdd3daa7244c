import { FedctlError } from "../errors.ts";
import { asked, type AwsSession, clientSettings, endpointOf } from "./aws-session.ts";
import { type ExpiringKeys, ownCachePath, readCachedKeys, writeCachedKeys } from "./internal/credential-cache.ts";
import { traceRequests } from "./internal/trace-requests.ts";
import { stsPlace } from "./region.ts";
import type { AwsKeys } from "./token.ts";

export interface RoleRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly externalId?: string | undefined;
  readonly durationSeconds?: number | undefined;
}

/** A role's keys from the STS of the session's region. @throws FedctlError Aws* */
export async function assumeRole(request: RoleRequest, keys: AwsKeys, session: AwsSession): Promise<ExpiringKeys> {
  const { STSClient, AssumeRoleCommand } = await import("@aws-sdk/client-sts");
  const { endpoint, signingRegion } = stsPlace(session.place, endpointOf("sts", session));
  const settings = await clientSettings(session, signingRegion, endpoint);
  // The endpoint says it all; beside one of its own the SDK refuses these.
  const client = new STSClient({
    ...settings,
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    credentials: awsIdentity(keys),
  });
  traceRequests(client, session.deps);
  try {
    const { Credentials: given } = await asked(`cannot assume role ${request.roleArn}`, () =>
      client.send(
        new AssumeRoleCommand({
          RoleArn: request.roleArn,
          RoleSessionName: request.sessionName,
          ...(request.externalId !== undefined && { ExternalId: request.externalId }),
          ...(request.durationSeconds !== undefined && { DurationSeconds: request.durationSeconds }),
        }),
        { abortSignal: session.deps.signal },
      ),
    );
    if (given?.AccessKeyId === undefined || given.SecretAccessKey === undefined) {
      throw new FedctlError(
        "AwsRequestRefused",
        `cannot assume role ${request.roleArn}: the answer holds no credentials`,
        {
          hint: "look at AWS_ENDPOINT_URL_STS and HTTPS_PROXY",
        },
      );
    }
    return {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
      expiresAt: given.Expiration?.getTime() ?? session.deps.now(),
    };
  } finally {
    client.destroy();
  }
}

/** The SDK's shape of keys; an absent session token must be absent there. */
export function awsIdentity({ accessKeyId, secretAccessKey, sessionToken }: AwsKeys): {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
} {
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

/** As {@link assumeRole}, but asks once an hour and not for each kubectl (decision 0076). */
export async function assumeRoleCached(request: RoleRequest, keys: AwsKeys, session: AwsSession): Promise<AwsKeys> {
  const { endpoint } = stsPlace(session.place, endpointOf("sts", session));
  const path = ownCachePath(session.deps.env, [keys.accessKeyId, request.roleArn, request.sessionName, endpoint]);
  // A token outlives its making by 15 minutes at most: so long its keys must be good.
  const cached = await readCachedKeys(path, session.deps.now() + 15 * 60_000);
  if (cached !== undefined) return cached;
  const fresh = await assumeRole(request, keys, session);
  await writeCachedKeys(path, fresh);
  return fresh;
}
