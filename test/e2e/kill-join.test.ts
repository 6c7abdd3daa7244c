import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type InterceptedPair, startInterceptedPair, stopEverywhere } from "../support/stopped-runs.ts";
import { readWhole, stayingDifferences, type WholeState } from "../support/whole-state.ts";

const join = ["join", "vulcan"];
const unjoin = ["unjoin", "vulcan"];

let pair: InterceptedPair;
let apart: WholeState;
let joined: WholeState;

/** Runs a command that must succeed. */
async function succeed(args: readonly string[]): Promise<void> {
  expect(await pair.fedctl(args)).toMatchObject({ code: 0 });
}

beforeAll(async () => {
  pair = await startInterceptedPair();
  await succeed(["install"]);
  apart = await readWhole(pair.clusters);
  await succeed(join);
  joined = await readWhole(pair.clusters);
  await succeed(unjoin);
});
afterAll(() => pair.stop());

/** Runs a command again that was stopped; the last request may have ended its work, and then it says so. */
async function rerun(args: readonly string[], { where, doneCode }: { where: string; doneCode: string }): Promise<void> {
  const { code, stdout, stderr } = await pair.fedctl([...args, "--json"]);
  const { error } = JSON.parse(stdout) as { error: { code: string } | null }; // decision 0002
  expect([0, 7], `${where}: ${stderr}`).toContain(code);
  expect([undefined, doneCode], where).toContain(error?.code);
}

describe("killed at each of its requests", () => {
  test("join is finished by the same command, and undone by unjoin", async () => {
    const points = await stopEverywhere(pair, join, async (_stopped, where) => {
      await rerun(join, { where, doneCode: "ClusterAlreadyJoined" });
      expect(await stayingDifferences(pair.clusters, joined), where).toEqual([]);
      await succeed(unjoin);
      expect(await stayingDifferences(pair.clusters, apart), where).toEqual([]);
    });
    expect(points).toBeGreaterThan(20);
    await succeed(unjoin);
  });

  test("join is undone by unjoin at once", async () => {
    await stopEverywhere(pair, join, async (_stopped, where) => {
      await rerun(unjoin, { where, doneCode: "ClusterNotJoined" });
      expect(await stayingDifferences(pair.clusters, apart), where).toEqual([]);
    });
    await succeed(unjoin);
  });

  test("unjoin is finished by the same command", async () => {
    await succeed(join);
    const points = await stopEverywhere(pair, unjoin, async (_stopped, where) => {
      await rerun(unjoin, { where, doneCode: "ClusterNotJoined" });
      expect(await stayingDifferences(pair.clusters, apart), where).toEqual([]);
      await succeed(join);
    });
    expect(points).toBeGreaterThan(20);
  });
});
