import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/kube/objects.ts";
import type { ClusterDetails } from "../../cluster/details.ts";
import { rawList } from "../../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../../cluster/start.ts";
import { type RunningController, startController } from "../../support/controller.ts";
import {
  configMapPath,
  federateConfigMap,
  federatedPath,
  federateNamespace,
  inClusters,
  openEngineFederation,
  propagatedIn,
  until,
} from "../../support/engine-federation.ts";
import type { Federation } from "../../support/federation.ts";

let set: ClusterSet;
let earth: ClusterDetails;
let vulcan: ClusterDetails;
let federation: Federation;
const vulcanOnly = inClusters("vulcan");
const shards = 4;

beforeAll(async () => {
  set = await startClusters(["earth", "vulcan"]);
  [earth, vulcan] = [set.cluster("earth").details, set.cluster("vulcan").details];
  federation = await openEngineFederation(set, ["vulcan"]);
});
afterAll(() => set.stop());

const start = (): RunningController =>
  startController({ kubeconfigPath: set.kubeconfigPath, kubefedNamespace: federation.namespace, shards });

interface Turn {
  readonly shard: string;
  readonly begins: boolean;
  readonly time: string;
}

function turnsOf({ log }: RunningController): readonly Turn[] {
  return log
    .filter(({ message }) => message === "leading" || message.startsWith("shard is given back"))
    .map(({ message, shard, time }) => ({ shard: String(shard), begins: message === "leading", time: String(time) }));
}

function ledBy(controller: RunningController): readonly string[] {
  const led = new Set<string>();
  for (const { shard, begins } of turnsOf(controller)) {
    if (begins) led.add(shard);
    else led.delete(shard);
  }
  return [...led].toSorted();
}

const leads = (controller: RunningController, count: number) =>
  until(() => Promise.resolve(ledBy(controller).length === count), 60_000);

/** Versions of all federated objects and copies: who writes one of them again changes its version. */
async function versionsIn(namespaces: readonly string[]): Promise<Readonly<Record<string, string | undefined>>> {
  const lists = namespaces.flatMap((namespace) => [
    rawList<KubeObject>(earth, federatedPath(namespace, "federatedconfigmaps")),
    rawList<KubeObject>(vulcan, `${configMapPath(namespace)}?labelSelector=kubefed.io%2Fmanaged%3Dtrue`),
  ]);
  const entries = (await Promise.all(lists)).map((items, list) =>
    items.map(({ metadata }) => [`${list} ${metadata?.name ?? ""}`, metadata?.resourceVersion] as const),
  );
  return Object.fromEntries(entries.flat());
}

describe("four shards of two processes", { timeout: 240_000 }, () => {
  test("who comes back gets its part; nobody works beside another, and nothing is lost or written again", async () => {
    const one = start();
    await leads(one, shards);
    const namespaces = await Promise.all(Array.from({ length: 8 }, () => federateNamespace(earth, vulcanOnly)));
    const addToAll = async (name: string, count: number): Promise<void> => {
      const keys = namespaces.map((namespace) => ({ namespace, name }));
      await Promise.all(keys.map((key) => federateConfigMap(earth, key, { placement: vulcanOnly })));
      for (const namespace of namespaces)
        await until(async () => (await propagatedIn(earth, namespace)) === count, 60_000);
    };
    await addToAll("before", 1);
    const before = await versionsIn(namespaces);

    const two = start();
    await leads(two, 2);
    await leads(one, 2);
    expect([...ledBy(one), ...ledBy(two)].toSorted()).toEqual(["0", "1", "2", "3"]);
    // A shard begins with one when it has ended with the other.
    const given = turnsOf(one).filter(({ begins }) => !begins);
    expect(given).toHaveLength(2);
    for (const { shard, time } of given) {
      const taken = turnsOf(two).find((turn) => turn.shard === shard && turn.begins);
      expect(time <= (taken?.time ?? ""), `shard ${shard}`).toBe(true);
    }
    expect(await versionsIn(namespaces)).toEqual(before);
    await addToAll("shared", 2);
    // It stays so.
    expect([turnsOf(one).length, turnsOf(two).length]).toEqual([6, 2]);

    two.kill();
    await addToAll("after", 3);
    await leads(one, shards);
    expect(await versionsIn(namespaces)).toMatchObject(before);
    await one.stop();
  });
});
