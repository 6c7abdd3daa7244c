import { FedctlError } from "../errors.ts";
import type { AwsFiles, Environment } from "./profile-files.ts";

/** Where AWS is to be reached, as flags, environment and profile say. */
export interface AwsPlace {
  /** Undefined: none was named. */
  readonly region: string | undefined;
  readonly fips: boolean;
  readonly dualstack: boolean;
}

export interface PlaceOptions {
  readonly region?: string | undefined;
  readonly profile: string;
}

/** The order of aws version 2 (decision 0075). @throws FedctlError Usage for a region that cannot be one */
export function awsPlace(options: PlaceOptions, env: Environment, files: AwsFiles): AwsPlace {
  const profile = files.profiles.get(options.profile);
  const candidates = [options.region, env["AWS_REGION"], env["AWS_DEFAULT_REGION"], profile?.get("region")];
  const region = candidates.find((each) => each !== undefined && each !== "");
  if (region !== undefined && !/^(?!\d+$)(?!-)[a-zA-Z0-9-]{1,63}(?<!-)$/.test(region)) {
    throw new FedctlError("RegionInvalid", `region "${region}" does not have the form of one`, {
      hint: "name a region, such as --region eu-west-1",
    });
  }
  const isOn = (variable: string, key: string): boolean =>
    (env[variable] ?? profile?.get(key) ?? "").toLowerCase() === "true";
  return {
    region,
    fips: isOn("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
    dualstack: isOn("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
  };
}

const suffixes: readonly (readonly [RegExp, string, string])[] = [
  [/^cn-/, "amazonaws.com.cn", "api.amazonwebservices.com.cn"],
  [/^us-iso-/, "c2s.ic.gov", "api.aws.ic.gov"],
  [/^us-isob-/, "sc2s.sgov.gov", "api.aws.scloud"],
  [/^us-isof-/, "csp.hci.ic.gov", "api.aws.hci.ic.gov"],
  [/^eu-isoe-/, "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"],
  [/^eusc-/, "amazonaws.eu", "api.amazonwebservices.eu"],
  [/^/, "amazonaws.com", "api.aws"],
];

export interface StsPlace {
  readonly endpoint: string;
  readonly signingRegion: string;
}

/** The STS host of a region, without the SDK's rules, which a test compares it with. No region: the global host. */
export function stsPlace(place: AwsPlace, configured: string | undefined): StsPlace {
  const { region = "aws-global" } = place;
  const isGlobal = region === "aws-global";
  const signingRegion = isGlobal ? "us-east-1" : region;
  if (configured !== undefined) return { endpoint: configured, signingRegion };
  if (isGlobal && !place.fips && !place.dualstack) return { endpoint: "https://sts.amazonaws.com/", signingRegion };
  return { endpoint: `https://${stsHost(signingRegion, place)}/`, signingRegion };
}

function stsHost(region: string, { fips, dualstack }: AwsPlace): string {
  const [, plain = "", dual = ""] = suffixes.find(([pattern]) => pattern.test(region)) ?? [];
  // GovCloud's own hosts are the FIPS ones.
  const isFipsAlready = region.startsWith("us-gov-") && !dualstack;
  return `sts${fips && !isFipsAlready ? "-fips" : ""}.${region}.${dualstack ? dual : plain}`;
}

/** `AWS_ENDPOINT_URL_STS`, `AWS_ENDPOINT_URL`, and what the profile says of endpoints, in aws's order. */
export function configuredEndpoint(
  service: "eks" | "sts",
  { env, files, profile }: { readonly env: Environment; readonly files: AwsFiles; readonly profile: string },
): string | undefined {
  const section = files.profiles.get(profile);
  const ignored = env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] ?? section?.get("ignore_configured_endpoint_urls") ?? "";
  if (ignored.toLowerCase() === "true") return undefined;
  const services = section?.get("services");
  const candidates = [
    env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`],
    env["AWS_ENDPOINT_URL"],
    services === undefined ? undefined : files.services.get(services)?.get(`${service}.endpoint_url`),
    section?.get("endpoint_url"),
  ];
  return candidates.find((each) => each !== undefined && each !== "");
}
