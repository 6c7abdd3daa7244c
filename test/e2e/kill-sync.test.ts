import { afterAll, beforeAll, expect, test } from "vitest";
import { rawCreate, rawDelete } from "../cluster/raw-client.ts";
import { type InterceptedPair, startInterceptedPair, stopEverywhere } from "../support/stopped-runs.ts";
import { readWhole, stayingDifferences } from "../support/whole-state.ts";

let pair: InterceptedPair;
const path = "/apis/types.kubefed.io/v1beta1/namespaces/shop";
const names = ["prices", "settings"];

beforeAll(async () => {
  pair = await startInterceptedPair();
  await pair.succeed(["install"]);
  await pair.succeed(["join", "vulcan"]);
  await rawCreate(pair.earth, "/api/v1/namespaces", { metadata: { name: "shop" } });
  await federate("FederatedNamespace", "shop");
  await pair.succeed(["sync"]);
});
afterAll(() => pair.stop());

async function federate(kind: string, name: string): Promise<void> {
  await rawCreate(pair.earth, `${path}/${kind.toLowerCase()}s`, {
    apiVersion: "types.kubefed.io/v1beta1",
    kind,
    metadata: { name },
    spec: { placement: { clusterSelector: {} }, template: kind === "FederatedNamespace" ? {} : { data: { a: "1" } } },
  });
}

/** They hold resource versions, which no two runs share. */
const counts = (line: string): boolean => !line.includes("/propagatedversions ");

test("killed at each of its requests, sync is finished by the same command", { timeout: 900_000 }, async () => {
  for (const name of names) await federate("FederatedConfigMap", name);
  await pair.succeed(["sync"]);
  const done = await readWhole(pair.clusters);
  const undo = async (): Promise<void> => {
    for (const name of names) await rawDelete(pair.earth, `${path}/federatedconfigmaps/${name}`);
    await pair.succeed(["sync"]);
    for (const name of names) await federate("FederatedConfigMap", name);
  };
  await undo();
  const points = await stopEverywhere(pair, ["sync"], async (where) => {
    await pair.succeed(["sync"]);
    expect(await stayingDifferences(pair.clusters, done, counts), where).toEqual([]);
    await undo();
  });
  expect(points).toBeGreaterThan(10);
});
