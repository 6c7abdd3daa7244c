import { describe, expect, test } from "vitest";
import { chooseProfile, chooseSource } from "../../../src/eks/credential-source.ts";
import { type AwsFiles, parseSections, type Section } from "../../../src/eks/profile-files.ts";

function filesOf(config: string, credentials = ""): AwsFiles {
  const stored = parseSections(credentials);
  const profiles = new Map<string, Section>();
  for (const [title, section] of parseSections(config)) profiles.set(title.replace(/^profile /, ""), section);
  for (const [name, section] of stored) profiles.set(name, new Map([...(profiles.get(name) ?? []), ...section]));
  return { profiles, credentials: stored, services: new Map(), configPath: "config", credentialsPath: "credentials" };
}

const keys = (name: string): string => `aws_access_key_id = ${name}\naws_secret_access_key = secret\n`;
const envKeys = { AWS_ACCESS_KEY_ID: "ENV", AWS_SECRET_ACCESS_KEY: "secret" };

function sourceOf(files: AwsFiles, env: Readonly<Record<string, string>>, flag?: string): unknown {
  return chooseSource(chooseProfile(flag, env), env, files);
}

const staticOf = (accessKeyId: string): unknown => ({
  kind: "static",
  keys: { accessKeyId, secretAccessKey: "secret", sessionToken: undefined },
});

describe("the order of aws", () => {
  const both = filesOf("", `[default]\n${keys("DEFAULT")}[dev]\n${keys("DEV")}`);
  test("keys in the environment win over AWS_PROFILE", () => {
    expect(sourceOf(both, { ...envKeys, AWS_PROFILE: "dev" })).toEqual(staticOf("ENV"));
  });
  test("--profile wins over keys in the environment", () => {
    expect(sourceOf(both, envKeys, "dev")).toEqual(staticOf("DEV"));
  });
  test("AWS_PROFILE wins over AWS_DEFAULT_PROFILE", () => {
    expect(sourceOf(both, { AWS_PROFILE: "dev", AWS_DEFAULT_PROFILE: "default" })).toEqual(staticOf("DEV"));
  });
  test("the default profile needs no naming", () => {
    expect(sourceOf(both, {})).toEqual(staticOf("DEFAULT"));
  });
  test("the credentials file wins over credential_process, that over keys in the config file", () => {
    const config = `[profile p]\ncredential_process = /bin/keys\n${keys("CONFIG")}`;
    expect(sourceOf(filesOf(config, `[p]\n${keys("STORED")}`), {}, "p")).toEqual(staticOf("STORED"));
    expect(sourceOf(filesOf(config), {}, "p")).toEqual({ kind: "process", command: "/bin/keys", profile: "p" });
    expect(sourceOf(filesOf(`[profile p]\n${keys("CONFIG")}`), {}, "p")).toEqual(staticOf("CONFIG"));
  });
  test("SSO wins over keys of the same profile", () => {
    const config = `[profile p]\nsso_session = corp\n${keys("CONFIG")}`;
    expect(sourceOf(filesOf(config, `[p]\n${keys("STORED")}`), {}, "p")).toEqual({ kind: "sso", profile: "p" });
  });
  test("a pod's web identity counts only without --profile", () => {
    const env = { AWS_WEB_IDENTITY_TOKEN_FILE: "/token", AWS_ROLE_ARN: "arn" };
    const identity = { kind: "webIdentity", tokenFile: "/token", roleArn: "arn", sessionName: undefined };
    expect(sourceOf(both, env)).toEqual(identity);
    expect(sourceOf(both, env, "dev")).toEqual(staticOf("DEV"));
  });
  test("container, then instance, then nothing", () => {
    const off = { AWS_EC2_METADATA_DISABLED: "true" };
    expect(sourceOf(filesOf(""), { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://x" })).toEqual({ kind: "container" });
    expect(sourceOf(filesOf(""), {})).toEqual({ kind: "instance" });
    expect(() => sourceOf(filesOf(""), off)).toThrow("no AWS credentials found");
  });
});

describe("a profile's role", () => {
  const roles =
    "[profile a]\nrole_arn = A\nsource_profile = b\nmfa_serial = M\n[profile b]\nrole_arn = B\nsource_profile = c\n";
  test("chains of source_profile end at keys", () => {
    expect(sourceOf(filesOf(roles, `[c]\n${keys("C")}`), {}, "a")).toMatchObject({
      kind: "role",
      role: { roleArn: "A", mfaSerial: "M" },
      source: { kind: "role", role: { roleArn: "B" }, source: staticOf("C") },
    });
  });
  test("its own keys may be the source", () => {
    const files = filesOf("[profile s]\nrole_arn = S\nsource_profile = s\n", `[s]\n${keys("S")}`);
    expect(sourceOf(files, {}, "s")).toMatchObject({ role: { roleArn: "S" }, source: staticOf("S") });
  });
  test("credential_source Environment takes the keys there", () => {
    const files = filesOf("[profile s]\nrole_arn = S\ncredential_source = Environment\n");
    expect(sourceOf(files, envKeys, "s")).toMatchObject({ kind: "role", source: staticOf("ENV") });
  });
  test.for([
    [
      "a circle",
      "[profile a]\nrole_arn = A\nsource_profile = b\n[profile b]\nrole_arn = B\nsource_profile = a\n",
      "a circle: a -> b -> a",
    ],
    ["no source", "[profile a]\nrole_arn = A\n", "needs source_profile or credential_source"],
    ["two sources", "[profile a]\nrole_arn = A\nsource_profile = b\ncredential_source = Environment\n", "both"],
    ["a missing source", "[profile a]\nrole_arn = A\nsource_profile = b\n", "source_profile b does not exist"],
    [
      "an empty source",
      "[profile a]\nrole_arn = A\nsource_profile = b\n[profile b]\nregion = x\n",
      "b holds no credentials",
    ],
    ["another word", "[profile a]\nrole_arn = A\ncredential_source = Moon\n", "credential_source Moon"],
  ] as const)("%s is an error", ([, config, message]) => {
    expect(() => sourceOf(filesOf(config), {}, "a")).toThrow(message);
  });
});

test.for([
  ["environment", {}, { AWS_ACCESS_KEY_ID: "x" }, "AWS_SECRET_ACCESS_KEY is missing"],
  ["unknown profile", {}, { AWS_PROFILE: "nope" }, "AWS profile nope is not in config or credentials"],
] as const)("half or no credentials are named: %s", ([, , env, message]) => {
  expect(() => sourceOf(filesOf(""), env)).toThrow(message);
});
