import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type InterceptedPair, runStopped, startInterceptedPair, stopEverywhere } from "../support/stopped-runs.ts";
import { readWhole, stayingDifferences, type WholeState } from "../support/whole-state.ts";

const join = ["join", "vulcan"];
const unjoin = ["unjoin", "vulcan"];

let pair: InterceptedPair;
let apart: WholeState;
let joined: WholeState;

beforeAll(async () => {
  pair = await startInterceptedPair();
  await pair.succeed(["install"]);
  apart = await readWhole(pair.clusters);
  await pair.succeed(join);
  joined = await readWhole(pair.clusters);
  await pair.succeed(unjoin);
});
afterAll(() => pair.stop());

describe("killed at each of its requests", { timeout: 900_000 }, () => {
  test("join is finished by the same command, and undone by unjoin", async () => {
    const points = await stopEverywhere(pair, join, async (where) => {
      await pair.rerun(join, { where, doneCode: "ClusterAlreadyJoined" });
      expect(await stayingDifferences(pair.clusters, joined), where).toEqual([]);
      await pair.succeed(unjoin);
      expect(await stayingDifferences(pair.clusters, apart), where).toEqual([]);
    });
    expect(points).toBeGreaterThan(20);
    await pair.succeed(unjoin);
  });

  test("join is undone by unjoin at once", async () => {
    await stopEverywhere(pair, join, async (where) => {
      await pair.rerun(unjoin, { where, doneCode: "ClusterNotJoined" });
      expect(await stayingDifferences(pair.clusters, apart), where).toEqual([]);
    });
    await pair.succeed(unjoin);
  });

  test("unjoin is finished by the same command", async () => {
    await pair.succeed(join);
    const points = await stopEverywhere(pair, unjoin, async (where) => {
      await pair.rerun(unjoin, { where, doneCode: "ClusterNotJoined" });
      expect(await stayingDifferences(pair.clusters, apart), where).toEqual([]);
      await pair.succeed(join);
    });
    expect(points).toBeGreaterThan(20);
  });
});

describe("stopped by Ctrl-C", { timeout: 300_000 }, () => {
  /** At how many places: the first requests, then some of the others. */
  const samples = (requests: number): number[] =>
    Array.from({ length: requests }, (_, index) => index + 1).filter((at) => at % 3 === 1);

  test("join ends with 130, and is finished by the same command", async () => {
    for (const at of samples(30)) {
      const { code, unanswered, writes, stderr } = await runStopped(pair, join, {
        at,
        when: "after",
        signal: "SIGINT",
      });
      if (unanswered === undefined) break;
      expect(code, stderr).toBe(130);
      if (writes === 0) continue;
      await pair.rerun(join, { where: `after request ${at}`, doneCode: "ClusterAlreadyJoined" });
      expect(await stayingDifferences(pair.clusters, joined)).toEqual([]);
      await pair.succeed(unjoin);
    }
    await pair.succeed([...unjoin, "--ignore-not-found"]);
    expect(await stayingDifferences(pair.clusters, apart)).toEqual([]);
  });
});
