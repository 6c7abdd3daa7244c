import { expect, test } from "vitest";
import { dispatch } from "../../src/engine/dispatch.ts";
import { silentEvents } from "../../src/engine/event-recorder.ts";
import { getSource } from "../../src/engine/object-source.ts";
import { createPassWorld } from "../../src/engine/pass-world.ts";
import { planReconcile, type Subject } from "../../src/engine/reconcile-plan.ts";
import { reconcile } from "../../src/engine/reconcile.ts";
import { openPlane, type Plane } from "../../src/engine/sync-plane.ts";
import type { World } from "../../src/engine/world.ts";
import type { UnknownObject } from "../../src/kube/objects.ts";
import { rawCreate, rawDelete, rawGet, rawList, rawPatch } from "../cluster/raw-client.ts";
import { registrationPath } from "../support/cluster-pair.ts";
import { coreRun } from "../support/core-run.ts";
import {
  changeSpec,
  configMapPath,
  federate,
  federatedConfigMap,
  federatedNamespace,
  federatedPath,
  type FederatedStatus,
  inClusters,
} from "../support/engine-runs.ts";
import { federationForFile } from "../support/file-clusters.ts";
import { startInterceptor } from "../support/interceptor.ts";
import { connectThrough } from "../support/kubeconfig-connection.ts";

const { pair, federation } = federationForFile();

interface Opened {
  readonly plane: Plane;
  readonly world: World;
  readonly subject: (type: string, key: Subject["key"]) => Subject;
}

async function openWorld(): Promise<Opened> {
  const { signal } = new AbortController();
  const { deps } = coreRun((context) => connectThrough(pair.kubeconfigPath, context, signal));
  const { api: host } = await deps.connect("earth");
  const plane = await openPlane({ host, hostClusterContext: "earth", kubefedNamespace: federation.namespace }, deps);
  const common = { clock: deps.clock, signal, events: silentEvents, source: getSource(host) };
  const world = createPassWorld({ host, plane, ...common });
  return {
    plane,
    world,
    subject(name, key) {
      const type = plane.types.find((each) => each.name === name);
      if (type === undefined) throw new Error(`no type ${name}`);
      return { type, key };
    },
  };
}

const template = { data: { colour: "red" } };

test("an edit that comes before the finalizer was not propagated, and not observed", async () => {
  const shop = await federatedNamespace(pair.earth);
  await federation.sync({ namespace: shop });
  const a = federatedConfigMap(shop, "a");
  const path = federatedPath(shop, "federatedconfigmaps", "a");
  await federate(pair.earth, a, { template, placement: inClusters("vulcan") });
  const before = await rawGet<UnknownObject>(pair.earth, path);
  await changeSpec(pair.earth, a, { template: { data: { colour: "blue" } } });
  const { plane, world, subject } = await openWorld();
  await reconcile({ ...world, federated: () => before }, subject("configmaps", { namespace: shop, name: "a" }));
  plane.close();
  const after = await rawGet<UnknownObject & { status?: FederatedStatus }>(pair.earth, path);
  expect([after?.metadata?.generation, after?.status?.observedGeneration]).toEqual([2, 1]);
});

test("delete options reach also an object of which nothing had been told", async () => {
  const shop = await federatedNamespace(pair.earth);
  const labels = { app: "web" };
  const pod = { metadata: { labels }, spec: { containers: [{ name: "web", image: "web" }] } };
  const annotations = { "kubefed.io/deleteoption": JSON.stringify({ propagationPolicy: "Orphan" }) };
  const key = { namespace: shop, name: "web" };
  const web = { kind: "FederatedReplicaSet", plural: "federatedreplicasets", ...key, annotations };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template: pod };
  await federate(pair.earth, web, { template: { spec }, placement: inClusters("vulcan") });
  await federation.sync({ namespace: shop });
  const pods = `/api/v1/namespaces/${shop}/pods`;
  await expect.poll(async () => (await rawList(pair.vulcan, pods)).length, { timeout: 30_000 }).toBe(1);
  await rawDelete(pair.earth, federatedPath(shop, "federatedreplicasets", "web"));
  const { plane, world, subject } = await openWorld();
  const subjectOfWeb = subject("replicasets.apps", key);
  await reconcile({ ...world, live: () => ({ known: true, object: undefined }) }, subjectOfWeb);
  plane.close();
  const path = `/apis/apps/v1/namespaces/${shop}/replicasets/web`;
  await expect.poll(() => rawGet(pair.vulcan, path), { timeout: 30_000 }).toBeUndefined();
  expect(await rawList(pair.vulcan, pods)).toHaveLength(1);
});

test("a member that answers late has its time for all that is asked of it", async () => {
  const shop = await federatedNamespace(pair.earth);
  await federation.sync({ namespace: shop });
  await rawCreate(pair.vulcan, `/api/v1/namespaces/${shop}/configmaps`, { metadata: { name: "a" } });
  await federate(pair.earth, federatedConfigMap(shop, "a"), { template, placement: inClusters("vulcan") });
  await using slow = await startInterceptor(pair.vulcan, {
    decide: ({ path }) => (path.includes(`/${shop}/`) ? { kind: "pass", afterMs: 3_000 } : { kind: "pass" }),
  });
  const registration = registrationPath(federation.namespace, "vulcan");
  await rawPatch(pair.earth, registration, { spec: { apiEndpoint: slow.cluster.server } });
  const { plane, world, subject } = await openWorld();
  const subjectOfA = subject("configmaps", { namespace: shop, name: "a" });
  const plan = await planReconcile({ ...world, live: () => ({ known: true, object: undefined }) }, subjectOfA);
  if (plan.kind !== "propagation") throw new Error(plan.kind);
  const [member] = plan.members.filter(({ decision }) => decision.action === "create");
  if (member === undefined) throw new Error("nothing is to be created");
  const startedMs = performance.now();
  // It is there already: a try, a look and another try would take nine seconds and more.
  const endMs = startedMs + 4_000;
  const { status } = await dispatch(member, { subject: subjectOfA, adoptsObjects: true, endMs });
  expect(status).toBe("CreationTimedOut");
  expect(performance.now() - startedMs).toBeLessThan(8_500);
  plane.close();
  await rawPatch(pair.earth, registration, { spec: { apiEndpoint: pair.vulcan.server } });
  expect(await rawGet(pair.vulcan, configMapPath(shop, "a"))).not.toHaveProperty("data");
});
