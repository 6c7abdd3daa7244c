import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runFedctl } from "../support/fedctl.ts";
import { type EksServer, startEks } from "../support/iam/eks-server.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const lines = [...readme.matchAll(/^fedctl eks .*$/gm)].map(([line]) => line);
const alice = { name: "alice", accessKey: "AKIAALICE", secretKey: "secret-of-alice" };
const clusters = [
  { name: "shop", region: "eu-west-1" },
  { name: "prod-shop", region: "us-east-1" },
].map((cluster) => ({ ...cluster, endpoint: `https://${cluster.name}.eks.example` }));

let eks: EksServer;
const folder = mkdtempSync(join(tmpdir(), "fedctl-readme-"));
beforeAll(async () => {
  eks = await startEks({ users: [alice], clusters });
});
afterAll(async () => {
  await eks[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

describe("the README's examples of EKS work as they stand", () => {
  test("they are there", () => {
    expect(lines.length).toBeGreaterThan(3);
  });

  test.each(lines)("%s", async (line) => {
    const [, ...args] = line.replaceAll("'", "").split(" ");
    const env = {
      AWS_ACCESS_KEY_ID: alice.accessKey,
      AWS_SECRET_ACCESS_KEY: alice.secretKey,
      AWS_ENDPOINT_URL_EKS: eks.endpoint,
      KUBECONFIG: join(folder, "config"),
    };
    const result = await runFedctl(args, { env });
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).not.toBe("");
  });
});
