import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { env } from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAuthenticator } from "../cluster/authenticator.ts";
import { ensureBinaries } from "../cluster/binaries.ts";
import { adminEntry, writeKubeconfig } from "../cluster/kubeconfig-file.ts";
import { rawGet, rawRequest } from "../cluster/raw-client.ts";
import { startClusters } from "../cluster/start.ts";
import type { ClusterSet } from "../cluster/start.ts";
import { type CliResult, parseResult, runFedctl } from "../support/fedctl.ts";
import { startConnectProxy } from "../support/iam/connect-proxy.ts";
import { arnOf, startSts, type StsServer } from "../support/iam/sts-server.ts";

/** An API server that asks the real aws-iam-authenticator about tokens; the authenticator asks an STS of ours. */
const region = "us-west-2";
const stsHost = `sts.${region}.amazonaws.com`;
const clusterName = "shop-production";
const alice = { name: "alice", accessKey: "AKIAALICE", secretKey: "secret-of-alice" };
const keysOf = ({ accessKey, secretKey }: typeof alice): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: accessKey,
  AWS_SECRET_ACCESS_KEY: secretKey,
});

const opened: AsyncDisposable[] = [];
function keep<T extends AsyncDisposable>(resource: T): T {
  opened.push(resource);
  return resource;
}
let folder = "";
let sts: StsServer;
let clusters: ClusterSet;
let kubectl = "";
let plugin = "";
let logins: Record<string, string> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fedctl-authenticator-"));
  sts = keep(await startSts(stsHost, [alice]));
  const proxy = keep(await startConnectProxy({ [`${stsHost}:443`]: sts.port }));
  const caFile = join(folder, "aws-ca.pem");
  await writeFile(caFile, sts.caPem);
  const authenticator = keep(
    await startAuthenticator({
      folder: join(folder, "authenticator"),
      clusterName,
      users: [{ arn: arnOf(alice), username: "alice", groups: ["system:masters"] }],
      env: { HTTPS_PROXY: proxy.url, SSL_CERT_FILE: caFile },
    }),
  );
  clusters = keep(await startClusters(["earth", "vulcan"], { extraApiServerArgs: authenticator.apiServerArgs }));
  const binaries = await ensureBinaries({ extras: ["kubectl", "aws-iam-authenticator"] });
  kubectl = binaries.kubectl ?? "";
  plugin = binaries.awsIamAuthenticator ?? "";
  logins = await home();
}, 900_000);

afterAll(async () => {
  for (const resource of opened.reverse()) await resource[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}, 60_000);

/** `fedctl` on the PATH, and a kubeconfig whose user of vulcan asks it for tokens. */
async function home(): Promise<Record<string, string>> {
  const bin = join(folder, "bin");
  await mkdir(bin);
  await symlink(fileURLToPath(new URL("../../bin/fedctl.js", import.meta.url)), join(bin, "fedctl"));
  const kubeconfig = join(folder, "kubeconfig");
  const { server, caPem } = clusters.cluster("vulcan");
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    command: "fedctl",
    args: ["--region", region, "eks", "get-token", "--cluster-name", clusterName, "--output", "json"],
  };
  await writeKubeconfig(kubeconfig, [
    adminEntry(clusters.cluster("earth")),
    { name: "vulcan", server, caPem, user: { exec } },
  ]);
  return { PATH: [bin, env["PATH"] ?? ""].join(delimiter), HOME: folder, KUBECONFIG: kubeconfig, ...keysOf(alice) };
}

function runKubectl(args: readonly string[], more: Record<string, string> = {}): Promise<CliResult> {
  return run(kubectl, args, more);
}

function run(command: string, args: readonly string[], more: Record<string, string> = {}): Promise<CliResult> {
  return new Promise((resolve) => {
    execFile(command, [...args], { env: { ...logins, ...more }, cwd: folder }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      resolve({ stdout, stderr, code: typeof code === "number" ? code : null });
    });
  });
}

describe("tokens that the real aws-iam-authenticator judges", () => {
  test("kubectl lists namespaces through fedctl eks get-token", async () => {
    const result = await runKubectl(["--context", "vulcan", "get", "namespaces", "-o", "name"]);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout.split("\n")).toContain("namespace/kube-system");
    expect(sts.answered).toContain(alice.accessKey);
  });

  test("the server knows who asks", async () => {
    const result = await runKubectl([
      "--context",
      "vulcan",
      "auth",
      "whoami",
      "-o",
      "jsonpath={.status.userInfo.username}",
    ]);
    expect(result).toMatchObject({ code: 0, stdout: "alice" });
  });

  test.each([
    { name: "a key that is not the user's", more: { AWS_SECRET_ACCESS_KEY: "wrong" } },
    { name: "a user whom nobody knows", more: keysOf({ name: "eve", accessKey: "AKIAEVE", secretKey: "eves" }) },
  ])("$name is refused", async ({ more }) => {
    const before = sts.answered.length;
    const result = await runKubectl(["--context", "vulcan", "get", "namespaces"], more);
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain("You must be logged in to the server");
    expect(sts.answered.slice(before)).not.toContain(alice.accessKey);
    expect(sts.answered.slice(before)).toContain("refused");
  });

  test("a token for another cluster is refused", async () => {
    const { stdout } = await run(plugin, ["token", "--cluster-id", "other", "--region", region, "--token-only"]);
    const headers = { authorization: `Bearer ${stdout.trim()}` };
    expect(
      await rawRequest(clusters.cluster("vulcan"), { method: "GET", path: "/api/v1/namespaces", headers }),
    ).toMatchObject({ status: 401 });
  });

  test("fedctl join works through the same user", async () => {
    const onHost = ["--host-cluster-context", "earth"];
    expect(await runFedctl(["install", ...onHost], { env: logins })).toMatchObject({ code: 0 });
    const joined = await runFedctl(["join", "vulcan", ...onHost, "--json"], { env: logins });
    expect(joined.code).toBe(0);
    expect(parseResult(joined)).toMatchObject({ kind: "JoinResult", status: "Succeeded", error: null });
    const path = "/apis/core.kubefed.io/v1beta1/namespaces/kube-federation-system/kubefedclusters/vulcan";
    const { server } = clusters.cluster("vulcan");
    expect(await rawGet(clusters.cluster("earth"), path)).toMatchObject({ spec: { apiEndpoint: server } });
  });

  test("fedctl join with a wrong key writes nothing and names the user", async () => {
    const more = { ...logins, AWS_SECRET_ACCESS_KEY: "wrong" };
    const result = await runFedctl(
      ["join", "second", "--cluster-context", "vulcan", "--host-cluster-context", "earth"],
      { env: more },
    );
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain('of cluster "vulcan": Unauthorized\nhint: check the credentials of user "vulcan"');
    expect(result.stderr).not.toContain("k8s-aws-v1.");
    const path = "/apis/core.kubefed.io/v1beta1/namespaces/kube-federation-system/kubefedclusters/second";
    expect(await rawGet(clusters.cluster("earth"), path)).toBeUndefined();
  });
});
