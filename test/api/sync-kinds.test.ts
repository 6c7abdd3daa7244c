import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventRecorder } from "../../src/engine/event-recorder.ts";
import { enableTypes } from "../../src/federation/enable/enable.ts";
import type { UnknownObject } from "../../src/kube/objects.ts";
import { rawCreate, rawGet, rawList, rawPatch } from "../cluster/raw-client.ts";
import { type ClusterPair, startClusterPair } from "../support/cluster-pair.ts";
import { uniqueName } from "../support/clusters.ts";
import { coreRun } from "../support/core-run.ts";
import {
  changeSpec,
  configMapPath,
  type EngineFederation,
  everywhere,
  federate,
  federatedConfigMap,
  federatedGroup,
  federatedNamespace,
  type FederatedName,
  inClusters,
  openEngineFederation,
  propagationOf,
} from "../support/engine-runs.ts";
import { connectThrough } from "../support/kubeconfig-connection.ts";

let pair: ClusterPair;
let federation: EngineFederation;

const long = 9_007_199_254_740_993n;
const widgetType = { group: "example.com", version: "v1", kind: "Widget", plural: "widgets", namespaced: true };

beforeAll(async () => {
  pair = await startClusterPair();
  federation = await openEngineFederation(pair);
  for (const cluster of [pair.earth, pair.vulcan]) await defineWidgets(cluster);
  for (const name of ["widgets", "persistentvolumeclaims"]) await enable(name);
});
afterAll(() => pair.stop());

/** A type whose server takes one long number alone. */
async function defineWidgets(cluster: ClusterPair["earth"]): Promise<void> {
  const rule = { rule: `self == ${long}`, message: "digits were lost" };
  const size = { type: "integer", format: "int64", "x-kubernetes-validations": [rule] };
  const schema = { openAPIV3Schema: { type: "object", properties: { size } } };
  await rawCreate(cluster, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    metadata: { name: "widgets.example.com" },
    spec: {
      group: widgetType.group,
      scope: "Namespaced",
      names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  });
}

async function enable(name: string): Promise<void> {
  for (const end = Date.now() + 30_000; ;) {
    const options = { hostClusterContext: "earth", kubefedNamespace: federation.namespace, dryRun: false };
    try {
      await enableTypes({ ...options, names: [name] }, connection().deps);
      return;
    } catch (error) {
      // Discovery learns of a new CRD a little later.
      if (Date.now() > end) throw error;
    }
  }
}

function connection(): ReturnType<typeof coreRun> {
  return coreRun((context) => connectThrough(pair.kubeconfigPath, context, new AbortController().signal));
}

function named(kind: string, namespace: string): FederatedName {
  const plural = `federated${kind.toLowerCase()}s`;
  return { kind: `Federated${kind}`, plural, namespace, name: "a" };
}

/** The spec of a template that is changed, and what a pass comes to then. */
async function changed(name: FederatedName, spec: object): Promise<readonly string[]> {
  await changeSpec(pair.earth, name, { template: { spec } });
  await federation.sync({ namespace: name.namespace, once: true });
  return propagationOf(pair.earth, name);
}

describe("what a member fills in stays, so that a changed template can be written", () => {
  test("of a Job, also of one that was there before", async () => {
    const shop = await federatedNamespace(pair.earth);
    const job = named("Job", shop);
    const path = `/apis/batch/v1/namespaces/${shop}/jobs`;
    const pod = { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "a" }] } };
    const spec = { suspend: true, template: pod };
    await rawCreate(pair.earth, path, { metadata: { name: "a" }, spec });
    await federate(pair.earth, job, { template: { spec }, placement: everywhere });
    expect((await federation.sync({ namespace: shop, once: true })).error).toBeUndefined();
    expect(await changed(job, { parallelism: 2 })).toEqual(["True", "earth", "vulcan"]);
    for (const cluster of [pair.earth, pair.vulcan]) {
      expect(await rawGet(cluster, `${path}/a`)).toMatchObject({ spec: { parallelism: 2, completions: 1 } });
    }
  });

  test("of a claim that is bound", async () => {
    const shop = await federatedNamespace(pair.earth);
    const claim = named("PersistentVolumeClaim", shop);
    const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    await federate(pair.earth, claim, { template: { spec }, placement: inClusters("vulcan") });
    await federation.sync({ namespace: shop });
    const path = `/api/v1/namespaces/${shop}/persistentvolumeclaims/a`;
    await rawPatch(pair.vulcan, path, { spec: { volumeName: "v" } });
    await changeSpec(pair.earth, claim, { template: { metadata: { labels: { more: "yes" } } } });
    await federation.sync({ namespace: shop, once: true });
    expect(await propagationOf(pair.earth, claim)).toEqual(["True", "vulcan"]);
    expect(await rawGet(pair.vulcan, path)).toMatchObject({
      metadata: { labels: { more: "yes" } },
      spec: { volumeName: "v" },
    });
  });

  test("of a ClusterRole that is made of others", async () => {
    const name = uniqueName("readers");
    const roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
    const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }];
    await rawCreate(pair.vulcan, roles, { metadata: { name: `${name}-part`, labels: { [name]: "yes" } }, rules });
    await rawCreate(pair.earth, `${federatedGroup}/federatedclusterroles`, {
      apiVersion: "types.kubefed.io/v1beta1",
      kind: "FederatedClusterRole",
      metadata: { name },
      spec: {
        template: { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [name]: "yes" } }] } },
        placement: inClusters("vulcan"),
      },
    });
    expect((await federation.sync({ type: "clusterroles", name })).error).toBeUndefined();
    const rulesOf = async (): Promise<unknown> =>
      (await rawGet<UnknownObject>(pair.vulcan, `${roles}/${name}`))?.["rules"];
    await expect.poll(rulesOf, { timeout: 30_000 }).toEqual(rules);
    expect((await federation.sync({ type: "clusterroles", name })).error).toBeUndefined();
    expect(await rulesOf()).toEqual(rules);
    expect((await federation.sync({ type: "clusterroles", name })).changes).toEqual([
      `vulcan: keep ClusterRole ${name}`,
    ]);
  });

  test("of a Service, but for node ports that it may have no more", async () => {
    const shop = await federatedNamespace(pair.earth);
    const service = named("Service", shop);
    const ports = [80, 81].map((port) => ({ name: `p${port}`, port }));
    await federate(pair.earth, service, {
      template: { spec: { type: "NodePort", ports } },
      placement: inClusters("vulcan"),
    });
    await federation.sync({ namespace: shop });
    expect(await changed(service, { type: "ClusterIP", ports: ports.slice(0, 1) })).toEqual(["True", "vulcan"]);
  });
});

