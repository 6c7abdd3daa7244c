import { describe, expect, test } from "vitest";
import { enableTypes } from "../../src/federation/enable/enable.ts";
import type { KubeFedCluster } from "../../src/federation/kubefed-types.ts";
import type { KubeObject } from "../../src/kube/objects.ts";
import { rawCreate, rawDelete, rawGet, rawPatch } from "../cluster/raw-client.ts";
import { registrationPath } from "../support/cluster-pair.ts";
import { coreRun } from "../support/core-run.ts";
import {
  changeSpec,
  configMapPath,
  everywhere,
  federate,
  federatedConfigMap,
  federatedNamespace,
  federatedPath,
  inClusters,
  labelOf,
  propagationOf,
} from "../support/engine-runs.ts";
import { federationForFile } from "../support/file-clusters.ts";
import { connectThrough } from "../support/kubeconfig-connection.ts";

const { pair, federation } = federationForFile();

const template = { data: { colour: "red" } };

/** Nobody listens where vulcan is said to be, while `work` runs. */
async function withoutVulcan<T>(work: () => Promise<T>): Promise<T> {
  const path = registrationPath(federation.namespace, "vulcan");
  const { spec } = (await rawGet<KubeFedCluster>(pair.earth, path)) ?? {};
  await rawPatch(pair.earth, path, { spec: { apiEndpoint: "https://127.0.0.1:1" } });
  try {
    return await work();
  } finally {
    await rawPatch(pair.earth, path, { spec: { apiEndpoint: spec?.apiEndpoint } });
  }
}

describe("a cluster that cannot be reached", () => {
  test("is reported, and does not keep the others waiting", async () => {
    const shop = await federatedNamespace(pair.earth);
    const a = federatedConfigMap(shop, "a");
    await federate(pair.earth, a, { template, placement: everywhere });
    const { error } = await withoutVulcan(() => federation.sync({ namespace: shop }));
    expect(error).toMatchObject({ code: "PartlyFailed", exitCode: 4 });
    expect(await propagationOf(pair.earth, a)).toEqual(["False CheckClusters", "earth", "vulcan:ClusterNotReady"]);
    expect(await labelOf(pair.earth, configMapPath(shop, "a"))).toBe("true");
    expect((await federation.sync({ namespace: shop })).error).toBeUndefined();
    expect(await propagationOf(pair.earth, a)).toEqual(["True", "earth", "vulcan"]);
  });

  test("keeps a deletion waiting also when it is not selected any more, and lets it go when it is back", async () => {
    const shop = await federatedNamespace(pair.earth);
    const a = federatedConfigMap(shop, "a");
    const path = federatedPath(shop, "federatedconfigmaps", "a");
    await federate(pair.earth, a, { template, placement: everywhere });
    await federation.sync({ namespace: shop });
    await withoutVulcan(async () => {
      await changeSpec(pair.earth, a, { placement: inClusters("earth"), template: { data: { shape: "round" } } });
      await federation.sync({ namespace: shop });
      expect(await propagationOf(pair.earth, a)).toEqual(["False CheckClusters", "earth", "vulcan:WaitingForRemoval"]);
      await rawDelete(pair.earth, path);
      const { error } = await federation.sync({ namespace: shop, once: true });
      expect(error).toMatchObject({ code: "PartlyFailed" });
      expect(await labelOf(pair.earth, configMapPath(shop, "a"))).toBe("absent");
      const held = await rawGet<KubeObject>(pair.earth, path);
      expect(held?.metadata?.finalizers).toEqual(["kubefed.io/sync-controller"]);
    });
    expect((await federation.sync({ namespace: shop })).error).toBeUndefined();
    expect(await rawGet(pair.earth, path)).toBeUndefined();
    expect(await labelOf(pair.vulcan, configMapPath(shop, "a"))).toBe("absent");
  });

  test("does not hold up a deletion that orphans its copies", async () => {
    const shop = await federatedNamespace(pair.earth);
    const path = federatedPath(shop, "federatedconfigmaps", "a");
    const annotations = { "kubefed.io/orphan": "true" };
    await federate(pair.earth, { ...federatedConfigMap(shop, "a"), annotations }, { template, placement: everywhere });
    await federation.sync({ namespace: shop });
    await rawDelete(pair.earth, path);
    await withoutVulcan(() => federation.sync({ namespace: shop, type: "configmaps" }));
    expect(await rawGet(pair.earth, path)).toBeUndefined();
    expect(await labelOf(pair.vulcan, configMapPath(shop, "a"))).toBe("true");
    await federation.sync({ namespace: shop });
    expect(await labelOf(pair.vulcan, configMapPath(shop, "a"))).toBeUndefined();
  });
});

