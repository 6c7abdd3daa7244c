import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rawDelete } from "../cluster/raw-client.ts";
import { type InterceptedPair, startInterceptedPair, stopAtWrites } from "../support/stopped-runs.ts";
import { readWhole, stayingDifferences, type WholeState } from "../support/whole-state.ts";

const registration = "/apis/core.kubefed.io/v1beta1/namespaces/kube-federation-system/kubefedclusters/vulcan";
const folder = mkdtempSync(join(tmpdir(), "fedctl-cleanup-"));

let pair: InterceptedPair;
let apart: WholeState;

beforeAll(async () => {
  pair = await startInterceptedPair();
  await pair.succeed(["install"]);
  apart = await readWhole(pair.clusters);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await pair.stop();
});

describe("killed at each of its writes", { timeout: 900_000 }, () => {
  test("gc is finished by the same command", async () => {
    const gc = ["gc", "--yes", "--cluster-context", "vulcan"];
    const forget = async (): Promise<void> => {
      await pair.succeed(["join", "vulcan"]);
      await rawDelete(pair.earth, registration);
    };
    await forget();
    const points = await stopAtWrites(pair, gc, async (where) => {
      await pair.succeed(gc);
      expect(await stayingDifferences(pair.clusters, apart), where).toEqual([]);
      await forget();
    });
    expect(points).toBeGreaterThan(10);
    expect(await stayingDifferences(pair.clusters, apart)).toEqual([]);
  });

  test("unjoin --resume is finished by the same command, and its file goes last", async () => {
    const file = join(folder, "later.yaml");
    const resume = ["unjoin", "--resume", file];
    const leave = async (): Promise<void> => {
      await pair.succeed(["join", "vulcan"]);
      const { code, stderr } = await pair.run(
        ["unjoin", "vulcan", "--unreachable=skip", "--resume-file", file, "--request-timeout=3s"],
        {
          decide: ({ cluster }) =>
            cluster === "vulcan" ? { kind: "lose", when: "before", by: "reset" } : { kind: "pass" },
        },
      );
      expect(code, stderr).toBe(6);
    };
    await leave();
    const points = await stopAtWrites(pair, resume, async (where) => {
      if (existsSync(file)) await pair.succeed(resume);
      expect(existsSync(file), where).toBe(false);
      expect(await stayingDifferences(pair.clusters, apart), where).toEqual([]);
      await leave();
    });
    expect(points).toBeGreaterThan(8);
    expect(existsSync(file)).toBe(false);
    expect(await stayingDifferences(pair.clusters, apart)).toEqual([]);
  });
});
