import { FedctlError } from "../errors.ts";
import { assumeRole } from "./assume-role.ts";
import { type AwsSession, clientSettings } from "./aws-session.ts";
import { awsCachePath, readCachedKeys, writeCachedKeys } from "./internal/credential-cache.ts";
import { type CredentialSource, noCredentials, type RoleOfProfile } from "./credential-source.ts";
import type { AwsKeys } from "./token.ts";

/** Asks a source for its keys; the SDK's providers do it where they are the ones who know how. @throws FedctlError */
export async function fetchKeys(source: CredentialSource, session: AwsSession): Promise<AwsKeys> {
  switch (source.kind) {
    case "static":
      return source.keys;
    case "role":
      return roleKeys(source.role, source.source, session);
    case "process": {
      const { processKeys } = await import("./internal/credential-process.ts");
      const { env, signal } = session.deps;
      return processKeys({
        command: source.command,
        profile: source.profile,
        env,
        timeoutMs: session.options.timeoutMs,
        signal,
      });
    }
    default:
      return providerKeys(source, session);
  }
}

/** A role that stays good for a while is taken from the cache that aws keeps. */
async function roleKeys(role: RoleOfProfile, source: CredentialSource, session: AwsSession): Promise<AwsKeys> {
  const { deps } = session;
  const path = awsCachePath(deps.env, {
    RoleArn: role.roleArn,
    ...(role.sessionName !== undefined && { RoleSessionName: role.sessionName }),
    ...(role.externalId !== undefined && { ExternalId: role.externalId }),
    ...(role.durationSeconds !== undefined && { DurationSeconds: role.durationSeconds }),
    ...(role.mfaSerial !== undefined && { SerialNumber: role.mfaSerial }),
  });
  const cached = await readCachedKeys(path, deps.now() + 15 * 60_000);
  if (cached !== undefined) return cached;
  if (role.mfaSerial !== undefined) {
    throw new FedctlError(
      "CredentialUnavailable",
      `AWS profile ${role.profile} needs a code of ${role.mfaSerial}, which fedctl does not ask for`,
      {
        hint: `run "aws sts get-caller-identity --profile ${role.profile}", whose cached login fedctl then uses`,
      },
    );
  }
  const keys = await assumeRole(
    {
      roleArn: role.roleArn,
      sessionName: role.sessionName ?? `fedctl-session-${Math.floor(deps.now() / 1000)}`,
      externalId: role.externalId,
      durationSeconds: role.durationSeconds,
    },
    await fetchKeys(source, session),
    session,
  );
  await writeCachedKeys(path, keys);
  return keys;
}

type ProvidedSource = Extract<CredentialSource, { kind: "webIdentity" | "sso" | "login" | "container" | "instance" }>;

async function providerKeys(source: ProvidedSource, session: AwsSession): Promise<AwsKeys> {
  try {
    const keys = await limited(provide(source, session), session);
    return { accessKeyId: keys.accessKeyId, secretAccessKey: keys.secretAccessKey, sessionToken: keys.sessionToken };
  } catch (error) {
    if (error instanceof FedctlError) throw error;
    if (source.kind === "instance") throw noCredentials(error);
    const reason = error instanceof Error ? error.message : String(error);
    throw new FedctlError("CredentialUnavailable", `no AWS credentials from ${describe(source)}: ${reason}`, {
      cause: error,
      hint: hintFor(source),
    });
  }
}

async function provide(source: ProvidedSource, session: AwsSession): Promise<AwsKeys> {
  const providers = await import("@aws-sdk/credential-providers");
  const region = session.place.region ?? "us-east-1";
  const { requestHandler } = await clientSettings(session, region, undefined);
  const clientConfig = { region, requestHandler };
  const paths = { filepath: session.files.credentialsPath, configFilepath: session.files.configPath };
  switch (source.kind) {
    case "webIdentity":
      return providers.fromTokenFile({
        webIdentityTokenFile: source.tokenFile,
        roleArn: source.roleArn,
        ...(source.sessionName !== undefined && { roleSessionName: source.sessionName }),
        clientConfig,
      })();
    case "sso":
      return providers.fromSSO({ profile: source.profile, ...paths, clientConfig: { requestHandler } })();
    case "login":
      return providers.fromLoginCredentials({ profile: source.profile, ...paths, clientConfig })();
    case "container":
      return providers.fromHttp({ timeout: 5000, maxRetries: 1 })();
    case "instance":
      return providers.fromInstanceMetadata({ timeout: 1000, maxRetries: 1 })();
  }
}

/** The providers know neither Ctrl-C nor a limit of their own. */
async function limited<T>(work: Promise<T>, { deps, options }: AwsSession): Promise<T> {
  const limit = AbortSignal.any([deps.signal, AbortSignal.timeout(options.timeoutMs)]);
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      limit.addEventListener("abort", () => {
        const reason: unknown = limit.reason;
        reject(reason instanceof FedctlError ? reason : new Error(`no answer within ${options.timeoutMs / 1000} s`));
      });
    }),
  ]);
}

function describe(source: ProvidedSource): string {
  switch (source.kind) {
    case "sso":
    case "login":
      return `the login of AWS profile ${source.profile}`;
    case "webIdentity":
      return `the web identity in ${source.tokenFile}`;
    case "container":
      return "the container";
    case "instance":
      return "the instance";
  }
}

function hintFor(source: ProvidedSource): string {
  if (source.kind === "sso") return `run "aws sso login --profile ${source.profile}"`;
  if (source.kind === "login") return `run "aws login --profile ${source.profile}"`;
  return "look at the AWS_* variables of this environment";
}
