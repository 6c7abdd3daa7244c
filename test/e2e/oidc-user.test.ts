import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { ensureBinaries } from "../cluster/binaries.ts";
import { rawCreate, rawRequest } from "../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../cluster/start.ts";
import { type CliResult, runFedctl } from "../support/fedctl.ts";
import { type OidcProvider, startOidcProvider } from "../support/oidc-provider.ts";

/** API servers that take the id-tokens of a provider, and users whose id-token has ended. */
const client = { clientId: "fedctl", clientSecret: "s&cret" };
let folder = "";
let kubeconfig = "";
let provider: OidcProvider;
let clusters: ClusterSet;
let kubectl = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fedctl-oidc-"));
  kubeconfig = join(folder, "kubeconfig");
  provider = await startOidcProvider({ ...client, subject: "alice", refreshToken: "R1" });
  const caFile = join(folder, "idp-ca.pem");
  await writeFile(caFile, provider.caPem);
  clusters = await startClusters(["earth", "vulcan"], {
    extraApiServerArgs: [
      `--oidc-issuer-url=${provider.issuer}`,
      `--oidc-client-id=${client.clientId}`,
      `--oidc-ca-file=${caFile}`,
      "--oidc-username-claim=sub",
      "--oidc-username-prefix=-",
    ],
  });
  kubectl = (await ensureBinaries({ extras: ["kubectl"] })).kubectl ?? "";
  for (const cluster of clusters.clusters) {
    await rawCreate(cluster, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
      metadata: { name: "alice" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "alice" }],
    });
    // A server asks the provider for its keys in the background.
    const headers = { authorization: `Bearer ${provider.idToken(600)}` };
    const path = "/api/v1/namespaces";
    await vi.waitFor(
      async () => {
        expect(await rawRequest(cluster, { method: "GET", path, headers })).toMatchObject({ status: 200 });
      },
      { timeout: 60_000, interval: 500 },
    );
  }
}, 900_000);

