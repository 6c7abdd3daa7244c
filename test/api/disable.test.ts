import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DisableOptions, disableTypes } from "../../src/federation/disable/disable.ts";
import { enableTypes } from "../../src/federation/enable/enable.ts";
import { installKubeFed } from "../../src/federation/install/install.ts";
import { syncFinalizer, typeConfigFinalizer } from "../../src/federation/kubefed-types.ts";
import { rawApply, rawCreate, rawGet, rawList, rawPatch } from "../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../cluster/start.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { changedKeys, readState } from "../support/cluster-state.ts";
import { coreRun, type CoreRun, describeChange } from "../support/core-run.ts";

const host = { kubefedNamespace: "kube-federation-system", dryRun: false } as const;
const defaults = { ...host, deleteCrd: false, instances: "refuse", timeoutMs: 30_000 } as const;

/** Of its own: the types that are disabled here would be missing in other tests. No controller runs in it. */
let clusters: ClusterSet;
const ceres = () => clusters.cluster("ceres").details;

beforeAll(async () => {
  clusters = await startClusters(["ceres"]);
  await installKubeFed({ ...host, scope: "Cluster" }, coreRun(connectTo(ceres())).deps);
});
afterAll(() => clusters.stop());

interface Told extends CoreRun {
  readonly told: readonly string[];
  readonly error: unknown;
}

async function disable(names: readonly string[], more: Partial<DisableOptions> = {}): Promise<Told> {
  const run = coreRun(connectTo(ceres()));
  const error: unknown = await disableTypes({ ...defaults, names, ...more }, run.deps).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { ...run, told: run.changes.map(describeChange), error };
}

const enable = (...names: string[]) => enableTypes({ ...host, names }, coreRun(connectTo(ceres())).deps);

