import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { isInShard } from "../../../src/engine/shard-key.ts";
import type { KubeObject, Secret, UnknownObject } from "../../../src/kube/objects.ts";
import type { ClusterDetails } from "../../cluster/details.ts";
import { rawCreate, rawDelete, rawGet, rawList, rawPatch } from "../../cluster/raw-client.ts";
import { type HangingRelay, relayTo, startRelay } from "../../cluster/relay.ts";
import { type ClusterSet, startClusters } from "../../cluster/start.ts";
import { registrationPath, secretsPath } from "../../support/cluster-pair.ts";
import { type ControllerPlace, type RunningController, startController } from "../../support/controller.ts";
import {
  configMapPath,
  federateConfigMap,
  federatedPath,
  federateNamespace,
  inClusters,
  openEngineFederation,
  propagatedIn,
  propagationOf,
  readinessOf,
  until,
  valueIn,
} from "../../support/engine-federation.ts";
import type { Federation } from "../../support/federation.ts";

let set: ClusterSet;
let earth: ClusterDetails;
let vulcan: ClusterDetails;
let relay: HangingRelay;
let federation: Federation;
const both = inClusters("earth", "vulcan");
const kubefedLock = "kubefed-controller-manager";

beforeAll(async () => {
  set = await startClusters(["earth", "vulcan"]);
  [earth, vulcan] = [set.cluster("earth").details, set.cluster("vulcan").details];
  federation = await openEngineFederation(set, ["earth", "vulcan"]);
  // The controller reaches vulcan through a relay that can fall silent.
  relay = await startRelay(relayTo(vulcan, 0));
  const apiEndpoint = `https://127.0.0.1:${relay.port}`;
  await rawPatch(earth, registrationPath(federation.namespace, "vulcan"), { spec: { apiEndpoint } });
});
afterAll(async () => {
  await relay.stop();
  await set.stop();
});

const start = (more: Partial<ControllerPlace> = {}): RunningController =>
  startController({ kubeconfigPath: set.kubeconfigPath, kubefedNamespace: federation.namespace, ...more });

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `c${index}`);

async function federateMany(namespace: string, count: number): Promise<void> {
  await Promise.all(names(count).map((name) => federateConfigMap(earth, { namespace, name }, { placement: both })));
}

async function copiesIn(cluster: ClusterDetails, namespace: string): Promise<number> {
  const items = await rawList<KubeObject>(cluster, configMapPath(namespace));
  return items.filter(({ metadata }) => metadata?.labels?.["kubefed.io/managed"] === "true").length;
}

/** Everything is where it is to be, once, and its record says so. */
async function expectAllIn(namespace: string, count: number): Promise<void> {
  await until(async () => (await propagatedIn(earth, namespace)) === count, 60_000);
  expect([await copiesIn(earth, namespace), await copiesIn(vulcan, namespace)]).toEqual([count, count]);
  const path = `/apis/core.kubefed.io/v1alpha1/namespaces/${namespace}/propagatedversions`;
  // Of what was deleted, the garbage collector removes the record.
  await until(async () => {
    const versions = await rawList<UnknownObject & { status?: { clusterVersions: object[] } }>(earth, path);
    const ofConfigMaps = versions.filter(({ metadata }) => metadata?.name?.startsWith("configmap-"));
    return ofConfigMaps.filter(({ status }) => status?.clusterVersions.length === 2).length === count;
  });
}

describe("a controller that is killed", () => {
  test("again and again loses nothing: the last one finishes", async () => {
    const namespace = await federateNamespace(earth, both);
    await federateMany(namespace, 120);
    for (const afterMs of [700, 900, 1_100, 1_300]) {
      const controller = start({ leaderElect: false });
      await sleep(afterMs);
      controller.kill();
    }
    const last = start({ leaderElect: false });
    await expectAllIn(namespace, 120);
    await last.stop();
  });

  test("while it deletes leaves nothing behind", async () => {
    const namespace = await federateNamespace(earth, both);
    await federateMany(namespace, 60);
    const first = start({ leaderElect: false });
    await expectAllIn(namespace, 60);
    const path = federatedPath(namespace, "federatedconfigmaps");
    await Promise.all(names(60).map((name) => rawDelete(earth, `${path}/${name}`)));
    first.kill();
    const second = start({ leaderElect: false });
    await until(async () => (await rawList(earth, path)).length === 0, 60_000);
    expect([await copiesIn(earth, namespace), await copiesIn(vulcan, namespace)]).toEqual([0, 0]);
    await second.stop();
  });
});

