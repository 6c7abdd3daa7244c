import { describe, expect, test } from "vitest";
import type { KubeObject, UnknownObject } from "../../src/kube/objects.ts";
import { rawCreate, rawDelete, rawGet, rawPatch } from "../cluster/raw-client.ts";
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

const { pair, federation } = federationForFile();

const template = { data: { colour: "red" } };

describe("placement", () => {
  test("an object goes where its placement and that of its namespace say, and its status tells", async () => {
    const shop = await federatedNamespace(pair.earth);
    const a = federatedConfigMap(shop, "a");
    await federate(pair.earth, a, { template, placement: everywhere });
    const { changes, error } = await federation.sync({ namespace: shop });
    expect(error).toBeUndefined();
    expect(changes).toEqual([
      "earth: create ConfigMap a",
      `earth: update Namespace ${shop}`,
      "vulcan: create ConfigMap a",
      `vulcan: create Namespace ${shop}`,
    ]);
    expect(await rawGet(pair.vulcan, configMapPath(shop, "a"))).toMatchObject({
      data: { colour: "red" },
      metadata: { labels: { "kubefed.io/managed": "true" } },
    });
    expect(await propagationOf(pair.earth, a)).toEqual(["True", "earth", "vulcan"]);
  });

  test("a second pass writes nothing anywhere", async () => {
    const shop = await federatedNamespace(pair.earth);
    await federate(pair.earth, federatedConfigMap(shop, "a"), { template, placement: everywhere });
    await federation.sync();
    const { writes, changes } = await pair.watched(async () => {
      const { changes: told, error } = await federation.sync();
      return { changes: told, reasons: [], warnings: [], error };
    });
    expect(changes.every((change) => change.includes("keep"))).toBe(true);
    expect(writes).toEqual([]);
  });

  test("a name that stands for nothing is refused", async () => {
    const shop = await federatedNamespace(pair.earth);
    const { error, changes } = await federation.sync({ namespace: shop, type: "configmaps", name: "typo" });
    expect(changes).toEqual([]);
    expect(error).toMatchObject({
      code: "ObjectNotFound",
      message: `cluster "earth" has no FederatedConfigMap "typo" in namespace "${shop}", and no member has anything of it`,
    });
  });

  test("an edit takes the object out of a cluster and into another", async () => {
    const shop = await federatedNamespace(pair.earth);
    const a = federatedConfigMap(shop, "a");
    await federate(pair.earth, a, { template, placement: inClusters("vulcan") });
    await federation.sync({ namespace: shop });
    expect(await labelOf(pair.earth, configMapPath(shop, "a"))).toBe("absent");
    await changeSpec(pair.earth, a, { placement: inClusters("earth") });
    const { changes } = await federation.sync({ namespace: shop, type: "configmaps" });
    expect(changes).toEqual(["earth: create ConfigMap a", "vulcan: delete ConfigMap a"]);
    expect(await labelOf(pair.vulcan, configMapPath(shop, "a"))).toBe("absent");
    expect(await propagationOf(pair.earth, a)).toEqual(["True", "earth"]);
  });

  test("the namespace's placement limits that of its objects", async () => {
    const shop = await federatedNamespace(pair.earth, inClusters("vulcan"));
    const a = federatedConfigMap(shop, "a");
    await federate(pair.earth, a, { template, placement: everywhere });
    await federation.sync({ namespace: shop });
    expect(await propagationOf(pair.earth, a)).toEqual(["True", "vulcan"]);
    expect(await labelOf(pair.earth, configMapPath(shop, "a"))).toBe("absent");
  });

  test("without a federated namespace nothing goes anywhere", async () => {
    const shop = await federatedNamespace(pair.earth);
    const a = federatedConfigMap(shop, "a");
    await federate(pair.earth, a, { template, placement: everywhere });
    await federation.sync({ namespace: shop });
    await rawPatch(pair.earth, federatedPath(shop, "federatednamespaces", shop), {
      metadata: { annotations: { "kubefed.io/orphan": "true" } },
    });
    await rawDelete(pair.earth, federatedPath(shop, "federatednamespaces", shop));
    const { error } = await federation.sync({ namespace: shop });
    expect(error).toMatchObject({ code: "PartlyFailed", exitCode: 4 });
    expect(await propagationOf(pair.earth, a)).toEqual(["False NamespaceNotFederated"]);
    expect(await labelOf(pair.vulcan, configMapPath(shop, "a"))).toBe("absent");
    expect(await labelOf(pair.vulcan, `/api/v1/namespaces/${shop}`)).toBeUndefined();
  });

  test("a cluster that is not joined is reported, and an empty list is no mistake", async () => {
    const shop = await federatedNamespace(pair.earth);
    const [a, b, c] = ["a", "b", "c"].map((name) => federatedConfigMap(shop, name));
    if (a === undefined || b === undefined || c === undefined) throw new Error("three names");
    await federate(pair.earth, a, { template, placement: inClusters("vulcan", "romulus") });
    await federate(pair.earth, b, { template, placement: { clusters: [] } });
    await federate(pair.earth, c, { template, placement: { clusterSelector: { matchLabels: { no: "where" } } } });
    const { error } = await federation.sync({ namespace: shop });
    expect(error).toMatchObject({ code: "PartlyFailed" });
    expect(await propagationOf(pair.earth, a)).toEqual(["False CheckClusters", "romulus:ClusterNotFound", "vulcan"]);
    expect(await propagationOf(pair.earth, b)).toEqual(["True"]);
    expect(await propagationOf(pair.earth, c)).toEqual(["False NoClusterSelected"]);
  });
});

