import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
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
import { arnOfCluster, type EksServer, startEks } from "../support/iam/eks-server.ts";
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
let eks: EksServer;
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
  const { server, caPem } = clusters.cluster("vulcan");
  eks = keep(
    await startEks({
      users: [alice],
      // As EKS hands out addresses: with capitals in the host name.
      clusters: [{ name: clusterName, region, endpoint: server.replace("127.0.0.1", "LOCALHOST"), caPem }],
    }),
  );
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
  return {
    PATH: [bin, env["PATH"] ?? ""].join(delimiter),
    HOME: folder,
    KUBECONFIG: kubeconfig,
    ...keysOf(alice),
    AWS_ENDPOINT_URL_EKS: eks.endpoint,
  };
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

describe("an EKS cluster by its name", () => {
  const onHost = ["--host-cluster-context", "earth"];
  const isAsked = ["--eks-cluster", clusterName, "--region", region];
  const registration = (name: string): string =>
    `/apis/core.kubefed.io/v1beta1/namespaces/kube-federation-system/kubefedclusters/${name}`;
  const kubeconfigText = (): Promise<string> => readFile(logins["KUBECONFIG"] ?? "", "utf8");

  test("kubectl lists namespaces with the kubeconfig that fedctl eks update-kubeconfig writes", async () => {
    const kubeconfig = join(folder, "made", "config");
    const args = ["eks", "update-kubeconfig", "--name", clusterName, "--region", region, "--kubeconfig", kubeconfig];
    const made = await runFedctl(args, { env: logins });
    const arn = arnOfCluster({ name: clusterName, region });
    expect(made).toMatchObject({ code: 0, stdout: `Added new context ${arn} to ${kubeconfig}\n` });
    const more = { KUBECONFIG: kubeconfig };
    const listed = await runKubectl(["get", "namespaces", "-o", "name"], more);
    expect(listed).toMatchObject({ code: 0, stderr: "" });
    expect(listed.stdout.split("\n")).toContain("namespace/kube-system");
    const whoami = ["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"];
    expect(await runKubectl(whoami, more)).toMatchObject({ code: 0, stdout: "alice" });
  });

  test("fedctl join --eks-cluster --dry-run plans a context and writes none", async () => {
    const before = await kubeconfigText();
    const planned = await runFedctl(["join", "market", ...isAsked, ...onHost, "--dry-run", "--json"], { env: logins });
    expect(planned).toMatchObject({ code: 0 });
    const document = parseResult(planned);
    expect(document).toMatchObject({ kind: "JoinResult", status: "Planned" });
    expect(document["changes"]).toContainEqual(
      expect.objectContaining({
        cluster: "kubeconfig",
        action: "create",
        outcome: "planned",
        object: { apiVersion: "v1", kind: "Context", namespace: null, name: "market" },
      }),
    );
    expect(await kubeconfigText()).toBe(before);
    expect(await rawGet(clusters.cluster("earth"), registration("market"))).toBeUndefined();
  });

  test("fedctl join --eks-cluster makes the context, then joins by the cluster's own address and CA", async () => {
    const joined = await runFedctl(["join", "market", ...isAsked, ...onHost], { env: logins });
    expect(joined).toMatchObject({ code: 0 });
    const { server, caPem } = clusters.cluster("vulcan");
    expect(await rawGet(clusters.cluster("earth"), registration("market"))).toMatchObject({
      spec: {
        apiEndpoint: server.replace("127.0.0.1", "localhost"),
        caBundle: Buffer.from(caPem).toString("base64"),
      },
    });
    const listed = await runKubectl(["--context", "market", "get", "namespaces", "-o", "name"]);
    expect(listed).toMatchObject({ code: 0, stderr: "" });
    const current = await runFedctl(["config", "current-context"], { env: logins });
    expect(current.stdout).toBe("earth\n");
  });

  test("run again it uses the context that is there", async () => {
    const before = await kubeconfigText();
    const args = ["join", "market", ...isAsked, ...onHost, "--error-on-existing=false", "--json", "-v", "6"];
    const again = await runFedctl(args, { env: logins });
    expect(again).toMatchObject({ code: 0 });
    expect(again.stderr).toMatch(/^GET https?:\/\/\S+\/clusters\/\S+ 200 \d+ ms$/m);
    const kinds = (parseResult(again)["changes"] as { object: { kind: string } }[]).map(({ object }) => object.kind);
    expect(kinds).not.toContain("Context");
    expect(await kubeconfigText()).toBe(before);
  });

  test("fedctl eks list shows the contexts that lead to it", async () => {
    const listed = parseResult(await runFedctl(["eks", "list", "--region", region, "--json"], { env: logins }));
    expect(listed["clusters"]).toMatchObject([{ name: clusterName, status: "ACTIVE", contexts: ["market"] }]);
  });

  test("a context of that name that leads elsewhere is left alone", async () => {
    const before = await kubeconfigText();
    const args = ["join", "other", "--cluster-context", "earth", ...isAsked, ...onHost];
    const result = await runFedctl(args, { env: logins });
    expect(result).toMatchObject({ code: 7, stdout: "" });
    expect(result.stderr).toContain("context earth");
    expect(result.stderr).toMatch(/^hint: give the cluster's context another name with --cluster-context$/m);
    expect(await kubeconfigText()).toBe(before);
  });

  test("a cluster that EKS does not know: its answer, and nothing is written", async () => {
    const before = await kubeconfigText();
    const args = ["join", "nobody", "--eks-cluster", "nobody", "--region", region, ...onHost];
    const result = await runFedctl(args, { env: logins });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain("No cluster found for name: nobody.");
    expect(result.stderr).toMatch(/^hint: list the clusters with "fedctl eks list"$/m);
    expect(await kubeconfigText()).toBe(before);
  });
});

describe("the README's joins of EKS clusters work as they stand", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const examples = [...readme.matchAll(/```console\n([\s\S]*?)```/g)].map(([, text]) => text ?? "");
  const example = examples.find((text) => text.includes("--eks-cluster")) ?? "";
  const commands = example.trim().split("\n");

  test("there are some, and no context leads to the cluster yet", async () => {
    expect(commands.length).toBeGreaterThan(1);
    expect(await runFedctl(["config", "delete-context", "market"], { env: logins })).toMatchObject({ code: 0 });
  });

  test.each(commands)("%s", async (command) => {
    const [program, ...args] = command.split(" ");
    expect(program).toBe("fedctl");
    const result = await runFedctl(args, { env: logins });
    expect(result).toMatchObject({ code: 0 });
    expect(result.stdout).not.toBe("");
  });
});