describe("a type that one member lacks", () => {
  test("goes to the others, and that one is reported", async () => {
    const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const names = { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" };
    await rawCreate(pair.earth, crds, {
      metadata: { name: "widgets.example.com" },
      spec: {
        group: "example.com",
        scope: "Namespaced",
        names,
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
          },
        ],
      },
    });
    await enableWidgets();
    const shop = await federatedNamespace(pair.earth);
    const widget = { kind: "FederatedWidget", plural: "federatedwidgets", namespace: shop, name: "w" };
    await federate(pair.earth, widget, { template: { size: 3 }, placement: everywhere });
    await federate(pair.earth, federatedConfigMap(shop, "a"), { template, placement: everywhere });
    const { error } = await federation.sync({ namespace: shop });
    expect(error).toMatchObject({ code: "PartlyFailed" });
    expect(await propagationOf(pair.earth, widget)).toEqual([
      "False CheckClusters",
      "earth",
      "vulcan:CachedRetrievalFailed",
    ]);
    expect(await rawGet(pair.earth, `/apis/example.com/v1/namespaces/${shop}/widgets/w`)).toMatchObject({ size: 3 });
    expect(await propagationOf(pair.earth, federatedConfigMap(shop, "a"))).toEqual(["True", "earth", "vulcan"]);
    await rawDelete(pair.earth, federatedPath(shop, "federatedwidgets", "w"));
    expect((await federation.sync({ namespace: shop })).error).toBeUndefined();
    expect(await rawGet(pair.earth, federatedPath(shop, "federatedwidgets", "w"))).toBeUndefined();
  });
});

async function enableWidgets(): Promise<void> {
  const { signal } = new AbortController();
  for (const end = Date.now() + 30_000; ;) {
    const { deps } = coreRun((context) => connectThrough(pair.kubeconfigPath, context, signal));
    const options = { hostClusterContext: "earth", kubefedNamespace: federation.namespace, dryRun: false };
    try {
      await enableTypes({ ...options, names: ["widgets"] }, deps);
      return;
    } catch (error) {
      // Discovery learns of a new CRD a little later.
      if (Date.now() > end) throw error;
    }
  }
}

describe("what a federated object says of its own deletion", () => {
  test("wrong delete options are told, and hold it up", async () => {
    const shop = await federatedNamespace(pair.earth);
    const path = federatedPath(shop, "federatedconfigmaps", "a");
    const annotations = { "kubefed.io/deleteoption": "no JSON" };
    await federate(pair.earth, { ...federatedConfigMap(shop, "a"), annotations }, { template, placement: everywhere });
    await federation.sync({ namespace: shop });
    await rawDelete(pair.earth, path);
    const { error } = await federation.sync({ namespace: shop, once: true });
    expect(error).toMatchObject({
      code: "PartlyFailed",
      message: expect.stringContaining("kubefed.io/deleteoption") as string,
    });
    await rawPatch(pair.earth, path, { metadata: { annotations: { "kubefed.io/deleteoption": null } } });
    expect((await federation.sync({ namespace: shop })).error).toBeUndefined();
    expect(await rawGet(pair.earth, path)).toBeUndefined();
  });

  test("delete options reach the members", async () => {
    const shop = await federatedNamespace(pair.earth);
    const annotations = { "kubefed.io/deleteoption": JSON.stringify({ propagationPolicy: "Orphan" }) };
    const web = {
      kind: "FederatedReplicaSet",
      plural: "federatedreplicasets",
      namespace: shop,
      name: "web",
      annotations,
    };
    const labels = { app: "web" };
    const pod = { metadata: { labels }, spec: { containers: [{ name: "web", image: "web" }] } };
    await federate(pair.earth, web, {
      template: { spec: { replicas: 1, selector: { matchLabels: labels }, template: pod } },
      placement: inClusters("vulcan"),
    });
    await federation.sync({ namespace: shop });
    const pods = `/api/v1/namespaces/${shop}/pods`;
    await expect
      .poll(async () => (await rawGet<{ items: object[] }>(pair.vulcan, pods))?.items.length, { timeout: 30_000 })
      .toBe(1);
    await rawDelete(pair.earth, federatedPath(shop, "federatedreplicasets", "web"));
    expect((await federation.sync({ namespace: shop, type: "replicasets" })).error).toBeUndefined();
    expect(await rawGet(pair.vulcan, `/apis/apps/v1/namespaces/${shop}/replicasets/web`)).toBeUndefined();
    expect((await rawGet<{ items: object[] }>(pair.vulcan, pods))?.items).toHaveLength(1);
  });
});

test("what a member refuses for good is not tried until the time is over", async () => {
  const shop = await federatedNamespace(pair.earth, inClusters("vulcan"));
  const secret = { kind: "FederatedSecret", plural: "federatedsecrets", namespace: shop, name: "s" };
  await federate(pair.earth, secret, { template: { data: { key: "no base64!" } }, placement: inClusters("vulcan") });
  const { error } = await federation.sync({ namespace: shop, timeoutMs: 120_000 });
  expect(error).toMatchObject({ code: "PartlyFailed", exitCode: 4 });
});

test("a pass over a namespace that is not there warns of it, and one object is asked for by its namespace", async () => {
  const { warnings, error } = await federation.sync({ namespace: "nowhere" });
  expect([warnings.map(({ code }) => code), error]).toEqual([["NamespaceNotFound"], undefined]);
  const shop = await federatedNamespace(pair.earth, inClusters("vulcan"));
  await federate(pair.earth, federatedConfigMap(shop, "only-here"), { template, placement: inClusters("vulcan") });
  const unplaced = await federation.sync({ type: "cm", name: "only-here" });
  expect(unplaced.error).toMatchObject({
    code: "Usage",
    hint: expect.stringContaining(`fedctl sync cm only-here -n ${shop} --host-cluster-context earth`) as string,
  });
});
