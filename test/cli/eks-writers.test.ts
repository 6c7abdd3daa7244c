import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseKubeconfig } from "../../src/kubeconfig/parse.ts";
import type { RawConfig } from "../../src/kubeconfig/types.ts";
import { type CliResult, runFedctl } from "../support/fedctl.ts";
import { arnOfCluster, type EksServer, startEks } from "../support/iam/eks-server.ts";

/** EKS_WRITERS_ROUNDS=20 is the acceptance run. */
const rounds = Number(env["EKS_WRITERS_ROUNDS"] ?? 3);
const region = "eu-west-1";
const names = Array.from({ length: 20 }, (_, index) => `c${index}`);
const arns = names.map((name) => arnOfCluster({ name, region }));
const alice = { name: "alice", accessKey: "AKIAALICE", secretKey: "secret-of-alice" };
const bin = fileURLToPath(new URL("../../bin/fedctl.js", import.meta.url));
const run = promisify(execFile);

let eks: EksServer;
let folder = "";
let file = "";
beforeAll(async () => {
  const clusters = names.map((name) => ({ name, region, endpoint: `https://${name}.eks.example`, caPem: "CA" }));
  eks = await startEks({ users: [alice], clusters });
});
afterAll(() => eks[Symbol.asyncDispose]());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fedctl-eks-writers-"));
  file = join(folder, "config");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const awsEnv = (): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: alice.accessKey,
  AWS_SECRET_ACCESS_KEY: alice.secretKey,
  AWS_ENDPOINT_URL_EKS: eks.endpoint,
  AWS_REGION: region,
});
const argsFor = (name: string): string[] => ["eks", "update-kubeconfig", "--name", name, "--kubeconfig", file];
const update = (name: string): Promise<CliResult> => runFedctl(argsFor(name), { env: awsEnv() });
/** @throws when it is no kubeconfig */
const config = (): RawConfig => parseKubeconfig(readFileSync(file, "utf8"), file);

/** Reads the file again and again while `work` goes on; whole at any moment means that this never throws. */
async function watched<T>(work: Promise<T>): Promise<T> {
  const state = { isDone: false };
  const finished = work.finally(() => {
    state.isDone = true;
  });
  while (!state.isDone) {
    config();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return finished;
}

function expectAll(raw: RawConfig): void {
  for (const entries of [raw.clusters, raw.users, raw.contexts])
    expect([...entries.keys()]).toEqual(expect.arrayContaining(arns));
  expect(arns).toContain(raw.currentContext);
}

const limit = 60_000 * Math.max(rounds, 3);

describe("twenty update-kubeconfig of different clusters at once", () => {
  test(`lose no entry, ${rounds} rounds`, { timeout: limit }, async () => {
    for (let round = 0; round < rounds; round += 1) {
      const before = "# mine\napiVersion: v1\nkind: Config\nx-other: {kept: yes} # really\n";
      writeFileSync(file, before);
      const results = await watched(Promise.all(names.map(update)));
      expect(results.filter(({ code, stderr }) => code !== 0 || stderr !== "")).toEqual([]);
      expectAll(config());
      expect(config().contexts.size).toBe(20);
      expect(readFileSync(file, "utf8").startsWith(before)).toBe(true);
      expect(readdirSync(folder)).toEqual(["config"]);
    }
  });

  test(`lose no entry beside kubectl, ${rounds} rounds`, { timeout: limit }, async () => {
    for (let round = 0; round < rounds; round += 1) {
      writeFileSync(file, "apiVersion: v1\nkind: Config\ncontexts:\n- name: k\n  context: {cluster: c, user: u}\n");
      const state = { isDone: false };
      const kubectl = setContextsUntil(state);
      const results = await Promise.all(names.map(update));
      state.isDone = true;
      const written = await kubectl;
      expect(results.filter(({ code, stderr }) => code !== 0 || stderr !== "")).toEqual([]);
      expect(written).toBeGreaterThan(0);
      expectAll(config());
      expect(config().contexts.get("k")?.namespace).toBe(`n${written}`);
      expect(readdirSync(folder)).toEqual(["config"]);
    }
  });
});

test("killed at any moment, update-kubeconfig leaves the old file or the new one", { timeout: 120_000 }, async () => {
  const old = `apiVersion: v1\nkind: Config\n# ${"x".repeat(200_000)}\n`;
  const outcomes = new Set<string>();
  // From before it asks EKS until after it has written.
  for (let wait = 60; wait < 460; wait += 25) {
    writeFileSync(file, old);
    const child = spawn(execPath, [bin, ...argsFor("c0")], { stdio: "ignore", env: { HOME: folder, ...awsEnv() } });
    const ended = new Promise((resolve) => child.once("close", resolve));
    const timer = setTimeout(() => child.kill("SIGKILL"), wait);
    await ended;
    clearTimeout(timer);
    const text = readFileSync(file, "utf8");
    outcomes.add(text === old ? "old" : "new");
    if (text !== old) expectWhole(text, old);
    rmSync(`${file}.lock`, { force: true });
  }
  expect(outcomes).toContain("old");
});

function expectWhole(text: string, old: string): void {
  for (const line of old.trimEnd().split("\n")) expect(text.includes(line)).toBe(true);
  expect([...config().contexts.keys()]).toEqual([arns[0]]);
}

/** Changes one context with kubectl until told to stop, and returns how often; a lock that is there makes it fail, and try again. */
async function setContextsUntil(state: { readonly isDone: boolean }): Promise<number> {
  let written = 0;
  while (!state.isDone || written === 0) {
    const namespace = `n${written + 1}`;
    const args = ["config", "set-context", "k", "--namespace", namespace, "--kubeconfig", file];
    try {
      await run("kubectl", args);
      written += 1;
    } catch (error) {
      expect(String(error)).toContain("config.lock: file exists");
    }
  }
  return written;
}
