import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rawCreate } from "../cluster/raw-client.ts";
import { type InterceptedPair, startInterceptedPair, stopEverywhere } from "../support/stopped-runs.ts";
import { readWhole, returnTo, stayingDifferences, type WholeState } from "../support/whole-state.ts";

let pair: InterceptedPair;
let apart: WholeState;
let joined: WholeState;

async function succeed(args: readonly string[]): Promise<void> {
  expect(await pair.fedctl(args)).toMatchObject({ code: 0 });
}

beforeAll(async () => {
  pair = await startInterceptedPair();
  await succeed(["install"]);
  const inShop = "/api/v1/namespaces/shop";
  await rawCreate(pair.earth, "/api/v1/namespaces", { metadata: { name: "shop" } });
  await rawCreate(pair.earth, `${inShop}/configmaps`, { metadata: { name: "settings" }, data: { a: "1" } });
  await rawCreate(pair.earth, `${inShop}/configmaps`, { metadata: { name: "prices" }, data: { a: "2" } });
  await rawCreate(pair.earth, `${inShop}/limitranges`, { metadata: { name: "limits" }, spec: { limits: [] } });
  apart = await readWhole(pair.clusters);
  await succeed(["join", "vulcan"]);
  joined = await readWhole(pair.clusters);
});
afterAll(() => pair.stop());

describe("killed at each of its requests", () => {
  test.each([
    ["enable", ["enable", "leases", "limitranges"]],
    ["federate --contents", ["federate", "namespace", "shop", "--contents", "--enable-type"]],
  ])("%s is finished by the same command; then unjoin leaves nothing of the join", async (_name, args) => {
    await succeed(args);
    const done = await readWhole(pair.clusters);
    await returnTo(pair.clusters, joined);
    const points = await stopEverywhere(pair, args, async (_stopped, where) => {
      await succeed(args);
      expect(await stayingDifferences(pair.clusters, done), where).toEqual([]);
      await returnTo(pair.clusters, joined);
    });
    console.log(points);
    await returnTo(pair.clusters, joined);
    await succeed(["unjoin", "vulcan"]);
    expect(await stayingDifferences(pair.clusters, apart)).toEqual([]);
    await succeed(["join", "vulcan"]);
  });
});