describe("overrides and retention", () => {
  test("overrides that cannot be applied fail their own cluster alone", async () => {
    const shop = await federatedNamespace(pair.earth);
    const a = federatedConfigMap(shop, "a");
    await federate(pair.earth, a, {
      template,
      placement: everywhere,
      overrides: [
        { clusterName: "earth", clusterOverrides: [{ op: "remove", path: "/data/shape" }] },
        { clusterName: "vulcan", clusterOverrides: [{ path: "/data/colour", value: "green" }] },
      ],
    });
    const { error } = await federation.sync({ namespace: shop });
    expect(error).toMatchObject({ code: "PartlyFailed" });
    expect(await rawGet(pair.vulcan, configMapPath(shop, "a"))).toMatchObject({ data: { colour: "green" } });
    expect(await propagationOf(pair.earth, a)).toEqual(["False CheckClusters", "earth:ApplyOverridesFailed", "vulcan"]);
  });

  test("replicas stay as the member has them where the federated object says so", async () => {
    const shop = await federatedNamespace(pair.earth);
    const web = { kind: "FederatedDeployment", plural: "federateddeployments", namespace: shop, name: "web" };
    const labels = { app: "web" };
    const pods = { metadata: { labels }, spec: { containers: [{ name: "web", image: "web" }] } };
    await federate(pair.earth, web, {
      template: { spec: { replicas: 1, selector: { matchLabels: labels }, template: pods } },
      placement: inClusters("vulcan"),
      retainReplicas: true,
    });
    await federation.sync({ namespace: shop });
    const path = `/apis/apps/v1/namespaces/${shop}/deployments/web`;
    await rawPatch(pair.vulcan, path, { spec: { replicas: 5 }, metadata: { annotations: { own: "yes" } } });
    await changeSpec(pair.earth, web, { template: { spec: { minReadySeconds: 7 } } });
    await federation.sync({ namespace: shop });
    expect(await rawGet(pair.vulcan, path)).toMatchObject({
      spec: { replicas: 5, minReadySeconds: 7 },
      metadata: { annotations: { own: "yes" } },
    });
  });

  test("what somebody changed in a member is put right", async () => {
    const shop = await federatedNamespace(pair.earth);
    await federate(pair.earth, federatedConfigMap(shop, "a"), { template, placement: inClusters("vulcan") });
    await federation.sync({ namespace: shop });
    await rawPatch(pair.vulcan, configMapPath(shop, "a"), { data: { colour: "blue", extra: "x" } });
    const { changes } = await federation.sync({ namespace: shop, type: "cm" });
    expect(changes).toEqual(["vulcan: update ConfigMap a"]);
    expect((await rawGet<UnknownObject>(pair.vulcan, configMapPath(shop, "a")))?.["data"]).toEqual({ colour: "red" });
  });
});