describe("API servers that restart", () => {
  test("the host's: what is federated meanwhile and afterwards gets there", async () => {
    const controller = start();
    const namespace = await federateNamespace(earth, both);
    await federateMany(namespace, 20);
    await set.cluster("earth").restartApiServer();
    await federateConfigMap(earth, { namespace, name: "after" }, { placement: both });
    await expectAllIn(namespace, 21);
    await controller.stop();
  });

  test("a member's: it misses nothing", async () => {
    const controller = start();
    const namespace = await federateNamespace(earth, both);
    await federateMany(namespace, 5);
    await expectAllIn(namespace, 5);
    await set.cluster("vulcan").restartApiServer(async () => {
      await federateConfigMap(earth, { namespace, name: "meanwhile" }, { placement: both });
      await rawDelete(earth, federatedPath(namespace, "federatedconfigmaps", "c0"));
      await sleep(1_000);
    });
    await expectAllIn(namespace, 5);
    await until(async () => (await valueIn(vulcan, { namespace, name: "c0" })) === undefined);
    await controller.stop();
  });
});

test("a member that hangs holds up nobody else, is called not ready, and catches up", async () => {
  const controller = start();
  const namespace = await federateNamespace(earth, both);
  await federateConfigMap(earth, { namespace, name: "before" }, { placement: both });
  await until(async () => (await propagationOf(earth, { namespace, name: "before" })) === "True earth vulcan");
  relay.hang();
  onTestFinished(() => {
    relay.resume();
  });
  const key = { namespace, name: "meanwhile" };
  await federateConfigMap(earth, key, { placement: both });
  await until(async () => (await valueIn(earth, key)) === "1");
  await until(async () => (await readinessOf(earth, federation, "vulcan")) === "ClusterNotReachable");
  await until(async () =>
    (await propagationOf(earth, { namespace, name: "before" })).includes("vulcan:ClusterNotReady"),
  );
  relay.resume();
  await until(async () => (await propagationOf(earth, key)) === "True earth vulcan", 60_000);
  expect(await valueIn(vulcan, key)).toBe("1");
  await controller.stop();
});

test("writers that change a copy, and its original, all the time: the last word of the original counts", async () => {
  const controller = start();
  const namespace = await federateNamespace(earth, both);
  const key = { namespace, name: "a" };
  await federateConfigMap(earth, key, { placement: both });
  await until(async () => (await valueIn(vulcan, key)) === "1");
  const path = federatedPath(namespace, "federatedconfigmaps", "a");
  for (let round = 0; round < 15; round += 1) {
    await rawPatch(vulcan, configMapPath(namespace, "a"), { data: { value: `foreign-${round}` } });
    await rawPatch(earth, path, { spec: { template: { data: { value: `own-${round}` } } } });
    await rawPatch(earth, path, { metadata: { annotations: { round: `${round}` } } });
  }
  await rawPatch(vulcan, configMapPath(namespace, "a"), { data: { value: "the last of others" } });
  await until(async () => (await valueIn(vulcan, key)) === "own-14" && (await valueIn(earth, key)) === "own-14");
  await until(async () => (await propagationOf(earth, key)) === "True earth vulcan");
  await controller.stop();
});

async function tokenIn(cluster: ClusterDetails, name: string): Promise<string> {
  const secret = await rawGet<Secret>(cluster, `${secretsPath(federation.namespace)}/${name}`);
  return secret?.data?.["token"] ?? "";
}

async function saidOf(name: string): Promise<string> {
  const seen = await rawGet<{ status: { conditions: { message: string }[] } }>(
    earth,
    registrationPath(federation.namespace, name),
  );
  return seen?.status.conditions[0]?.message ?? "";
}

test("a token that was revoked is told as the reason, and one that replaces it is taken", async () => {
  const controller = start();
  await until(async () => (await readinessOf(earth, federation, "vulcan")) === "Ready");
  const secrets = secretsPath(federation.namespace);
  const stored = (await rawList<Secret>(earth, secrets)).find(({ metadata }) => metadata?.name?.startsWith("vulcan-"));
  const credential = stored?.metadata?.name ?? "";
  const name = "vulcan-earth";
  expect(await tokenIn(vulcan, name)).toBe(await tokenIn(earth, credential));
  // Revoked: the Secret that the token is bound to goes, as after an unjoin or a rotation.
  await rawDelete(vulcan, `${secrets}/${name}`);
  await until(async () => (await readinessOf(earth, federation, "vulcan")) === "ClusterNotReachable", 60_000);
  expect(await saidOf("vulcan")).toContain("Unauthorized");
  await rawCreate(vulcan, secrets, {
    metadata: { name, annotations: { "kubernetes.io/service-account.name": name } },
    type: "kubernetes.io/service-account-token",
  });
  await until(async () => (await tokenIn(vulcan, name)) !== "");
  await rawPatch(earth, `${secrets}/${credential}`, { data: { token: await tokenIn(vulcan, name) } });
  await until(async () => (await readinessOf(earth, federation, "vulcan")) === "Ready", 60_000);
  await controller.stop();
});

