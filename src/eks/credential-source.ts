import { FedctlError } from "../errors.ts";
import type { AwsFiles, Environment, Section } from "./profile-files.ts";
import type { AwsKeys } from "./token.ts";

/** Where keys come from; chosen without asking anybody. */
export type CredentialSource =
  | { readonly kind: "static"; readonly keys: AwsKeys }
  | { readonly kind: "role"; readonly role: RoleOfProfile; readonly source: CredentialSource }
  | {
      readonly kind: "webIdentity";
      readonly roleArn: string;
      readonly tokenFile: string;
      readonly sessionName: string | undefined;
    }
  | { readonly kind: "sso"; readonly profile: string }
  | { readonly kind: "login"; readonly profile: string }
  | { readonly kind: "process"; readonly command: string; readonly profile: string }
  | { readonly kind: "container" }
  | { readonly kind: "instance" };

export interface RoleOfProfile {
  readonly profile: string;
  readonly roleArn: string;
  readonly sessionName?: string | undefined;
  readonly externalId?: string | undefined;
  readonly durationSeconds?: number | undefined;
  readonly mfaSerial?: string | undefined;
}

export interface ProfileChoice {
  readonly name: string;
  /** Named by `--profile`: keys in the environment do not count then. */
  readonly isFlag: boolean;
  /** Named at all; an unnamed default need not exist. */
  readonly isNamed: boolean;
}

export function chooseProfile(flag: string | undefined, env: Environment): ProfileChoice {
  const given = (value: string | undefined): string | undefined => (value === "" ? undefined : value);
  const named = given(flag) ?? given(env["AWS_PROFILE"]) ?? given(env["AWS_DEFAULT_PROFILE"]);
  return { name: named ?? "default", isFlag: given(flag) !== undefined, isNamed: named !== undefined };
}

/** The keys in the environment. @throws FedctlError CredentialUnavailable for half of them */
export function environmentKeys(env: Environment): AwsKeys | undefined {
  const accessKeyId = env["AWS_ACCESS_KEY_ID"] ?? "";
  if (accessKeyId === "") return undefined;
  const secretAccessKey = env["AWS_SECRET_ACCESS_KEY"] ?? "";
  if (secretAccessKey === "") throw partial("the environment", "AWS_SECRET_ACCESS_KEY");
  const tokens = [env["AWS_SESSION_TOKEN"], env["AWS_SECURITY_TOKEN"]];
  return { accessKeyId, secretAccessKey, sessionToken: tokens.find((token) => token !== undefined && token !== "") };
}

/**
 * The source that aws would use, so that nobody logs in as somebody else (decision 0075): keys in the environment unless
 * `--profile` is given, then what the profile says, then the container's or the machine's own role.
 * @throws FedctlError CredentialUnavailable
 */
export function chooseSource(choice: ProfileChoice, env: Environment, files: AwsFiles): CredentialSource {
  const keys = choice.isFlag ? undefined : environmentKeys(env);
  if (keys !== undefined) return { kind: "static", keys };
  requireProfile(choice, files);
  const ofProfile =
    roleSource(choice.name, { env, files, seen: [] }) ??
    profileSource(choice.name, files, environmentIdentity(choice, env));
  if (ofProfile !== undefined) return ofProfile;
  if (hasContainer(env)) return { kind: "container" };
  if ((env["AWS_EC2_METADATA_DISABLED"] ?? "").toLowerCase() !== "true") return { kind: "instance" };
  throw noCredentials();
}

export function noCredentials(cause?: unknown): FedctlError {
  return new FedctlError(
    "CredentialUnavailable",
    "no AWS credentials found in environment, profile, container or instance",
    {
      hint: 'set AWS_PROFILE, or run "aws configure" or "aws sso login"',
      cause,
    },
  );
}

/** @throws FedctlError CredentialUnavailable */
export function requireProfile(choice: ProfileChoice, files: AwsFiles): void {
  if (!choice.isNamed || files.profiles.has(choice.name)) return;
  if (choice.name === "default" && files.profiles.size === 0) return;
  throw new FedctlError(
    "CredentialUnavailable",
    `AWS profile ${choice.name} is not in ${files.configPath} or ${files.credentialsPath}`,
    {
      hint: 'list the profiles with "aws configure list-profiles"',
    },
  );
}

function hasContainer(env: Environment): boolean {
  const names = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
  return names.some((name) => (env[name] ?? "") !== "");
}

interface RoleContext {
  readonly env: Environment;
  readonly files: AwsFiles;
  /** Profiles on the way here: a circle ends at one that has keys of its own. */
  readonly seen: readonly string[];
}

function roleSource(profile: string, context: RoleContext): CredentialSource | undefined {
  const section = context.files.profiles.get(profile);
  const roleArn = section?.get("role_arn");
  if (section === undefined || roleArn === undefined || section.has("web_identity_token_file")) return undefined;
  const duration = section.get("duration_seconds");
  const role: RoleOfProfile = {
    profile,
    roleArn,
    sessionName: section.get("role_session_name"),
    externalId: section.get("external_id"),
    durationSeconds: duration === undefined ? undefined : Number(duration),
    mfaSerial: section.get("mfa_serial"),
  };
  return { kind: "role", role, source: sourceOfRole(profile, section, context) };
}

