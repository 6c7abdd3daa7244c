import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KubeObject, UnknownObject } from "../../../src/kube/objects.ts";
import type { ClusterDetails } from "../../cluster/details.ts";
import { rawDelete, rawGet, rawList, rawPatch } from "../../cluster/raw-client.ts";
import { type HangingRelay, relayTo, startRelay } from "../../cluster/relay.ts";
import { type ClusterSet, startClusters } from "../../cluster/start.ts";
import { registrationPath } from "../../support/cluster-pair.ts";
import { type ControllerPlace, type RunningController, startController } from "../../support/controller.ts";
import {
  configMapPath,
  federateConfigMap,
  federatedPath,
  federateNamespace,
  inClusters,
  openEngineFederation,
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

beforeAll(async () => {
  set = await startClusters(["earth", "vulcan"]);
  [earth, vulcan] = [set.cluster("earth").details, set.cluster("vulcan").details];
  federation = await openEngineFederation(set, ["earth", "vulcan"]);
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

const isPropagated = async (key: Key): Promise<boolean> => (await propagationOf(earth, key)) === "True earth vulcan";

interface Key {
  readonly namespace: string;
  readonly name: string;
}

async function labelIn(cluster: ClusterDetails, { namespace, name }: Key): Promise<string | undefined> {
  const found = await rawGet<KubeObject>(cluster, configMapPath(namespace, name));
  return found?.metadata?.labels?.["kubefed.io/managed"];
}

const pathOf = ({ namespace, name }: Key): string => federatedPath(namespace, "federatedconfigmaps", name);

async function propagated(): Promise<Key> {
  const key = { namespace: await federateNamespace(earth, both), name: "a" };
  await federateConfigMap(earth, key, { placement: both });
  await until(() => isPropagated(key));
  return key;
}

describe("what is nobody's stays", () => {
  test("a copy that was orphaned, when its name is federated again to elsewhere", async () => {
    const controller = start();
    const key = await propagated();
    await rawPatch(earth, pathOf(key), { metadata: { annotations: { "kubefed.io/orphan": "true" } } });
    await rawDelete(earth, pathOf(key));
    await until(async () => (await rawGet(earth, pathOf(key))) === undefined);
    expect([await labelIn(vulcan, key), await valueIn(vulcan, key)]).toEqual([undefined, "1"]);
    await federateConfigMap(earth, key, { placement: inClusters("earth"), value: "2" });
    await until(async () => (await propagationOf(earth, key)) === "True earth");
    // Whoever looks again comes to the same.
    await rawPatch(earth, pathOf(key), { metadata: { labels: { again: "1" } } });
    const other = { ...key, name: "b" };
    await federateConfigMap(earth, other, { placement: both });
    await until(() => isPropagated(other));
    expect(await valueIn(vulcan, key)).toBe("1");
    await controller.stop();
  });

  test("what is in namespaces, while those are not propagated", async () => {
    const controller = start();
    const key = await propagated();
    const configs = `/apis/core.kubefed.io/v1beta1/namespaces/${federation.namespace}/federatedtypeconfigs`;
    const runningOf = async (name: string): Promise<unknown> =>
      (await rawGet<{ status?: { propagationController: string } }>(earth, `${configs}/${name}`))?.status
        ?.propagationController;
    await rawPatch(earth, `${configs}/namespaces`, { spec: { propagation: "Disabled" } });
    await until(async () => (await runningOf("configmaps")) === "NotRunning");
    await rawPatch(earth, pathOf(key), { spec: { template: { data: { value: "2" } } } });
    expect(await valueIn(vulcan, key)).toBe("1");
    await rawPatch(earth, `${configs}/namespaces`, { spec: { propagation: "Enabled" } });
    await until(async () => (await valueIn(vulcan, key)) === "2");
    await controller.stop();
  });
});

interface Told extends UnknownObject {
  readonly reason?: string;
  readonly message?: string;
}

test("a deletion gives up on a member that cannot be reached, says so, and what that has is nobody's when it is back", async () => {
  const controller = start({ abandonAfterMs: 8_000 });
  const key = await propagated();
  relay.hang();
  await until(async () => (await readinessOf(earth, federation, "vulcan")) === "ClusterNotReachable");
  await rawDelete(earth, pathOf(key));
  // It waits at first: the copy in the cluster that can be reached goes.
  await until(async () => (await valueIn(earth, key)) === undefined);
  expect(await rawGet(earth, pathOf(key))).toBeDefined();
  await until(async () => (await rawGet(earth, pathOf(key))) === undefined, 90_000);
  const events = await rawList<Told>(earth, `/api/v1/namespaces/${key.namespace}/events`);
  const left = events.find(({ reason }) => reason === "LeftInCluster");
  expect(left?.message).toContain('in cluster "vulcan"');
  relay.resume();
  await until(async () => (await labelIn(vulcan, key)) === undefined, 60_000);
  expect(await valueIn(vulcan, key)).toBe("1");
  await controller.stop();
}, 180_000);
