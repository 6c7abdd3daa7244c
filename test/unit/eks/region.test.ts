import { STSClient } from "@aws-sdk/client-sts";
import { describe, expect, test } from "vitest";
import type { AwsFiles } from "../../../src/eks/profile-files.ts";
import { awsPlace, configuredEndpoint, stsPlace } from "../../../src/eks/region.ts";

const none: AwsFiles = {
  profiles: new Map(),
  credentials: new Map(),
  services: new Map(),
  configPath: "config",
  credentialsPath: "credentials",
};

describe("the host of STS is the one of the SDK's rules", () => {
  const regions = [
    "us-east-1",
    "eu-west-1",
    "ap-southeast-7",
    "mx-central-1",
    "cn-north-1",
    "cn-northwest-1",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-isob-east-1",
    "us-isof-south-1",
    "eu-isoe-west-1",
    "eusc-de-east-1",
    "aws-global",
  ];
  const cases = regions.flatMap((region) =>
    [false, true].flatMap((fips) => [false, true].map((dualstack) => ({ region, fips, dualstack }))),
  );
  test.for(cases)("$region fips $fips dualstack $dualstack", ({ region, fips, dualstack }, { skip }) => {
    const client = new STSClient({ region: "us-east-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } });
    let url: string;
    try {
      const rules = { Region: region, UseFIPS: fips, UseDualStack: dualstack, UseGlobalEndpoint: false };
      url = client.config.endpointProvider(rules).url.href;
    } catch (error) {
      // Where the SDK refuses the combination there is no host to compare with.
      skip(error instanceof Error ? error.message : "");
      return;
    }
    if (region === "aws-global" && (fips || dualstack)) skip("the SDK makes a host of the word");
    expect(stsPlace({ region, fips, dualstack }, undefined).endpoint).toBe(url);
  });
});

test("without a region a token is for the global STS", () => {
  expect(stsPlace({ region: undefined, fips: false, dualstack: false }, undefined)).toEqual({
    endpoint: "https://sts.amazonaws.com/",
    signingRegion: "us-east-1",
  });
});

describe("region", () => {
  const files = { ...none, profiles: new Map([["p", new Map([["region", "eu-north-1"]])]]) };
  test.for([
    ["flag", "sa-east-1", { AWS_REGION: "a-1", AWS_DEFAULT_REGION: "b-1" }, "sa-east-1"],
    ["AWS_REGION", undefined, { AWS_REGION: "a-1", AWS_DEFAULT_REGION: "b-1" }, "a-1"],
    ["AWS_DEFAULT_REGION", undefined, { AWS_REGION: "", AWS_DEFAULT_REGION: "b-1" }, "b-1"],
    ["profile", undefined, {}, "eu-north-1"],
  ] as const)("%s", ([, region, env, wanted]) => {
    expect(awsPlace({ region, profile: "p" }, env, files).region).toBe(wanted);
  });

  test("one that cannot be a region is refused", () => {
    expect(() => awsPlace({ region: "not a region", profile: "p" }, {}, files)).toThrow('region "not a region"');
  });
});

describe("configured endpoint", () => {
  const profile = new Map([
    ["services", "s"],
    ["endpoint_url", "https://profile"],
  ]);
  const files = {
    ...none,
    profiles: new Map([["p", profile]]),
    services: new Map([["s", new Map([["eks.endpoint_url", "https://services"]])]]),
  };
  const all = { AWS_ENDPOINT_URL_EKS: "https://own", AWS_ENDPOINT_URL: "https://all" };
  test.for([
    ["the service's variable", "eks", all, "https://own"],
    ["the variable of all services", "sts", all, "https://all"],
    ["the profile's services", "eks", {}, "https://services"],
    ["the profile", "sts", {}, "https://profile"],
    ["none when ignored", "eks", { ...all, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" }, undefined],
  ] as const)("%s", ([, service, env, wanted]) => {
    expect(configuredEndpoint(service, { env, files, profile: "p" })).toBe(wanted);
  });
});
