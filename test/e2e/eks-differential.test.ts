import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, execPath } from "node:process";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readManifestDocuments } from "../../src/yaml/manifest-documents.ts";
import { type Scene, scenes } from "../support/eks/scenes.ts";
import { arnOfCluster, type EksServer, startEks } from "../support/iam/eks-server.ts";

/** The AWS CLI to compare with, where there is one: CI has none. EKS_DIFFERENTIAL_RUNS says how many scenes are played. */
const aws = env["REFERENCE_AWS"];
const runs = Number(env["EKS_DIFFERENTIAL_RUNS"] ?? 20);
const bin = fileURLToPath(new URL("../../bin/fedctl.js", import.meta.url));
const shop = { name: "shop", region: "eu-west-1", endpoint: "https://shop.eks.example", caPem: "CA" };
const alice = { name: "alice", accessKey: "AKIAALICE", secretKey: "secret-of-alice" };

let eks: EksServer;
beforeAll(async () => {
  eks = await startEks({ users: [alice], clusters: [shop] });
});
afterAll(() => eks[Symbol.asyncDispose]());

interface Played {
  readonly succeeded: boolean;
  readonly stdout: unknown;
  /** What each file says, however it is written. */
  readonly files: Readonly<Record<string, unknown>>;
}

interface Player {
  readonly command: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

async function play(scene: Scene, { command, before, after }: Player): Promise<Played> {
  const home = mkdtempSync(join(tmpdir(), "fedctl-scene-"));
  try {
    for (const [name, text] of Object.entries(scene.files))
      if (text !== undefined) writeFileSync(join(home, name), text);
    const list = ["a", "b", "c"].map((name) => join(home, name));
    const where = scene.isListed ? [] : ["--kubeconfig", join(home, "a")];
    const line = [...before, "eks", "update-kubeconfig", "--name", shop.name, ...scene.args, ...where, ...after];
    const { succeeded, stdout } = await run(command, line, { home, kubeconfig: scene.isListed ? list.join(":") : "" });
    const text = stdout.replaceAll(home, "HOME");
    const names = readdirSync(home).filter((name) => statSync(join(home, name)).isFile());
    const files = names.map((name) => [name, dataOf(readFileSync(join(home, name), "utf8"))] as const);
    // A dry run shows nobody's token.
    const shown = scene.args.includes("--dry-run") ? dataOf(text.replaceAll("REDACTED", "t")) : text;
    return { succeeded, stdout: shown, files: Object.fromEntries(files) };
  } finally {
    rmSync(home, { recursive: true });
  }
}

interface Home {
  readonly home: string;
  readonly kubeconfig: string;
}

function run(
  command: string,
  args: readonly string[],
  { home, kubeconfig }: Home,
): Promise<{ succeeded: boolean; stdout: string }> {
  const own = {
    PATH: "/usr/bin:/bin",
    HOME: home,
    AWS_ACCESS_KEY_ID: alice.accessKey,
    AWS_SECRET_ACCESS_KEY: alice.secretKey,
    AWS_ENDPOINT_URL_EKS: eks.endpoint,
    AWS_REGION: shop.region,
    AWS_DEFAULT_REGION: shop.region,
    ...(kubeconfig !== "" && { KUBECONFIG: kubeconfig }),
  };
  return new Promise((resolve) => {
    execFile(command, args, { env: own, cwd: home }, (error, stdout) => {
      resolve({ succeeded: error === null, stdout });
    });
  });
}

function dataOf(text: string): unknown {
  try {
    return readManifestDocuments(text, "-").map(({ value }) => value);
  } catch {
    return text;
  }
}

describe.skipIf(aws === undefined)("update-kubeconfig beside the AWS CLI itself", () => {
  test(`leaves the same data behind, ${runs} scenes`, { timeout: 20_000 * runs }, async () => {
    await fc.assert(
      fc.asyncProperty(scenes(arnOfCluster(shop)), async (scene) => {
        const theirs = await play(scene, { command: aws ?? "", before: [], after: [] });
        // aws takes over whatever has the name.
        const ours = await play(scene, { command: execPath, before: [bin], after: ["--overwrite"] });
        expect(ours).toEqual(theirs);
      }),
      { numRuns: runs, endOnFailure: true },
    );
  });
});