const crdPath = (name: string): string => `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
const configPath = (name: string): string =>
  `/apis/core.kubefed.io/v1beta1/namespaces/${host.kubefedNamespace}/federatedtypeconfigs/${name}`;
const federatedPath = (plural: string): string => `/apis/types.kubefed.io/v1beta1/namespaces/default/${plural}`;

async function createFederated(kind: string, plural: string, finalizers: readonly string[] = []): Promise<void> {
  const object = { apiVersion: "types.kubefed.io/v1beta1", kind, metadata: { name: "x", finalizers }, spec: {} };
  await rawCreate(ceres(), federatedPath(plural), object);
}

const codesOf = ({ warnings }: CoreRun): string[] => warnings.map(({ code }) => code);

describe("without a controller", () => {
  test("nothing is waited for, and it is said", async () => {
    await enable("limitranges");
    await rawPatch(ceres(), configPath("limitranges"), { metadata: { finalizers: [typeConfigFinalizer] } });
    const first = await disable(["limits"], { deleteCrd: true });
    expect(first.error).toBeUndefined();
    expect(first.told).toEqual([
      "update FederatedTypeConfig limitranges",
      "delete CustomResourceDefinition federatedlimitranges.types.kubefed.io",
      "delete FederatedTypeConfig limitranges",
    ]);
    expect(first.warnings).toEqual([
      {
        code: "NoController",
        message:
          'no KubeFed controller runs in namespace "kube-federation-system" of cluster "ceres" (there is no leader lock): none is waited for',
      },
    ]);
    expect(await rawGet(ceres(), configPath("limitranges"))).toBeUndefined();
    expect(await rawGet(ceres(), crdPath("federatedlimitranges.types.kubefed.io"))).toBeUndefined();
    const second = await disable(["limitranges"], { deleteCrd: true });
    expect([second.error, ...second.changes.map(({ action }) => action)]).toEqual([undefined, "keep", "keep"]);
  });

  test("a dry run prints the plan and writes nothing (B-DI6)", async () => {
    const before = await readState(ceres());
    const { told, error } = await disable(["replicasets"], { deleteCrd: true, dryRun: true });
    expect(error).toBeUndefined();
    expect(told).toEqual([
      "update FederatedTypeConfig replicasets.apps (planned)",
      "delete CustomResourceDefinition federatedreplicasets.types.kubefed.io (planned)",
      "delete FederatedTypeConfig replicasets.apps (planned)",
    ]);
    expect(changedKeys(before, await readState(ceres()))).toEqual([]);
  });

  test("federated objects that a controller holds are not stranded (B-DI2)", async () => {
    await createFederated("FederatedSecret", "federatedsecrets", [syncFinalizer, "example.com/other"]);
    const before = await readState(ceres());
    const refused = await disable(["secrets"]);
    expect(refused.error).toMatchObject({
      code: "FederatedObjectsExist",
      exitCode: 7,
      message:
        'cannot disable secrets in cluster "ceres": federated objects exist, and nobody would remove their finalizer kubefed.io/sync-controller any more: 1 FederatedSecret',
      hint: "to leave what they placed in clusters: fedctl disable secrets --instances=orphan; to delete that with them: --instances=delete",
    });
    expect(changedKeys(before, await readState(ceres()))).toEqual([]);
    const orphaned = await disable(["secrets"], { instances: "orphan" });
    expect(orphaned.error).toBeUndefined();
    expect(orphaned.told).toEqual([
      "update FederatedTypeConfig secrets",
      "update FederatedSecret x",
      "delete FederatedTypeConfig secrets",
    ]);
    expect(await rawGet(ceres(), `${federatedPath("federatedsecrets")}/x`)).toMatchObject({
      metadata: { finalizers: ["example.com/other"] },
    });
  });

  test("--delete-crd refuses while there are objects, also of a type that is not enabled", async () => {
    const refused = await disable(["secrets"], { deleteCrd: true });
    expect(refused.error).toMatchObject({ code: "FederatedObjectsExist", exitCode: 7 });
    await rawPatch(ceres(), `${federatedPath("federatedsecrets")}/x`, { metadata: { finalizers: [syncFinalizer] } });
    const done = await disable(["secrets"], { deleteCrd: true, instances: "orphan" });
    expect(done.error).toBeUndefined();
    expect(done.told).toEqual([
      "delete FederatedSecret x",
      "delete CustomResourceDefinition federatedsecrets.types.kubefed.io",
      "keep FederatedTypeConfig secrets",
    ]);
    expect(codesOf(done)).toEqual(["MemberObjectsStay"]);
  });

  test("objects that nobody holds may stay", async () => {
    await createFederated("FederatedService", "federatedservices");
    const done = await disable(["services"]);
    expect([done.error, ...codesOf(done)]).toEqual([undefined, "NoController", "FederatedObjectsStay"]);
    expect(await rawGet(ceres(), `${federatedPath("federatedservices")}/x`)).toBeDefined();
  });

  test("--instances=delete deletes them and leaves what is in clusters", async () => {
    await createFederated("FederatedJob", "federatedjobs", [syncFinalizer]);
    const done = await disable(["jobs"], { instances: "delete" });
    expect(done.error).toBeUndefined();
    expect(codesOf(done)).toEqual(["NoController", "MemberObjectsStay"]);
    expect(await rawList(ceres(), federatedPath("federatedjobs"))).toEqual([]);
    expect(await rawGet(ceres(), crdPath("federatedjobs.types.kubefed.io"))).toBeDefined();
  });
});

describe("names", () => {
  test("a CRD that another type uses is never deleted (B-DI1)", async () => {
    await enable("events");
    const before = await readState(ceres());
    const { error } = await disable(["events.events.k8s.io"], { deleteCrd: true });
    expect(error).toMatchObject({
      code: "TypeConflict",
      exitCode: 7,
      message:
        'cannot delete CRD "federatedevents.types.kubefed.io" of cluster "ceres" for "events.events.k8s.io": FederatedTypeConfig "events" in namespace "kube-federation-system" uses it',
    });
    expect(changedKeys(before, await readState(ceres()))).toEqual([]);
  });

  test("nor one that another control plane uses", async () => {
    const config = await rawGet(ceres(), configPath("events"));
    await rawCreate(ceres(), "/api/v1/namespaces", { metadata: { name: "other-plane" } });
    await rawCreate(ceres(), "/apis/core.kubefed.io/v1beta1/namespaces/other-plane/federatedtypeconfigs", {
      ...config,
      metadata: { name: "events" },
    });
    const { error } = await disable(["events"], { deleteCrd: true });
    expect(error).toMatchObject({
      code: "TypeConflict",
      message: expect.stringContaining('"events" in namespace "other-plane"') as string,
    });
    expect((await disable(["events"])).error).toBeUndefined();
    expect(await rawGet(ceres(), crdPath("federatedevents.types.kubefed.io"))).toBeDefined();
  });

  test("a name that means nothing is an error that names the enabled types (B-DI7)", async () => {
    for (const deleteCrd of [false, true]) {
      const { error } = await disable(["nosuch.example.com"], { deleteCrd });
      expect(error).toMatchObject({
        code: "TypeNotEnabled",
        exitCode: 1,
        hint: expect.stringMatching(/^enabled types: .*configmaps, deployments\.apps/) as string,
      });
    }
    expect((await disable(["nosuch"])).error).toMatchObject({ code: "TypeNotFound" });
  });

  test("a type that is served but not enabled is as it should be", async () => {
    const { told, error } = await disable(["quota"]);
    expect([error, ...told]).toEqual([undefined, "keep FederatedTypeConfig resourcequotas"]);
  });

  test("a type whose own CRD is gone is disabled by any of its names", async () => {
    const apply = async (plural: string, kind: string): Promise<void> => {
      const name = `${plural}.example.com`;
      await rawApply(ceres(), configPath(name), {
        apiVersion: "core.kubefed.io/v1beta1",
        kind: "FederatedTypeConfig",
        metadata: { name },
        spec: {
          propagation: "Enabled",
          targetType: { group: "example.com", version: "v1", kind, pluralName: plural, scope: "Namespaced" },
          federatedType: {
            group: "types.kubefed.io",
            version: "v1beta1",
            kind: `Federated${kind}`,
            pluralName: `federated${plural}`,
            scope: "Namespaced",
          },
        },
      });
    };
    await apply("gadgets", "Gadget");
    await apply("gizmos", "Gizmo");
    const { told, error } = await disable(["gadgets.example.com", "gizmo"], { deleteCrd: true });
    expect(error).toBeUndefined();
    expect(told.filter((line) => line.startsWith("delete")).sort()).toEqual([
      "delete FederatedTypeConfig gadgets.example.com",
      "delete FederatedTypeConfig gizmos.example.com",
    ]);
  });

  test("one of several that cannot be disabled stops all before anything is written", async () => {
    const before = await readState(ceres());
    expect((await disable(["configmaps", "nosuch.example.com"])).error).toMatchObject({ code: "TypeNotEnabled" });
    expect(changedKeys(before, await readState(ceres()))).toEqual([]);
  });

  test("what depends on namespaces is named", async () => {
    const { warnings } = await disable(["configmaps", "namespaces"], { dryRun: true });
    const { message } = warnings.find(({ code }) => code === "NamespacedTypesStop") ?? {};
    expect(message).toContain("nothing of deployments.apps, ingresses.networking.k8s.io");
  });
});

test.each<[string, Partial<DisableOptions>, string]>([
  ["--version", { version: "v1" }, "--version"],
  ["another group", { federatedGroup: "f.example.com" }, "--federated-group"],
])("%s without --delete-crd is refused by its name (B-DI5)", async (_, more, flag) => {
  expect((await disable(["configmaps"], more)).error).toMatchObject({
    code: "Usage",
    exitCode: 2,
    message: `${flag} names a CRD to delete and is valid only with --delete-crd`,
  });
});