afterAll(async () => {
  await clusters.stop();
  await provider[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

beforeEach(async () => {
  provider.current.refreshToken = "R1";
  Object.assign(provider.quirks, { formOnly: false, forgetful: false });
  provider.asked.length = 0;
  await writeFile(kubeconfig, text(provider.idToken(-60), "R1"), { mode: 0o600 });
});

/** Two contexts of one user; comments and unknown keys, which have to stay. */
function text(idToken: string, refreshToken: string): string {
  const entry = ({ name, server, caPem }: ClusterSet["clusters"][number]): string =>
    `- name: ${name}\n  cluster:\n    server: ${server}\n    certificate-authority-data: ${base64(caPem)}\n`;
  const contexts = clusters.clusters.map(({ name }) => `- context: {cluster: ${name}, user: alice}\n  name: ${name}\n`);
  return [
    "# alice's\napiVersion: v1\nkind: Config\nclusters:\n",
    ...clusters.clusters.map(entry),
    "users:\n- name: alice # logs in at the provider\n  user:\n    auth-provider:\n      name: oidc\n      config:\n",
    `        client-id: ${client.clientId}\n        client-secret: ${client.clientSecret}\n`,
    `        id-token: ${idToken}\n        refresh-token: ${refreshToken} # rotates\n`,
    `        idp-issuer-url: ${provider.issuer}\n        idp-certificate-authority-data: ${base64(provider.caPem)}\n`,
    "contexts:\n",
    ...contexts,
    "unknown: {kept: yes}\n",
  ].join("");
}

function base64(pem: string): string {
  return Buffer.from(pem).toString("base64");
}

function fedctl(...args: readonly string[]): Promise<CliResult> {
  return runFedctl(args, { env: { KUBECONFIG: kubeconfig } });
}

const refreshes = (): readonly string[] => provider.asked.filter((each) => each.includes("/token"));
const storedToken = async (): Promise<string> => /id-token: (\S+)/.exec(await readFile(kubeconfig, "utf8"))?.[1] ?? "";

describe("3.2 OIDC refresh", () => {
  test("an ended token is refreshed once for all requests to both clusters, and stored before it is used", async () => {
    expect(await fedctl("install", "--host-cluster-context", "earth")).toMatchObject({ code: 0, stderr: "" });
    const joined = await fedctl("join", "vulcan", "--host-cluster-context", "earth");
    expect(joined).toMatchObject({ code: 0 });
    expect(refreshes()).toEqual(["POST /token 200 basic"]);
    const after = await readFile(kubeconfig, "utf8");
    expect(after).toBe(text(await storedToken(), "R1+"));
  });

  test("kubectl goes on with what was stored", async () => {
    expect(await fedctl("get", "clusters", "--host-cluster-context", "earth")).toMatchObject({ code: 0 });
    provider.asked.length = 0;
    const args = ["--kubeconfig", kubeconfig, "--context", "vulcan", "auth", "whoami", "-o"];
    const whoami = await run(kubectl, [...args, "jsonpath={.status.userInfo.username}"]);
    expect(whoami).toBe("alice");
    expect(provider.asked.filter((each) => each.includes("/token"))).toEqual([]);
  });

  test("a provider that wants the client's secret in the form gets it there", async () => {
    provider.quirks.formOnly = true;
    expect(await fedctl("get", "clusters", "--host-cluster-context", "earth")).toMatchObject({ code: 0 });
    expect(refreshes()).toEqual(["POST /token 401 basic", "POST /token 200 form"]);
  });

  test("a refresh token that is not taken: the provider's reason, and no token in the error", async () => {
    provider.current.refreshToken = "another";
    const before = await readFile(kubeconfig, "utf8");
    const result = await fedctl("get", "clusters", "--host-cluster-context", "earth");
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain(
      'getting credentials for user "alice" of context "earth": failed to refresh token: oauth2: "invalid_grant" "the refresh token was used before"',
    );
    expect(result.stderr).toContain("hint: log in again");
    expect(result.stderr).not.toContain("R1");
    expect(result.stderr).not.toContain(client.clientSecret);
    expect(await readFile(kubeconfig, "utf8")).toBe(before);
  });

  test("an answer without an id-token", async () => {
    provider.quirks.forgetful = true;
    const result = await fedctl("get", "clusters", "--host-cluster-context", "earth");
    expect(result).toMatchObject({ code: 1 });
    expect(result.stderr).toContain("token response did not contain an id_token");
  });

  test("a provider whom nobody vouches for", async () => {
    const before = await readFile(kubeconfig, "utf8");
    await writeFile(kubeconfig, before.replace(/ *idp-certificate-authority-data: .*\n/, ""));
    const result = await fedctl("get", "clusters", "--host-cluster-context", "earth");
    expect(result).toMatchObject({ code: 1 });
    expect(result.stderr).toContain(`Get "${provider.issuer}/.well-known/openid-configuration": tls: failed to verify`);
  });

  test("tokens that cannot be stored are an error, as in client-go", async () => {
    await writeFile(`${kubeconfig}.lock`, "");
    try {
      const result = await fedctl("get", "clusters", "--host-cluster-context", "earth");
      expect(result).toMatchObject({ code: 1 });
      expect(result.stderr).toContain("could not persist new tokens: ");
      expect(result.stderr).toContain(`${kubeconfig}.lock`);
    } finally {
      await rm(`${kubeconfig}.lock`);
    }
  });

  test("processes at once: one gets the new tokens, the others what it stored", async () => {
    const runs = Array.from({ length: 6 }, () => fedctl("get", "clusters", "--host-cluster-context", "earth"));
    expect((await Promise.all(runs)).map(({ code }) => code)).toEqual(runs.map(() => 0));
    const stored = await readFile(kubeconfig, "utf8");
    expect(stored).toBe(text(await storedToken(), provider.current.refreshToken));
  });
});

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { env: { HOME: folder } }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(new Error(error.message));
    });
  });
}