test("a clock that is set, hours ahead and back, disturbs nothing", async () => {
  const controller = start();
  const namespace = await federateNamespace(earth, both);
  onTestFinished(() => void vi.useRealTimers());
  for (const [name, hours] of Object.entries({ ahead: 3, back: -6 })) {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + hours * 3_600_000, shouldAdvanceTime: true });
    await federateConfigMap(earth, { namespace, name }, { placement: both });
    await until(async () => (await propagationOf(earth, { namespace, name })) === "True earth vulcan");
    vi.useRealTimers();
  }
  expect(controller.log.filter(({ message }) => message === "leading")).toHaveLength(1);
  await controller.stop();
});

const led = ({ log }: RunningController): unknown[] =>
  log.filter(({ message }) => message === "leading").map(({ shard }) => shard);

describe("two replicas", () => {
  test("of one shard: one works, the other goes on when that is killed, and nothing is lost or done twice", async () => {
    const one = start();
    await until(() => Promise.resolve(led(one).length === 1));
    const two = start();
    const namespace = await federateNamespace(earth, both);
    await federateMany(namespace, 80);
    await sleep(300);
    one.kill();
    await expectAllIn(namespace, 80);
    expect(led(two)).toEqual(["0"]);
    await two.stop();
  });

  test("of two shards: each has one, and who is left takes over the other's", async () => {
    const place = { shards: 2 };
    const [one, two] = [start(place), start(place)];
    await until(() => Promise.resolve(led(one).length === 1 && led(two).length === 1), 60_000);
    expect([...led(one), ...led(two)].toSorted()).toEqual(["0", "1"]);
    const namespaces = await Promise.all(names(6).map(() => federateNamespace(earth, both)));
    await Promise.all(namespaces.map((namespace) => federateMany(namespace, 5)));
    for (const namespace of namespaces) await expectAllIn(namespace, 5);
    for (const [controller, shard] of [
      [one, led(one)[0]],
      [two, led(two)[0]],
    ] as const) {
      const range = { index: Number(shard), count: 2 };
      const worked = controller.log.filter(({ message }) => message === "reconciled").map(({ key }) => String(key));
      expect(worked.filter((key) => !isInShard(key.split("/")[0] ?? "", range))).toEqual([]);
    }
    two.kill();
    await until(() => Promise.resolve(led(one).length === 2), 60_000);
    await Promise.all(
      namespaces.map((namespace) => federateConfigMap(earth, { namespace, name: "more" }, { placement: both })),
    );
    for (const namespace of namespaces) await expectAllIn(namespace, 6);
    await one.stop();
  });

  test("that divide the work otherwise do not work side by side", async () => {
    const one = start({ shards: 2 });
    await until(() => Promise.resolve(led(one).length > 0));
    const two = start({ shards: 3 });
    const waits = () => two.log.find(({ message }) => message === "waiting: somebody else leads");
    await until(() => Promise.resolve(waits() !== undefined));
    expect(waits()).toMatchObject({ holder: "fedctl-controller/2" });
    expect(led(two)).toEqual([]);
    await one.stop();
    await two.stop();
  });
});

describe("KubeFed's own controller", () => {
  const lockPath = (): string => `/api/v1/namespaces/${federation.namespace}/configmaps`;
  const annotation = "control-plane.alpha.kubernetes.io/leader";
  const record = () =>
    JSON.stringify({
      holderIdentity: "kubefed-7d9f_1",
      leaseDurationSeconds: 15,
      acquireTime: "2026-11-25T10:00:00Z",
      renewTime: `${new Date().toISOString().slice(0, 19)}Z`,
      leaderTransitions: 1,
    });

  test("is left to act while it holds its lock, and told of; ours holds it while ours acts", async () => {
    const annotations = { [annotation]: record() };
    const path = `${lockPath()}/${kubefedLock}`;
    if ((await rawGet(earth, path)) === undefined)
      await rawCreate(earth, lockPath(), { metadata: { name: kubefedLock } });
    await rawPatch(earth, path, { metadata: { annotations } });
    const waiting = start();
    const alone = start({ leaderElect: false });
    await expect(alone.ended).rejects.toMatchObject({
      code: "ObjectConflict",
      message: expect.stringContaining('"kubefed-7d9f_1" acts on this control plane') as string,
    });
    await until(() => Promise.resolve(waiting.log.some(({ holder }) => holder === "kubefed-7d9f_1")));
    await sleep(2_000);
    expect(led(waiting)).toEqual([]);
    // As a controller that ends by itself leaves it (ReleaseOnCancel), or nobody for 15 s.
    await rawPatch(earth, path, {
      metadata: { annotations: { [annotation]: record().replace("kubefed-7d9f_1", "") } },
    });
    await until(() => Promise.resolve(led(waiting).length === 1));
    const lock = await rawGet<KubeObject>(earth, path);
    expect(JSON.parse(lock?.metadata?.annotations?.[annotation] ?? "")).toMatchObject({
      holderIdentity: "fedctl-controller/1",
    });
    await waiting.stop();
    const left = await rawGet<KubeObject>(earth, path);
    expect(JSON.parse(left?.metadata?.annotations?.[annotation] ?? "")).toMatchObject({ holderIdentity: "" });
  });
});
