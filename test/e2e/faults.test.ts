import { env } from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rawCreate } from "../cluster/raw-client.ts";
import { seededFaults, tellFaults } from "../support/seeded-faults.ts";
import { type InterceptedPair, startInterceptedPair } from "../support/stopped-runs.ts";
import { readWhole, stayingDifferences, type WholeState } from "../support/whole-state.ts";

/** A federation from its beginning to its end. */
const story: readonly (readonly string[])[] = [
  ["install"],
  ["join", "vulcan"],
  ["enable", "leases"],
  ["federate", "namespace", "shop", "--contents", "--enable-type"],
  ["unjoin", "vulcan"],
  ["uninstall", "--instances=delete"],
];

/** Each takes minutes: FAULT_SEEDS says how many are tried, one where it says nothing. */
const seeds = Array.from({ length: Number(env["FAULT_SEEDS"] ?? 1) }, (_, index) => index + 1);

let pair: InterceptedPair;
/** After each command of an undisturbed run. */
const states: WholeState[] = [];

beforeAll(async () => {
  pair = await startInterceptedPair();
  const inShop = "/api/v1/namespaces/shop";
  await rawCreate(pair.earth, "/api/v1/namespaces", { metadata: { name: "shop" } });
  await rawCreate(pair.earth, `${inShop}/configmaps`, { metadata: { name: "settings" }, data: { a: "1" } });
  await rawCreate(pair.earth, `${inShop}/limitranges`, { metadata: { name: "limits" }, spec: { limits: [] } });
  for (const args of story) {
    await pair.succeed(args);
    states.push(await readWhole(pair.clusters));
  }
});
afterAll(() => pair.stop());

describe("when a fifth of all requests fails", { timeout: 900_000 }, () => {
  test.each(seeds)("every command still does what it does, with seed %i", async (seed) => {
    const faults = seededFaults(seed, 0.2);
    for (const [index, args] of story.entries()) {
      const { code, stderr } = await pair.run(args, faults);
      expect.soft(code, `${args.join(" ")}: ${stderr}`).toBe(0);
      expect(await stayingDifferences(pair.clusters, states[index] ?? new Map()), args.join(" ")).toEqual([]);
    }
    tellFaults(seed, faults.counts);
  });
});
