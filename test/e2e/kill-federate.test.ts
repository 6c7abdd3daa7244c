import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rawCreate } from "../cluster/raw-client.ts";
import { type InterceptedPair, startInterceptedPair, stopEverywhere } from "../support/stopped-runs.ts";
import { differences, readWhole, returnTo, stayingDifferences, type WholeState } from "../support/whole-state.ts";

let pair: InterceptedPair;
let apart: WholeState;
let joined: WholeState;

beforeAll(async () => {
  pair = await startInterceptedPair();
  await pair.succeed(["install"]);
  const inShop = "/api/v1/namespaces/shop";
  await rawCreate(pair.earth, "/api/v1/namespaces", { metadata: { name: "shop" } });
  await rawCreate(pair.earth, `${inShop}/configmaps`, { metadata: { name: "settings" }, data: { a: "1" } });
  await rawCreate(pair.earth, `${inShop}/configmaps`, { metadata: { name: "prices" }, data: { a: "2" } });
  await rawCreate(pair.earth, `${inShop}/limitranges`, { metadata: { name: "limits" }, spec: { limits: [] } });
  apart = await readWhole(pair.clusters);
  await pair.succeed(["join", "vulcan"]);
  joined = await readWhole(pair.clusters);
});
afterAll(() => pair.stop());

/** Unjoins, and says what of the join is left: what stays is what was done since the join, and nothing else. */
async function leftByUnjoin(done: WholeState): Promise<string[]> {
  await pair.succeed(["unjoin", "vulcan"]);
  const since = new Set(differences(joined, done));
  const staying = await stayingDifferences(pair.clusters, apart, (line) => !since.has(line));
  await pair.succeed(["join", "vulcan"]);
  return staying;
}

describe("killed at each of its requests", { timeout: 900_000 }, () => {
  test.each([
    ["enable", ["enable", "leases", "limitranges"]],
    ["federate --contents", ["federate", "namespace", "shop", "--contents", "--enable-type"]],
  ])("%s is finished by the same command, and unjoin leaves nothing of the join", async (_name, args) => {
    await pair.succeed(args);
    const done = await readWhole(pair.clusters);
    await returnTo(pair.clusters, joined);
    const points = await stopEverywhere(pair, args, async (where) => {
      await pair.succeed(args);
      expect(await stayingDifferences(pair.clusters, done), where).toEqual([]);
      await returnTo(pair.clusters, joined);
    });
    expect(points).toBeGreaterThan(15);
    expect(await leftByUnjoin(done)).toEqual([]);
    await returnTo(pair.clusters, joined);
  });

  test("disable is finished by the same command, and unjoin leaves nothing of the join", async () => {
    const [enable, args] = [
      ["enable", "leases"],
      ["disable", "leases", "--delete-crd"],
    ] as const;
    await pair.succeed(enable);
    const points = await stopEverywhere(pair, args, async (where) => {
      await pair.rerun(args, { where, doneCode: "TypeNotEnabled" });
      expect(await stayingDifferences(pair.clusters, joined), where).toEqual([]);
      await pair.succeed(enable);
    });
    expect(points).toBeGreaterThan(5);
    expect(await leftByUnjoin(joined)).toEqual([]);
  });
});
