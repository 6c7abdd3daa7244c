import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execPath } from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { userEntry } from "../cluster/kubeconfig-file.ts";
import { rawApply, rawCreate, rawDelete, rawGet, rawList, rawPatch, rawRequest } from "../cluster/raw-client.ts";
import { relayTo, startRelay, startRelayProcess, throughRelay } from "../cluster/relay.ts";
import { startClusters } from "../cluster/start.ts";
import { testClusters, uniqueName } from "../support/clusters.ts";
import { findProcesses } from "../support/processes.ts";

const { earth, vulcan } = testClusters();

describe("the clusters of the test run", () => {
  test.each([earth, vulcan])("$name answers /readyz and knows its version", async (cluster) => {
    expect(await rawRequest(cluster, { method: "GET", path: "/readyz" })).toEqual({ status: 200, text: "ok" });
    expect(cluster.version).toMatch(/^v1\.\d+\.\d+/);
  });

  test("they are two", async () => {
    const uid = async (cluster: typeof earth): Promise<unknown> =>
      (await rawGet<{ metadata: { uid: string } }>(cluster, "/api/v1/namespaces/kube-system"))?.metadata.uid;
    expect(await uid(earth)).not.toBe(await uid(vulcan));
  });

  test("the controller manager gives a new namespace its service account and takes it down again", async () => {
    const name = uniqueName("ns");
    await rawCreate(earth, "/api/v1/namespaces", { metadata: { name } });
    await expect.poll(() => rawGet(earth, `/api/v1/namespaces/${name}/serviceaccounts/default`)).toBeDefined();
    await rawDelete(earth, `/api/v1/namespaces/${name}`);
    await expect.poll(() => rawGet(earth, `/api/v1/namespaces/${name}`), { timeout: 30_000 }).toBeUndefined();
  });

  test("a static token is an administrator's or a guest's", async () => {
    const list = async (token: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await rawRequest(earth, { method: "GET", path: "/api/v1/secrets?limit=1", headers });
      return response.status;
    };
    expect(await list(earth.adminToken)).toBe(200);
    expect(await list(earth.guestToken)).toBe(403);
    expect(await list("nobody")).toBe(401);
  });
});

test("a certificate user is who it says, without rights", async () => {
  const { user } = userEntry(earth, { user: "jane", groups: ["dev"] });
  const [adminCertificatePem = "", adminKeyPem = ""] = ["client-certificate-data", "client-key-data"].map((field) =>
    Buffer.from(String(user[field]), "base64").toString(),
  );
  const jane = { ...earth, adminCertificatePem, adminKeyPem };
  const review = await rawCreate(jane, "/apis/authentication.k8s.io/v1/selfsubjectreviews", {});
  expect(review).toMatchObject({ status: { userInfo: { username: "jane", groups: ["dev", "system:authenticated"] } } });
  expect((await rawRequest(jane, { method: "GET", path: "/api/v1/secrets" })).status).toBe(403);
});

test("the raw client creates, reads, changes, lists and deletes", async () => {
  const name = uniqueName("raw");
  const all = "/api/v1/namespaces/default/configmaps";
  await rawCreate(earth, all, { metadata: { name, labels: { test: name } }, data: { a: "1" } });
  await rawPatch(earth, `${all}/${name}`, { data: { b: "2" } });
  await rawApply(earth, `${all}/${name}`, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data: { c: "3" },
  });
  expect(await rawList(earth, `${all}?labelSelector=test%3D${name}`)).toMatchObject([
    { data: { a: "1", b: "2", c: "3" } },
  ]);
  await rawDelete(earth, `${all}/${name}`);
  expect(await rawGet(earth, `${all}/${name}`)).toBeUndefined();
  await expect(rawPatch(earth, `${all}/${name}`, {})).rejects.toThrow(`PATCH ${all}/${name}: 404`);
});

describe.each([
  ["in this process", startRelay],
  ["in a process of its own", startRelayProcess],
] as const)("a relay %s", (_where, start) => {
  test("adds its round trip to every request, and TLS still verifies", async () => {
    await using relay = await start(relayTo(earth, 100));
    const startMs = performance.now();
    const { status } = await rawRequest(throughRelay(earth, relay), { method: "GET", path: "/readyz" });
    const tookMs = performance.now() - startMs;
    expect(status).toBe(200);
    // One for TLS 1.3, one for the request.
    expect(tookMs).toBeGreaterThan(195);
    expect(tookMs).toBeLessThan(1000);
  });

  test("passes a large body whole in hardly more than a round trip", async () => {
    await using relay = await start(relayTo(earth, 100));
    const name = uniqueName("large");
    const path = "/api/v1/namespaces/default/configmaps";
    const large = "x".repeat(900_000);
    const startMs = performance.now();
    const made = await rawCreate<{ data: { large: string } }>(throughRelay(earth, relay), path, {
      metadata: { name },
      data: { large },
    });
    expect(performance.now() - startMs).toBeLessThan(1500);
    expect(made.data.large).toBe(large);
    await rawDelete(earth, `${path}/${name}`);
  });
});

describe("a component that dies at start", () => {
  test("is shown with the end of its log, and nothing keeps running", async () => {
    const root = await mkdtemp(join(tmpdir(), "fedctl-test-"));
    const starting = startClusters(["mars"], { root, extraApiServerArgs: ["--no-such-flag"] });
    await expect(starting).rejects.toThrow(
      `kube-apiserver of mars ended with exit code 1 while it was needed; the end of its log ` +
        `(${join(root, "mars", "logs", "kube-apiserver.log")}):\nError: unknown flag: --no-such-flag`,
    );
    expect(await findProcesses(root)).toEqual([]);
    await rm(root, { recursive: true });
  });
});

test("a start that is called off leaves nothing running", async () => {
  const root = await mkdtemp(join(tmpdir(), "fedctl-test-"));
  const calledOff = new AbortController();
  const starting = startClusters(["mars"], { root, signal: calledOff.signal });
  await expect.poll(() => findProcesses(root), { timeout: 10_000 }).not.toEqual([]);
  calledOff.abort(new Error("called off"));
  await expect(starting).rejects.toThrow("called off");
  expect(await findProcesses(root)).toEqual([]);
  await rm(root, { recursive: true });
});

describe("clusters end with the process that started them", () => {
  test.concurrent.for(["SIGKILL", "SIGINT"] as const)("on %s", async (signal, { expect }) => {
    const { child, root } = await runUp("mars");
    try {
      const running = await findProcesses(root);
      for (const component of ["etcd", "kube-apiserver", "kube-controller-manager"]) {
        expect(running.some((line) => line.includes(`/${component} `))).toBe(true);
      }
      const ended = once(child, "exit");
      child.kill(signal);
      expect(await ended).toEqual(signal === "SIGKILL" ? [null, signal] : [130, null]);
      await expect.poll(() => findProcesses(root), { timeout: 3000 }).toEqual([]);
      expect(existsSync(root)).toBe(false);
    } finally {
      child.kill("SIGKILL");
    }
  });
});

/** Runs the `up` program until its cluster is ready. */
async function runUp(name: string): Promise<{ child: ChildProcess; root: string }> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const up = fileURLToPath(new URL("../cluster/up.ts", import.meta.url));
  const child = spawn(execPath, ["--import", tsx, up, name], { stdio: ["ignore", "pipe", "ignore"] });
  for await (const line of createInterface({ input: child.stdout })) {
    const kubeconfig = /^export KUBECONFIG=(.*)$/.exec(line)?.[1];
    if (kubeconfig !== undefined) return { child, root: dirname(kubeconfig) };
  }
  throw new Error("up.ts ended before its cluster was ready");
}
