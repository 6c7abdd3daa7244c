import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  awsCachePath,
  ownCachePath,
  readCachedKeys,
  writeCachedKeys,
} from "../../../src/eks/internal/credential-cache.ts";
import { splitWords } from "../../../src/eks/internal/credential-process.ts";
import { proxyFor } from "../../../src/eks/internal/aws-transport.ts";
import { readGetTokenLine } from "../../../src/commands/eks/get-token-line.ts";

test("aws's cache has the same names", () => {
  // Of a recording of aws: gt-profile-source-role.
  const request = { RoleSessionName: "sess", RoleArn: "arn:aws:iam::123456789012:role/chained" };
  expect(awsCachePath({ HOME: "/h" }, request)).toBe("/h/.aws/cli/cache/5e337d5058ce634d02624d2a6a3d09cff5c99e77.json");
});

test("kept keys are for their owner, whole, and not used when they expire soon", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fedctl-roles-"));
  try {
    const path = ownCachePath({ XDG_CACHE_HOME: folder }, ["AK", "role"]);
    expect(path).not.toContain("AK");
    const keys = { accessKeyId: "a", secretAccessKey: "b", sessionToken: "c", expiresAt: 1_800_000_000_000 };
    await writeCachedKeys(path, keys);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, "fedctl", "roles"))).toHaveLength(1);
    expect(await readCachedKeys(path, keys.expiresAt - 1)).toEqual(keys);
    expect(await readCachedKeys(path, keys.expiresAt)).toBeUndefined();
    writeFileSync(path, readFileSync(path, "utf8").slice(0, -5));
    expect(await readCachedKeys(path, 0)).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.for([
  [String.raw`/bin/a b\ c "d e" 'f "g"' --h="i j"`, ["/bin/a", "b c", "d e", 'f "g"', "--h=i j"]],
  ["  spaced   out ", ["spaced", "out"]],
] as const)("words of credential_process: %s", ([line, words]) => {
  expect(splitWords(line)).toEqual(words);
});

test.for([
  ["https://eks.x.amazonaws.com", { HTTPS_PROXY: "p:1" }, "http://p:1"],
  ["https://eks.x.amazonaws.com", { https_proxy: "http://low", HTTPS_PROXY: "http://up" }, "http://low"],
  ["https://eks.x.amazonaws.com", { HTTPS_PROXY: "http://p", NO_PROXY: "other,.amazonaws.com" }, undefined],
  ["https://eks.x.amazonaws.com", { HTTPS_PROXY: "http://p", NO_PROXY: "ws.com" }, "http://p"],
  ["http://127.0.0.1:1", { HTTPS_PROXY: "http://p" }, undefined],
] as const)("proxy for %s in %o", ([url, env, wanted]) => {
  expect(proxyFor(new URL(url), env)).toBe(wanted);
});

test("only the line of a kubeconfig goes without the parser", () => {
  const line = "--region r eks get-token --cluster-name c --output json --role arn --profile p".split(" ");
  expect(readGetTokenLine(line)).toEqual({ region: "r", clusterName: "c", output: "json", role: "arn", profile: "p" });
  for (const other of [
    "eks get-token --help",
    "eks get-token --json",
    "eks list",
    "join x",
    "eks get-token --region",
  ]) {
    expect(readGetTokenLine(other.split(" "))).toBeUndefined();
  }
});