describe("objects that were there before", () => {
  test("are adopted, unless they say that they are nobody's", async () => {
    const shop = await federatedNamespace(pair.earth);
    await federation.sync({ namespace: shop });
    const path = `/api/v1/namespaces/${shop}/configmaps`;
    await rawCreate(pair.vulcan, path, { metadata: { name: "a" }, data: { old: "yes" } });
    await rawCreate(pair.vulcan, path, { metadata: { name: "b", labels: { "kubefed.io/managed": "false" } } });
    const [a, b] = [federatedConfigMap(shop, "a"), federatedConfigMap(shop, "b")];
    for (const each of [a, b]) await federate(pair.earth, each, { template, placement: inClusters("vulcan") });
    const { details } = await federation.sync({ namespace: shop });
    expect(details.find(({ object }) => object.name === "a")).toMatchObject({ action: "update", outcome: "done" });
    expect((await rawGet<UnknownObject>(pair.vulcan, configMapPath(shop, "a")))?.["data"]).toEqual({ colour: "red" });
    expect(await propagationOf(pair.earth, b)).toEqual(["False CheckClusters", "vulcan:ManagedLabelFalse"]);
    expect((await rawGet<UnknownObject>(pair.vulcan, configMapPath(shop, "b")))?.["data"]).toBeUndefined();
  });

  test("stay in the cluster that hosts the control plane, and go there when that is asked for", async () => {
    const shop = await federatedNamespace(pair.earth);
    const path = `/api/v1/namespaces/${shop}/configmaps`;
    for (const name of ["kept", "given"]) await rawCreate(pair.earth, path, { metadata: { name }, data: { own: "1" } });
    const kept = federatedConfigMap(shop, "kept");
    const given = { ...federatedConfigMap(shop, "given"), annotations: { "fedctl.io/delete-originals": "true" } };
    for (const each of [kept, given]) await federate(pair.earth, each, { template, placement: everywhere });
    await federation.sync({ namespace: shop });
    expect(await labelOf(pair.earth, configMapPath(shop, "kept"))).toBe("true");
    for (const { name } of [kept, given]) await rawDelete(pair.earth, federatedPath(shop, "federatedconfigmaps", name));
    const { error } = await federation.sync({ namespace: shop });
    expect(error).toBeUndefined();
    expect(await rawGet(pair.earth, configMapPath(shop, "kept"))).toMatchObject({ data: { colour: "red" } });
    expect(await labelOf(pair.earth, configMapPath(shop, "kept"))).toBeUndefined();
    expect(await labelOf(pair.earth, configMapPath(shop, "given"))).toBe("absent");
    expect(await labelOf(pair.vulcan, configMapPath(shop, "kept"))).toBe("absent");
  });

  test("the authority that each cluster puts into each namespace is left alone", async () => {
    const shop = await federatedNamespace(pair.earth);
    await federation.sync({ namespace: shop });
    const authority = federatedConfigMap(shop, "kube-root-ca.crt");
    await federate(pair.earth, authority, { template, placement: everywhere });
    const { error } = await federation.sync({ namespace: shop });
    expect(error).toMatchObject({ code: "PartlyFailed" });
    expect(await propagationOf(pair.earth, authority)).toEqual(["False NotFederatable"]);
    expect(await labelOf(pair.vulcan, configMapPath(shop, "kube-root-ca.crt"))).not.toBe("true");
  });
});

describe("deletion", () => {
  test("takes the copies along, and then lets the federated object go", async () => {
    const shop = await federatedNamespace(pair.earth);
    const a = federatedConfigMap(shop, "a");
    await federate(pair.earth, a, { template, placement: everywhere });
    await federation.sync({ namespace: shop });
    await rawDelete(pair.earth, federatedPath(shop, "federatedconfigmaps", "a"));
    const held = await rawGet<KubeObject>(pair.earth, federatedPath(shop, "federatedconfigmaps", "a"));
    expect(held?.metadata?.finalizers).toEqual(["kubefed.io/sync-controller"]);
    const { changes, error } = await federation.sync({ namespace: shop, type: "FederatedConfigMap", name: "a" });
    expect(error).toBeUndefined();
    expect(changes).toEqual(["earth: delete ConfigMap a", "vulcan: delete ConfigMap a"]);
    expect(await rawGet(pair.earth, federatedPath(shop, "federatedconfigmaps", "a"))).toBeUndefined();
  });

  test("leaves the copies when they are to be orphaned", async () => {
    const shop = await federatedNamespace(pair.earth);
    const a = { ...federatedConfigMap(shop, "a"), annotations: { "kubefed.io/orphan": "true" } };
    await federate(pair.earth, a, { template, placement: everywhere });
    await federation.sync({ namespace: shop });
    await rawDelete(pair.earth, federatedPath(shop, "federatedconfigmaps", "a"));
    const { error } = await federation.sync({ namespace: shop });
    expect(error).toBeUndefined();
    expect(await rawGet(pair.earth, federatedPath(shop, "federatedconfigmaps", "a"))).toBeUndefined();
    for (const cluster of [pair.earth, pair.vulcan]) {
      expect(await labelOf(cluster, configMapPath(shop, "a"))).toBeUndefined();
    }
  });

  test("of a namespace waits for the members' and leaves the host's own", async () => {
    const shop = await federatedNamespace(pair.earth);
    await federation.sync({ namespace: shop });
    await rawDelete(pair.earth, federatedPath(shop, "federatednamespaces", shop));
    const { error } = await federation.sync({ namespace: shop });
    expect(error).toBeUndefined();
    expect(await labelOf(pair.vulcan, `/api/v1/namespaces/${shop}`)).toBe("absent");
    expect(await labelOf(pair.earth, `/api/v1/namespaces/${shop}`)).toBeUndefined();
  });

  test("what a member has of a federated object that is not there is nobody's", async () => {
    const shop = await federatedNamespace(pair.earth);
    await federation.sync({ namespace: shop });
    await rawCreate(pair.vulcan, `/api/v1/namespaces/${shop}/configmaps`, {
      metadata: { name: "lost", labels: { "kubefed.io/managed": "true" } },
    });
    const { changes } = await federation.sync({ namespace: shop });
    expect(changes).toContain("vulcan: update ConfigMap lost");
    expect(await labelOf(pair.vulcan, configMapPath(shop, "lost"))).toBeUndefined();
  });
});
