import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type DisableOptions, disableTypes } from "../../src/federation/disable/disable.ts";
import { enableTypes } from "../../src/federation/enable/enable.ts";
import { installKubeFed } from "../../src/federation/install/install.ts";
import { syncFinalizer } from "../../src/federation/kubefed-types.ts";
import { rawCreate, rawDelete, rawGet, rawPatch } from "../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../cluster/start.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { coreRun, type CoreRun, describeChange } from "../support/core-run.ts";
import { startTypeController, type TypeController } from "../support/type-controller.ts";

const host = { kubefedNamespace: "kube-federation-system", dryRun: false } as const;
const defaults = { ...host, deleteCrd: false, instances: "refuse", timeoutMs: 60_000 } as const;

/** Of its own: there is one controller for a whole cluster. */
let clusters: ClusterSet;
let controller: TypeController;
const pallas = () => clusters.cluster("pallas").details;

beforeAll(async () => {
  clusters = await startClusters(["pallas"]);
  await installKubeFed({ ...host, scope: "Cluster" }, coreRun(connectTo(pallas())).deps);
});
afterAll(() => clusters.stop());

beforeEach(async () => {
  await enable("configmaps");
  await rawPatch(pallas(), configPath, { spec: { propagation: "Enabled" } });
  // A short lease: some tests wait until it is over.
  controller = await startTypeController(pallas(), { namespace: host.kubefedNamespace, leaseSeconds: 3 });
});
afterEach(async () => {
  await controller.kill();
  await rawDelete(pallas(), lockPath);
});

interface Told extends CoreRun {
  readonly told: readonly string[];
  readonly error: unknown;
}

async function disable(more: Partial<DisableOptions> = {}): Promise<Told> {
  const run = coreRun(connectTo(pallas()));
  const error: unknown = await disableTypes({ ...defaults, names: ["configmaps"], ...more }, run.deps).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { ...run, told: run.changes.map(describeChange), error };
}

const enable = (...names: string[]) => enableTypes({ ...host, names }, coreRun(connectTo(pallas())).deps);
const lockPath = `/api/v1/namespaces/${host.kubefedNamespace}/configmaps/kubefed-controller-manager`;
const configPath = `/apis/core.kubefed.io/v1beta1/namespaces/${host.kubefedNamespace}/federatedtypeconfigs/configmaps`;
const objectsPath = "/apis/types.kubefed.io/v1beta1/namespaces/default/federatedconfigmaps";
const crdPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/federatedconfigmaps.types.kubefed.io";
const codesOf = ({ warnings }: CoreRun): string[] => warnings.map(({ code }) => code);

/** Resolves when the controller holds it. */
async function createHeld(name: string): Promise<void> {
  const object = { apiVersion: "types.kubefed.io/v1beta1", kind: "FederatedConfigMap", metadata: { name }, spec: {} };
  await rawCreate(pallas(), objectsPath, object);
  await expect
    .poll(() => rawGet(pallas(), `${objectsPath}/${name}`), { timeout: 20_000 })
    .toMatchObject({ metadata: { finalizers: [syncFinalizer] } });
}

describe("with a controller", () => {
  test("its word is waited for, of this generation, and its finalizer (B-DI4)", async () => {
    const { told, error, warnings } = await disable();
    expect([error, ...warnings]).toEqual([undefined]);
    expect(told).toEqual(["update FederatedTypeConfig configmaps", "delete FederatedTypeConfig configmaps"]);
    expect(await rawGet(pallas(), configPath)).toBeUndefined();
    expect(await rawGet(pallas(), crdPath)).toBeDefined();
  });

  test("objects are refused while it runs, held or not", async () => {
    await createHeld("a");
    const { told, error } = await disable();
    expect(error).toMatchObject({ code: "FederatedObjectsExist", exitCode: 7 });
    expect(told).toEqual([]);
    expect(await rawGet(pallas(), configPath)).toMatchObject({ spec: { propagation: "Enabled" } });
  });

  test("orphan lets the objects stay, free to be deleted", async () => {
    const { told, error } = await disable({ instances: "orphan" });
    expect(error).toBeUndefined();
    expect(told).toEqual([
      "update FederatedTypeConfig configmaps",
      "update FederatedConfigMap a",
      "delete FederatedTypeConfig configmaps",
    ]);
    const live = await rawGet<{ metadata: object }>(pallas(), `${objectsPath}/a`);
    expect(live?.metadata).not.toHaveProperty("finalizers");
  });

  test("orphan with the CRD has the controller leave what it placed", async () => {
    await createHeld("b");
    const { error, warnings } = await disable({ instances: "orphan", deleteCrd: true });
    expect([error, ...warnings]).toEqual([undefined]);
    expect([...controller.released].sort()).toEqual(["default/a orphaned", "default/b orphaned"]);
    expect(await rawGet(pallas(), crdPath)).toBeUndefined();
  });

  test("delete has the controller remove what it placed", async () => {
    await createHeld("c");
    const done = await disable({ instances: "delete" });
    expect([done.error, ...codesOf(done)]).toEqual([undefined, "MemberObjectsDeleted"]);
    expect(controller.released).toEqual(["default/c"]);
    expect(done.told).toEqual([
      "delete FederatedConfigMap c",
      "update FederatedTypeConfig configmaps",
      "delete FederatedTypeConfig configmaps",
    ]);
  });

  test("one that says nothing is told at the time limit, and the next run goes on", async () => {
    controller.hang();
    const late = await disable({ timeoutMs: 1_500 });
    expect(late.error).toMatchObject({
      code: "TimedOut",
      exitCode: 5,
      message:
        'no controller said of FederatedTypeConfig "configmaps" in namespace "kube-federation-system" of cluster "pallas" that it has stopped within 2 s',
    });
    expect(await rawGet(pallas(), configPath)).toMatchObject({ spec: { propagation: "Disabled" } });
    await controller.kill();
    controller = await startTypeController(pallas(), { namespace: host.kubefedNamespace });
    const { told, error } = await disable();
    expect(error).toBeUndefined();
    expect(told).toEqual(["delete FederatedTypeConfig configmaps"]);
  });

  test("a status of an earlier generation is not its word (B-DI4)", async () => {
    controller.hang();
    await rawPatch(pallas(), configPath, { spec: { statusCollection: "Enabled" } });
    await rawPatch(pallas(), `${configPath}/status`, {
      status: { observedGeneration: 1, propagationController: "NotRunning" },
    });
    expect((await disable({ timeoutMs: 1_500 })).error).toMatchObject({ code: "TimedOut" });
  });
});

describe("when the controller has ended", () => {
  test("its lock is watched for the length of its lease, then its part is done", async () => {
    await createHeld("d");
    await controller.kill();
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const done = await disable({ instances: "delete", deleteCrd: true });
    expect(done.error).toBeUndefined();
    expect(codesOf(done)).toContain("MemberObjectsStay");
    expect(await rawGet(pallas(), crdPath)).toBeUndefined();
    expect(await rawGet(pallas(), configPath)).toBeUndefined();
  });

  test("while it is waited for, that is noticed", async () => {
    await createHeld("e");
    controller.hang();
    const killed = new Promise((resolve) => setTimeout(resolve, 2_000)).then(() => controller.kill());
    const done = await disable({ instances: "delete" });
    await killed;
    expect([done.error, ...codesOf(done)]).toEqual([undefined, "MemberObjectsDeleted", "ControllerEnded"]);
    expect(await rawGet(pallas(), `${objectsPath}/e`)).toBeUndefined();
    expect(await rawGet(pallas(), configPath)).toBeUndefined();
  });
});