describe("templates", () => {
  test("that were copied from a server are propagated and changed", async () => {
    const shop = await federatedNamespace(pair.earth);
    const a = federatedConfigMap(shop, "a");
    const original = await rawCreate(pair.earth, `/api/v1/namespaces/${shop}/configmaps`, { metadata: { name: "o" } });
    const own = { ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "o", uid: "not-there" }] };
    const metadata = { ...(original["metadata"] as object), ...own };
    await federate(pair.earth, a, { template: { metadata, data: { x: "1" } }, placement: inClusters("vulcan") });
    expect((await federation.sync({ namespace: shop })).error).toBeUndefined();
    await changeSpec(pair.earth, a, { template: { data: { x: "2" } } });
    expect((await federation.sync({ namespace: shop })).error).toBeUndefined();
    const copy = await rawGet<UnknownObject>(pair.vulcan, configMapPath(shop, "a"));
    expect(copy).toMatchObject({ data: { x: "2" } });
    expect(copy?.metadata?.ownerReferences).toBeUndefined();
    const events = await rawList<{ reason: string }>(pair.earth, `/api/v1/namespaces/${shop}/events`);
    expect(events.map(({ reason }) => reason)).toContain("OwnerReferencesNotSupported");
  });

  test("keep whole numbers that JavaScript has none for", async () => {
    const shop = await federatedNamespace(pair.earth);
    const widget = named("Widget", shop);
    const { api } = await connection().deps.connect("earth");
    const federated = { ...widgetType, group: "types.kubefed.io", version: "v1beta1" };
    await api.create(
      { ...federated, kind: widget.kind, plural: widget.plural },
      { metadata: { name: "a", namespace: shop }, spec: { template: { size: long }, placement: everywhere } },
    );
    expect((await federation.sync({ namespace: shop })).error).toBeUndefined();
    expect(await propagationOf(pair.earth, widget)).toEqual(["True", "earth", "vulcan"]);
    const again = await federation.sync({ namespace: shop, type: "widgets" });
    expect(again.changes).toEqual(["earth: keep Widget a", "vulcan: keep Widget a"]);
  });

  test("of the longest names are propagated once", async () => {
    const shop = await federatedNamespace(pair.earth);
    const name = "n".repeat(253);
    await federate(pair.earth, federatedConfigMap(shop, name), {
      template: { data: { x: "1" } },
      placement: inClusters("vulcan"),
    });
    expect((await federation.sync({ namespace: shop })).error).toBeUndefined();
    const again = await federation.sync({ namespace: shop, type: "configmaps" });
    expect(again.changes).toEqual([`vulcan: keep ConfigMap ${name}`]);
  });
});

test("an Event of an object with a long name is written, wherever that is cut", async () => {
  const { api } = await connection().deps.connect("earth");
  const events = createEventRecorder(api, { clock: { now: () => Date.now() }, writesNormal: false });
  const object = { kind: "FederatedConfigMap", metadata: { name: `${"n".repeat(199)}-${"m".repeat(50)}`, uid: "u" } };
  events.record({ object, type: "Warning", reason: "CutName", message: "m" });
  await events.flush();
  const told = await rawList<{ reason: string }>(pair.earth, "/api/v1/namespaces/default/events");
  expect(told.map(({ reason }) => reason)).toContain("CutName");
});

test("a scheduling preference for an object whose selector nobody can read fails alone", async () => {
  const shop = await federatedNamespace(pair.earth);
  const web = named("Deployment", shop);
  const a = federatedConfigMap(shop, "a");
  const clusterSelector = { matchExpressions: [{ key: "zone", operator: "Near", values: ["a"] }] };
  await federate(pair.earth, web, { template: {}, placement: { clusterSelector } });
  await federate(pair.earth, a, { template: { data: { x: "1" } }, placement: everywhere });
  await rawCreate(pair.earth, `/apis/scheduling.kubefed.io/v1alpha1/namespaces/${shop}/replicaschedulingpreferences`, {
    apiVersion: "scheduling.kubefed.io/v1alpha1",
    kind: "ReplicaSchedulingPreference",
    metadata: { name: "a" },
    spec: { targetKind: "FederatedDeployment", totalReplicas: 9, intersectWithClusterSelector: true },
  });
  const { error } = await federation.sync({ namespace: shop });
  expect(error).toMatchObject({ code: "PartlyFailed" });
  expect(await propagationOf(pair.earth, web)).toEqual(["False ComputePlacementFailed"]);
  expect(await propagationOf(pair.earth, a)).toEqual(["True", "earth", "vulcan"]);
});
