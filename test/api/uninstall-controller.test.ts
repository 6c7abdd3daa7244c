import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { installKubeFed } from "../../src/federation/install/install.ts";
import { uninstallKubeFed } from "../../src/federation/install/uninstall.ts";
import { defaultKubefedNamespace } from "../../src/federation/kubefed-types.ts";
import { rawCreate, rawGet } from "../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../cluster/start.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { uniqueName } from "../support/clusters.ts";
import { coreRun } from "../support/core-run.ts";
import { startTypeController, type TypeController } from "../support/type-controller.ts";

const finalizer = "kubefed.io/sync-controller";
const options = { kubefedNamespace: defaultKubefedNamespace, dryRun: false, instances: "delete" } as const;

/** Of its own: it is installed and uninstalled. */
let clusters: ClusterSet;
let controller: TypeController;
let object: string;
const jupiter = () => clusters.cluster("jupiter").details;

beforeAll(async () => {
  clusters = await startClusters(["jupiter"]);
});
afterAll(() => clusters.stop());

beforeEach(async () => {
  await installKubeFed({ ...options, scope: "Cluster" }, coreRun(connectTo(jupiter())).deps);
  controller = await startTypeController(jupiter(), { namespace: options.kubefedNamespace, leaseSeconds: 2 });
  const namespace = uniqueName("demo");
  object = `${namespace}/settings`;
  await rawCreate(jupiter(), "/api/v1/namespaces", { metadata: { name: namespace } });
  await rawCreate(jupiter(), `/apis/types.kubefed.io/v1beta1/namespaces/${namespace}/federatedconfigmaps`, {
    apiVersion: "types.kubefed.io/v1beta1",
    kind: "FederatedConfigMap",
    metadata: { name: "settings", finalizers: [finalizer] },
    spec: { template: { data: { colour: "red" } }, placement: { clusters: [] } },
  });
});
afterEach(() => controller.kill());

async function uninstall(): Promise<void> {
  await uninstallKubeFed(options, coreRun(connectTo(jupiter())).deps);
}

const objectNow = (): Promise<unknown> => {
  const [namespace = "", name = ""] = object.split("/");
  return rawGet(jupiter(), `/apis/types.kubefed.io/v1beta1/namespaces/${namespace}/federatedconfigmaps/${name}`);
};

describe("uninstall beside a controller", () => {
  test("leaves the finalizers to it", async () => {
    await uninstall();
    expect(controller.released).toEqual([object]);
    expect(await objectNow()).toBeUndefined();
  });

  test("takes them off when it is gone", async () => {
    await controller.kill();
    await uninstall();
    expect(controller.released).toEqual([]);
    expect(await objectNow()).toBeUndefined();
  });

  test("waits for one that does nothing, and takes its place once its lock is over", async () => {
    controller.hang();
    const uninstalled = uninstall();
    const held = { metadata: { deletionTimestamp: expect.any(String) as string, finalizers: [finalizer] } };
    await expect.poll(objectNow, { timeout: 10_000 }).toMatchObject(held);
    await sleep(3_000); // Longer than its lock counts when it is not renewed.
    expect(await objectNow()).toMatchObject(held);
    await controller.kill();
    await uninstalled;
    expect(await objectNow()).toBeUndefined();
  });
});
