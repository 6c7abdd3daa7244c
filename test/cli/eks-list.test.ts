import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CliResult, parseResult, runFedctl } from "../support/fedctl.ts";
import { arnOfCluster, type EksServer, startEks } from "../support/iam/eks-server.ts";

const alice = { name: "alice", accessKey: "AKIAALICE", secretKey: "secret-of-alice" };
const endpointOf = (name: string): string => `https://${name.toUpperCase()}.gr7.eu-west-1.eks.amazonaws.com`;
const cluster = (name: string, region = "eu-west-1"): { name: string; region: string; endpoint: string } => ({
  name,
  region,
  endpoint: endpointOf(name),
});
const many = ["a", "b", "c", "d", "e", "f", "g", "h", "i"].map((name) => cluster(`dev-${name}`, "eu-north-1"));

let eks: EksServer;
const folder = mkdtempSync(join(tmpdir(), "fedctl-eks-list-"));
const kubeconfig = join(folder, "kubeconfig");

beforeAll(async () => {
  eks = await startEks({
    users: [alice],
    pageSize: 4,
    clusters: [
      cluster("prod-shop"),
      cluster("prod-bank"),
      { name: "staging", region: "eu-west-1", status: "CREATING" },
      cluster("secret", "us-east-1"),
      cluster("open", "us-east-1"),
      ...many,
    ],
    forbidden: ["ap-south-1", "ap-east-1"],
    undescribed: ["secret"],
  });
  const prod = { region: "eu-west-1", name: "prod-bank" };
  const config = {
    clusters: [
      // As somebody copied it from the console, and through a tunnel.
      { name: "shop", cluster: { server: endpointOf("prod-shop").toLowerCase() + "/" } },
      { name: arnOfCluster(prod), cluster: { server: "https://127.0.0.1:8443" } },
    ],
    contexts: [
      { name: "shop", context: { cluster: "shop", user: "me" } },
      { name: "also-shop", context: { cluster: "shop", user: "you" } },
      { name: "bank", context: { cluster: arnOfCluster(prod), user: "me" } },
    ],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
});

afterAll(async () => {
  await eks[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function list(...args: readonly string[]): Promise<CliResult> {
  return listAs(alice.secretKey, ...args);
}

function listAs(secretKey: string, ...args: readonly string[]): Promise<CliResult> {
  const env = {
    AWS_ACCESS_KEY_ID: alice.accessKey,
    AWS_SECRET_ACCESS_KEY: secretKey,
    AWS_ENDPOINT_URL_EKS: eks.endpoint,
    KUBECONFIG: kubeconfig,
  };
  return runFedctl(["eks", "list", ...args], { env });
}

describe("fedctl eks list", () => {
  test("shows the clusters of a region and the contexts that lead to them", async () => {
    expect(await list("--region", "eu-west-1")).toEqual({
      code: 0,
      stderr: "",
      stdout: [
        "NAME        REGION      STATUS     VERSION   ENDPOINT                                            CONTEXTS",
        "prod-bank   eu-west-1   ACTIVE     1.33      https://PROD-BANK.gr7.eu-west-1.eks.amazonaws.com   bank",
        "prod-shop   eu-west-1   ACTIVE     1.33      https://PROD-SHOP.gr7.eu-west-1.eks.amazonaws.com   also-shop,shop",
        "staging     eu-west-1   CREATING   1.33      -                                                   -",
        "",
      ].join("\n"),
    });
  });

  test("takes all pages, one request for each", async () => {
    const before = eks.answered.length;
    const result = await list("--region", "eu-north-1", "--json");
    const names = (parseResult(result)["clusters"] as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(many.map(({ name }) => name));
    const requests = eks.answered.slice(before);
    expect(requests.filter((each) => /^eu-north-1 GET \/clusters(\?|$)/.test(each))).toHaveLength(3);
    expect(requests.filter((each) => each.includes("/clusters/"))).toHaveLength(many.length);
  });

  test("--json prints one document, null for what EKS does not tell", async () => {
    const result = await list("--region", "eu-west-1", "--match", "stag*", "--json");
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(parseResult(result)).toEqual({
      apiVersion: "fedctl/v1",
      kind: "EksListResult",
      status: "Succeeded",
      changes: [],
      warnings: [],
      clusters: [
        {
          name: "staging",
          region: "eu-west-1",
          arn: arnOfCluster({ region: "eu-west-1", name: "staging" }),
          status: "CREATING",
          version: "1.33",
          endpoint: null,
          contexts: [],
        },
      ],
      error: null,
    });
  });

  test("--match describes only what it matches", async () => {
    const before = eks.answered.length;
    const result = await list("--region", "eu-west-1", "--match", "prod-*", "--json");
    const names = (parseResult(result)["clusters"] as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(["prod-bank", "prod-shop"]);
    expect(eks.answered.slice(before)).toEqual([
      "eu-west-1 GET /clusters",
      "eu-west-1 GET /clusters/prod-bank",
      "eu-west-1 GET /clusters/prod-shop",
    ]);
  });

  test("--regions shows several in their order", async () => {
    const result = await list("--regions", "eu-north-1,eu-west-1", "--match", "*-[bs]*", "--json");
    const found = parseResult(result)["clusters"] as { name: string; region: string }[];
    expect(found.map(({ region, name }) => `${region} ${name}`)).toEqual([
      "eu-north-1 dev-b",
      "eu-west-1 prod-bank",
      "eu-west-1 prod-shop",
    ]);
  });

  test("a region that refuses is told, and the others are shown", async () => {
    const result = await list("--regions", "ap-south-1,eu-west-1", "--match", "prod-shop");
    expect(result.code).toBe(4);
    expect(result.stdout).toContain("prod-shop   eu-west-1   ACTIVE");
    expect(result.stderr).toContain("warning: cannot list the EKS clusters in ap-south-1: AccessDeniedException");
    expect(result.stderr).toMatch(/^error: the list is not complete: /m);
  });

  test("a cluster that may not be described is named all the same", async () => {
    const result = await list("--region", "us-east-1", "--json");
    expect(result.code).toBe(4);
    const document = parseResult(result);
    expect(document).toMatchObject({
      status: "PartlyFailed",
      clusters: [
        { name: "open", status: "ACTIVE" },
        { name: "secret", status: null },
      ],
      warnings: [{ code: "AwsRequestRefused" }],
      error: { code: "PartlyFailed", exitCode: 4 },
    });
    expect(JSON.stringify(document)).toContain("cannot describe EKS cluster secret in us-east-1");
  });

  test("nothing can be listed: the error of AWS, and no table", async () => {
    const result = await list("--regions", "ap-south-1,ap-east-1");
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toMatch(
      /^error: cannot list the EKS clusters in ap-south-1: .*; cannot list the EKS clusters in ap-east-1: /,
    );
  });

  test("a wrong key is refused, and shown nowhere", async () => {
    const result = await listAs("wrong-secret", "--region", "eu-west-1");
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain("InvalidSignatureException");
    expect(result.stderr).not.toContain("wrong-secret");
  });

  test("no region anywhere: the error says how to name one", async () => {
    const result = await list();
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain("hint: give --region, set AWS_REGION");
  });

  test("--region and --regions are not taken together", async () => {
    const result = await list("--region", "eu-west-1", "--regions", "eu-north-1");
    expect(result).toMatchObject({ code: 2, stdout: "" });
  });
});