function sourceOfRole(profile: string, section: Section, context: RoleContext): CredentialSource {
  const sourceProfile = section.get("source_profile");
  const credentialSource = section.get("credential_source");
  const fail = (message: string): FedctlError =>
    new FedctlError("CredentialUnavailable", `AWS profile ${profile}: ${message}`, {
      hint: `look at ${context.files.configPath}`,
    });
  if (sourceProfile !== undefined && credentialSource !== undefined) {
    throw fail("both source_profile and credential_source are set");
  }
  if (credentialSource !== undefined) return namedSource(credentialSource, context.env, fail);
  if (sourceProfile === undefined) throw fail("role_arn needs source_profile or credential_source");
  return fromSourceProfile(sourceProfile, { ...context, seen: [...context.seen, profile] }, fail);
}

type Fail = (message: string) => FedctlError;

function fromSourceProfile(name: string, context: RoleContext, fail: Fail): CredentialSource {
  const section = context.files.profiles.get(name);
  if (section === undefined) throw fail(`source_profile ${name} does not exist`);
  const keys = staticKeys(section, `AWS profile ${name}`);
  const isItself = context.seen.at(-1) === name;
  // A role may be assumed with keys that stand beside it.
  if (keys !== undefined && (isItself || !section.has("role_arn"))) return { kind: "static", keys };
  if (context.seen.includes(name)) {
    throw fail(`source_profile leads in a circle: ${[...context.seen, name].join(" -> ")}`);
  }
  const source = roleSource(name, context) ?? profileSource(name, context.files, undefined);
  if (source === undefined) throw fail(`source_profile ${name} holds no credentials`);
  return source;
}

function namedSource(name: string, env: Environment, fail: Fail): CredentialSource {
  switch (name.toLowerCase()) {
    case "environment": {
      const keys = environmentKeys(env);
      if (keys === undefined) throw fail("credential_source is Environment, which holds no keys");
      return { kind: "static", keys };
    }
    case "ecscontainer":
      return { kind: "container" };
    case "ec2instancemetadata":
      return { kind: "instance" };
    default:
      throw fail(`credential_source ${name} is not Environment, EcsContainer or Ec2InstanceMetadata`);
  }
}

type WebIdentity = Extract<CredentialSource, { kind: "webIdentity" }>;

/** What EKS puts into a pod's environment; like other keys there, no match for `--profile`. */
function environmentIdentity(choice: ProfileChoice, env: Environment): WebIdentity | undefined {
  const tokenFile = env["AWS_WEB_IDENTITY_TOKEN_FILE"] ?? "";
  if (choice.isFlag || tokenFile === "") return undefined;
  const roleArn = env["AWS_ROLE_ARN"] ?? "";
  if (roleArn === "") throw partial("the environment", "AWS_ROLE_ARN");
  return { kind: "webIdentity", tokenFile, roleArn, sessionName: env["AWS_ROLE_SESSION_NAME"] };
}

function profileSource(
  profile: string,
  files: AwsFiles,
  identity: WebIdentity | undefined,
): CredentialSource | undefined {
  const section: Section = files.profiles.get(profile) ?? new Map<string, string>();
  const federated = identity ?? webIdentity(profile, section);
  if (federated !== undefined) return federated;
  if (section.has("sso_start_url") || section.has("sso_session")) return { kind: "sso", profile };
  const stored = staticKeys(files.credentials.get(profile), files.credentialsPath);
  if (stored !== undefined) return { kind: "static", keys: stored };
  if (section.has("login_session")) return { kind: "login", profile };
  const command = section.get("credential_process");
  if (command !== undefined) return { kind: "process", command, profile };
  const keys = staticKeys(section, files.configPath);
  return keys === undefined ? undefined : { kind: "static", keys };
}

function webIdentity(profile: string, section: Section): WebIdentity | undefined {
  const tokenFile = section.get("web_identity_token_file");
  if (tokenFile === undefined) return undefined;
  const roleArn = section.get("role_arn");
  if (roleArn === undefined) throw partial(`AWS profile ${profile}`, "role_arn");
  return { kind: "webIdentity", tokenFile, roleArn, sessionName: section.get("role_session_name") };
}

function staticKeys(section: Section | undefined, where: string): AwsKeys | undefined {
  const accessKeyId = section?.get("aws_access_key_id");
  if (section === undefined || accessKeyId === undefined) return undefined;
  const secretAccessKey = section.get("aws_secret_access_key");
  if (secretAccessKey === undefined) throw partial(where, "aws_secret_access_key");
  return {
    accessKeyId,
    secretAccessKey,
    sessionToken: section.get("aws_session_token") ?? section.get("aws_security_token"),
  };
}

function partial(where: string, missing: string): FedctlError {
  return new FedctlError("CredentialUnavailable", `partial AWS credentials in ${where}: ${missing} is missing`, {
    hint: `set ${missing}, or remove the other half`,
  });
}
