import { FedctlError } from "../errors.ts";
import { awsFailure } from "./internal/aws-failure.ts";
import type { Transport } from "./internal/aws-transport.ts";
import {
  chooseProfile,
  chooseSource,
  type CredentialSource,
  type ProfileChoice,
  requireProfile,
} from "./credential-source.ts";
import { type AwsFiles, type Environment, readAwsFiles } from "./profile-files.ts";
import { type AwsPlace, awsPlace, configuredEndpoint } from "./region.ts";

/** Flags of every command that reaches AWS. */
export interface AwsOptions {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly caBundle?: string | undefined;
  readonly verifyTls: boolean;
  readonly timeoutMs: number;
}

export interface AwsDeps {
  readonly env: Environment;
  now(): number;
  readonly signal: AbortSignal;
  /** Called after each request to EKS or STS. */
  readonly onRequest?: ((request: RequestTrace) => void) | undefined;
}

export interface RequestTrace {
  readonly method: string;
  readonly url: string;
  /** 0 when no answer came. */
  readonly status: number;
  readonly ms: number;
}

/** One reading of flags, environment and profile files, and the keys that follow from it. */
export interface AwsSession {
  readonly options: AwsOptions;
  readonly deps: AwsDeps;
  readonly choice: ProfileChoice;
  readonly place: AwsPlace;
  readonly files: AwsFiles;
  readonly source: CredentialSource;
}

/** Makes no request. @throws FedctlError */
export function openAwsSession(options: AwsOptions, deps: AwsDeps): AwsSession {
  const { env } = deps;
  const choice = chooseProfile(options.profile, env);
  const files = readAwsFiles(env);
  requireProfile(choice, files);
  const place = awsPlace({ region: options.region, profile: choice.name }, env, files);
  const source = chooseSource(choice, env, files);
  return { options, deps, choice, place, files, source };
}

export function endpointOf(service: "eks" | "sts", session: AwsSession): string | undefined {
  const { deps, files, choice } = session;
  return configuredEndpoint(service, { env: deps.env, files, profile: choice.name });
}

/** @throws FedctlError RegionMissing */
export function requireRegion({ place }: AwsSession): string {
  if (place.region !== undefined) return place.region;
  throw new FedctlError("RegionMissing", "no AWS region is named", {
    hint: 'give --region, set AWS_REGION, or run "aws configure"',
  });
}

export interface ClientSettings {
  readonly region: string;
  readonly endpoint?: string;
  readonly useFipsEndpoint: boolean;
  readonly useDualstackEndpoint: boolean;
  readonly maxAttempts: number;
  readonly requestHandler: Transport;
}

/** Everything an SDK client would otherwise look up by rules of its own. */
export async function clientSettings(
  session: AwsSession,
  region: string,
  endpoint: string | undefined,
): Promise<ClientSettings> {
  const { options, deps, place, files, choice } = session;
  const caBundle = [options.caBundle, deps.env["AWS_CA_BUNDLE"], files.profiles.get(choice.name)?.get("ca_bundle")];
  const { awsTransport } = await import("./internal/aws-transport.ts");
  const requestHandler = await awsTransport(new URL(endpoint ?? `https://amazonaws.com/`), {
    env: deps.env,
    caBundle: caBundle.find((path) => path !== undefined && path !== ""),
    verifyTls: options.verifyTls,
    timeoutMs: options.timeoutMs,
  });
  const attempts = Number(deps.env["AWS_MAX_ATTEMPTS"] ?? 3);
  return {
    region,
    ...(endpoint !== undefined && { endpoint }),
    useFipsEndpoint: place.fips,
    useDualstackEndpoint: place.dualstack,
    maxAttempts: Number.isInteger(attempts) && attempts > 0 ? attempts : 3,
    requestHandler,
  };
}

/** Runs a request with its failure told. */
export async function asked<T>(what: string, ask: () => Promise<T>, hint?: string): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw awsFailure(error, what, hint);
  }
}
