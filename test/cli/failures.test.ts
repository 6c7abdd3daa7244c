import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { adminEntry, tokenEntry } from "../cluster/kubeconfig-file.ts";
import { testClusters, uniqueName } from "../support/clusters.ts";
import { parseResult, runFedctl } from "../support/fedctl.ts";

const clusters = testClusters();
const { earth, vulcan } = clusters;

/** A server that accepts connections and never says a word. */
async function silentServer(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  // Listening on TCP, so the address is no pipe's name.
  return (server.address() as AddressInfo).port;
}

async function closedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("an unknown context names those that exist", async () => {
  const { env } = await clusters.createHome();
  const result = await runFedctl(["join", "vulcan", "--host-cluster-context", "mars"], { env });
  expect(result).toMatchObject({ code: 1, stdout: "" });
  expect(result.stderr).toMatch(/^error: context "mars" does not exist\nhint: .*earth, vulcan.*\n$/);
});

test("no kubeconfig at all", async () => {
  const result = await runFedctl(["get", "clusters"]);
  expect(result).toMatchObject({ code: 1, stdout: "" });
  expect(result.stderr).toMatch(/^error: invalid configuration: no configuration has been provided.*\nhint: .+\n$/);
});

test("a kubeconfig that is named and not there", async () => {
  const result = await runFedctl(["get", "clusters", "--kubeconfig", "absent"]);
  expect(result).toMatchObject({ code: 1, stdout: "" });
  expect(result.stderr).toMatch(/^error: stat absent: no such file or directory\nhint: .+\n$/);
});

test("an unreachable server", async () => {
  const port = await closedPort();
  const { env } = await clusters.createHome([adminEntry({ ...earth, server: `https://127.0.0.1:${port}` })]);
  const result = await runFedctl(["get", "clusters"], { env });
  expect(result).toMatchObject({ code: 1, stdout: "" });
  expect(result.stderr).toMatch(
    new RegExp(`^error: .*"earth".*127\\.0\\.0\\.1:${port}: connect: connection refused\nhint: .+\n$`),
  );
});

test("a server whose certificate is not to be trusted", async () => {
  const { env } = await clusters.createHome([adminEntry({ ...earth, caPem: vulcan.caPem })]);
  const result = await runFedctl(["get", "clusters"], { env });
  expect(result).toMatchObject({ code: 1, stdout: "" });
  expect(result.stderr).toMatch(/^error: .*"earth".*x509: certificate signed by unknown authority\nhint: .+\n$/);
});

test("a server that never answers is given up after --request-timeout", async () => {
  const port = await silentServer();
  const { env } = await clusters.createHome([adminEntry({ ...earth, server: `https://127.0.0.1:${port}` })]);
  const startedMs = Date.now();
  const result = await runFedctl(["get", "clusters", "--request-timeout", "1s"], { env });
  expect(result).toMatchObject({ code: 5, stdout: "" });
  expect(result.stderr).toMatch(/^error: .*"earth".*\nhint: .*--request-timeout.*\n$/);
  expect(Date.now() - startedMs).toBeLessThan(10_000);
});

test("Ctrl-C ends a command that waits, with 130 and a word", async () => {
  const port = await silentServer();
  const { env } = await clusters.createHome([adminEntry({ ...earth, server: `https://127.0.0.1:${port}` })]);
  const startedMs = Date.now();
  const result = await runFedctl(["get", "clusters"], {
    env,
    onStart: (child) => {
      void delay(1_500).then(() => child.kill("SIGINT"));
    },
  });
  expect(result).toMatchObject({ code: 130, stdout: "" });
  expect(result.stderr).toMatch(/^error: .*interrupted.*\n/);
  expect(Date.now() - startedMs).toBeLessThan(15_000);
});

test("where KubeFed is not installed the hint installs it", async () => {
  const { env } = await clusters.createHome();
  const namespace = uniqueName("absent");
  const result = await runFedctl(["join", "vulcan", "--kubefed-namespace", namespace], { env });
  expect(result.stdout).toBe("");
  expect(result.stderr).toMatch(
    new RegExp(
      `^error: KubeFed is not installed .*"${namespace}"\nhint: .*fedctl install --host-cluster-context earth`,
    ),
  );
  expect(result.code).toBe(1);
});

test("a user without rights is told which right is missing, and nothing is written", async () => {
  const { env } = await clusters.createHome([tokenEntry(earth, earth.guestToken)]);
  const result = await runFedctl(["install", "--kubefed-namespace", uniqueName("guest"), "--json"], { env });
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(/^error: .*is forbidden: User "guest" cannot .*\nhint: .+\n$/);
  expect(parseResult(result)).toMatchObject({
    status: "Failed",
    changes: [],
    error: { code: "ServerForbidden", exitCode: 1 },
  });
});
