import { type Command, Option } from "commander";
import type { AwsDeps, AwsOptions } from "../../eks/aws-session.ts";
import { AwsOption } from "../aws-option.ts";
import type { Deps } from "../deps.ts";
import { parseDuration } from "../duration.ts";
import { addOutputFlags, defaultRequestTimeoutMs, given, type OutputFlags } from "../shared-options.ts";

/** Flags of every eks command, named as aws names them. */
export interface AwsFlags extends OutputFlags {
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
  readonly caBundle?: string;
  readonly verifySsl?: boolean;
  readonly requestTimeout?: number;
}

/** Options of aws that change nothing here: accepted, since they stand in kubeconfigs and scripts. */
const tolerated = [
  "--output <format>",
  "--query <expression>",
  "--color <when>",
  "--debug",
  "--cli-read-timeout <s>",
  "--cli-connect-timeout <s>",
  "--cli-binary-format <format>",
  "--no-paginate",
  "--no-cli-pager",
  "--cli-auto-prompt",
  "--no-cli-auto-prompt",
];

const effective = [
  ["--region <region>", "AWS region (default: $AWS_REGION, $AWS_DEFAULT_REGION, then the profile's)"],
  ["--profile <name>", "profile of ~/.aws/config and ~/.aws/credentials to use (default: $AWS_PROFILE)"],
  ["--endpoint-url <url>", "where EKS is, instead of the region's host"],
  ["--ca-bundle <path>", "certificates to trust (default: $AWS_CA_BUNDLE)"],
  ["--no-verify-ssl", "do not verify certificates"],
] as const;

export function addAwsFlags(command: Command): Command {
  for (const [flags, description] of effective) command.addOption(new AwsOption("global", flags, description));
  command.addOption(
    new Option("--request-timeout <duration>", "limit for each single request")
      .argParser(parseDuration)
      .default(defaultRequestTimeoutMs, "30s"),
  );
  for (const flags of tolerated) command.addOption(new AwsOption("global", flags).hideHelp());
  return addOutputFlags(command);
}

export function awsOptions(flags: AwsFlags): AwsOptions {
  return {
    region: given(flags.region),
    profile: given(flags.profile),
    caBundle: given(flags.caBundle),
    verifyTls: flags.verifySsl ?? true,
    timeoutMs: flags.requestTimeout ?? defaultRequestTimeoutMs,
  };
}

/** With `-v 6` each request is shown on stderr. */
export function awsDeps(
  { env, clock, signal, streams }: Pick<Deps, "env" | "clock" | "signal"> & Partial<Pick<Deps, "streams">>,
  { v = 0 }: OutputFlags = {},
): AwsDeps {
  const onRequest: AwsDeps["onRequest"] = ({ method, url, status, ms }) => {
    streams?.err.write(`${method} ${url} ${status === 0 ? "no answer" : String(status)} ${ms.toFixed(0)} ms\n`);
  };
  return { env, now: () => clock.now(), signal, ...(v >= 6 && { onRequest }) };
}
