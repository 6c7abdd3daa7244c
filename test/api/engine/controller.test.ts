import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KubeObject, UnknownObject } from "../../../src/kube/objects.ts";
import type { ClusterDetails } from "../../cluster/details.ts";
import { rawCreate, rawDelete, rawGet, rawList, rawPatch } from "../../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../../cluster/start.ts";
import { registrationPath } from "../../support/cluster-pair.ts";
import { type RunningController, startController } from "../../support/controller.ts";
import {
  configMapPath,
  federateConfigMap,
  federatedObject,
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
let federation: Federation;
const both = inClusters("earth", "vulcan");

beforeAll(async () => {
  set = await startClusters(["earth", "vulcan"]);
  [earth, vulcan] = [set.cluster("earth").details, set.cluster("vulcan").details];
  federation = await openEngineFederation(set, ["earth", "vulcan"]);
});
afterAll(() => set.stop());

const start = (more: Partial<Parameters<typeof startController>[0]> = {}): RunningController =>
  startController({ kubeconfigPath: set.kubeconfigPath, kubefedNamespace: federation.namespace, ...more });

const typeConfigs = (name = ""): string =>
  `/apis/core.kubefed.io/v1beta1/namespaces/${federation.namespace}/federatedtypeconfigs${name && `/${name}`}`;

async function isPropagated(key: { namespace: string; name: string }): Promise<boolean> {
  return (await propagationOf(earth, key)) === "True earth vulcan";
}

describe("a controller", () => {
  test("makes clusters ready, runs the types, and propagates a namespace with what is in it", async () => {
    const controller = start();
    await until(async () => (await readinessOf(earth, federation, "vulcan")) === "Ready");
    const namespace = await federateNamespace(earth, both);
    await federateConfigMap(earth, { namespace, name: "a" }, { placement: both });
    await until(() => isPropagated({ namespace, name: "a" }));
    expect(await valueIn(vulcan, { namespace, name: "a" })).toBe("1");
    const config = await rawGet<UnknownObject>(earth, typeConfigs("configmaps"));
    expect(config?.metadata?.finalizers).toEqual(["core.kubefed.io/federated-type-config"]);
    expect(config?.["status"]).toEqual({
      observedGeneration: 1,
      propagationController: "Running",
      statusController: "NotRunning",
    });
    const cluster = await rawGet<UnknownObject>(
      earth,
      `/apis/core.kubefed.io/v1beta1/namespaces/${federation.namespace}/kubefedclusters/vulcan`,
    );
    expect(cluster?.["status"]).toMatchObject({
      conditions: [{ type: "Ready", status: "True", reason: "ClusterReady", message: "/healthz responded with ok" }],
      kubernetesVersion: vulcan.version,
    });
    await controller.stop();
  });

  test("mends what others change in the clusters, and follows the placement", async () => {
    const controller = start();
    const namespace = await federateNamespace(earth, both);
    const key = { namespace, name: "a" };
    await federateConfigMap(earth, key, { placement: both });
    await until(() => isPropagated(key));
    await rawPatch(vulcan, configMapPath(namespace, "a"), { data: { value: "drifted" } });
    await until(async () => (await valueIn(vulcan, key)) === "1");
    await rawDelete(vulcan, configMapPath(namespace, "a"));
    await until(async () => (await valueIn(vulcan, key)) === "1");
    const path = federatedPath(namespace, "federatedconfigmaps", "a");
    await rawPatch(earth, path, { spec: { placement: inClusters("earth"), template: { data: { value: "2" } } } });
    await until(async () => (await valueIn(vulcan, key)) === undefined && (await valueIn(earth, key)) === "2");
    await rawDelete(earth, path);
    await until(async () => (await rawGet(earth, path)) === undefined);
    expect(await valueIn(earth, key)).toBeUndefined();
    await controller.stop();
  });

  test("does not fight as fast as it can for a copy that somebody deletes each time", async () => {
    const controller = start();
    const namespace = await federateNamespace(earth, both);
    const key = { namespace, name: "a" };
    await federateConfigMap(earth, key, { placement: both });
    await until(() => isPropagated(key));
    let deletions = 0;
    for (const end = Date.now() + 12_000; Date.now() < end;) {
      await sleep(50);
      if ((await valueIn(vulcan, key)) === undefined) continue;
      deletions += 1;
      await rawDelete(vulcan, configMapPath(namespace, "a"));
    }
    // At 0, 0, 2, 6 and 14 seconds.
    expect(deletions).toBeLessThanOrEqual(5);
    await until(() => isPropagated(key).then(async (is) => is && (await valueIn(vulcan, key)) === "1"));
    await controller.stop();
  });

  test("leaves alone what was orphaned, also when a federated object of that name comes again", async () => {
    const controller = start();
    const namespace = await federateNamespace(earth, both);
    const names = Array.from({ length: 40 }, (_, index) => `c${index}`);
    const paths = names.map((name) => federatedPath(namespace, "federatedconfigmaps", name));
    const federateAll = (placement: object): Promise<unknown> =>
      Promise.all(names.map((name) => federateConfigMap(earth, { namespace, name }, { placement })));
    const areAll = async (): Promise<boolean> => (await propagatedIn(earth, namespace)) === names.length;
    await federateAll(inClusters("vulcan"));
    await until(areAll);
    const orphan = { metadata: { annotations: { "kubefed.io/orphan": "true" } } };
    await Promise.all(paths.map((path) => rawPatch(earth, path, orphan)));
    await Promise.all(paths.map((path) => rawDelete(earth, path)));
    await until(async () => (await rawList(earth, federatedPath(namespace, "federatedconfigmaps"))).length === 0);
    await federateAll(inClusters("earth"));
    await until(areAll);
    const left = await Promise.all(names.map((name) => valueIn(vulcan, { namespace, name })));
    expect(left).toEqual(names.map(() => "1"));
    await controller.stop();
  });

  test("has nothing to write when it starts and all is in place", async () => {
    const namespace = await federateNamespace(earth, both);
    const names = Array.from({ length: 50 }, (_, index) => `c${index}`);
    const first = start();
    await Promise.all(names.map((name) => federateConfigMap(earth, { namespace, name }, { placement: both })));
    await until(async () => (await propagatedIn(earth, namespace)) === names.length);
    const path = federatedPath(namespace, "federatednamespaces", namespace);
    await until(async () => isTrue((await rawGet<UnknownObject>(earth, path))?.["status"]));
    await first.stop();
    const before = await versionsOf(namespace);
    const second = start();
    await until(() => Promise.resolve(reconciledBy(second, namespace) >= names.length));
    await second.stop();
    expect(await versionsOf(namespace)).toEqual(before);
    // As where nothing but sync has run: nobody has asked the clusters how they are.
    const cluster = (name: string): string => `${registrationPath(federation.namespace, name)}/status`;
    for (const name of ["earth", "vulcan"]) await rawPatch(earth, cluster(name), { status: null });
    const third = start();
    await until(() => Promise.resolve(reconciledBy(third, namespace) >= names.length));
    await until(async () => (await readinessOf(earth, federation, "vulcan")) === "Ready");
    await third.stop();
    expect(third.log.filter(({ status }) => status === "ClusterNotReady")).toEqual([]);
    expect(await versionsOf(namespace)).toEqual(before);
  });

  test("follows types that are disabled and enabled while it runs", async () => {
    const controller = start();
    const namespace = await federateNamespace(earth, both);
    const key = { namespace, name: "a" };
    await federateConfigMap(earth, key, { placement: both });
    await until(() => isPropagated(key));
    await rawPatch(earth, typeConfigs("configmaps"), { spec: { propagation: "Disabled" } });
    await until(async () => (await runningOf("configmaps")) === "NotRunning");
    const change = { spec: { template: { data: { value: "2" } } } };
    await rawPatch(earth, federatedPath(namespace, "federatedconfigmaps", "a"), change);
    await rawPatch(earth, typeConfigs("configmaps"), { spec: { propagation: "Enabled" } });
    await until(async () => (await valueIn(vulcan, key)) === "2");
    expect(await runningOf("configmaps")).toBe("Running");
    await controller.stop();
  });

  test("propagates what is in a namespace when that is federated, and takes it back when it is no more", async () => {
    const controller = start();
    const namespace = await federateNamespace(earth, inClusters("earth"));
    const key = { namespace, name: "a" };
    await federateConfigMap(earth, key, { placement: both });
    await until(async () => (await propagationOf(earth, key)) === "True earth");
    const path = federatedPath(namespace, "federatednamespaces", namespace);
    await rawPatch(earth, path, { spec: { placement: both } });
    await until(() => isPropagated(key));
    await rawPatch(earth, path, { spec: { placement: inClusters("earth") } });
    await until(async () => (await valueIn(vulcan, key)) === undefined);
    await controller.stop();
  });

  test("lets go of copies of which nobody federates the original any more", async () => {
    const namespace = await federateNamespace(earth, both);
    const first = start();
    await until(async () => (await rawGet(vulcan, `/api/v1/namespaces/${namespace}`)) !== undefined);
    await first.stop();
    const labels = { "kubefed.io/managed": "true" };
    await rawCreate(vulcan, configMapPath(namespace), { metadata: { name: "stray", labels } });
    const second = start();
    await until(async () => {
      const stray = await rawGet<KubeObject>(vulcan, configMapPath(namespace, "stray"));
      return stray !== undefined && stray.metadata?.labels === undefined;
    });
    await second.stop();
  });

  test("reconciles a cluster that joins later, by selector", async () => {
    const controller = start();
    const namespace = await federateNamespace(earth, { clusterSelector: {} });
    const key = { namespace, name: "a" };
    await federateConfigMap(earth, key, { placement: { clusterSelector: { matchLabels: { tier: "gold" } } } });
    const cluster = `/apis/core.kubefed.io/v1beta1/namespaces/${federation.namespace}/kubefedclusters/vulcan`;
    await rawPatch(earth, cluster, { metadata: { labels: { tier: "gold" } } });
    await until(async () => (await valueIn(vulcan, key)) === "1");
    await rawPatch(earth, cluster, { metadata: { labels: { tier: null } } });
    await until(async () => (await valueIn(vulcan, key)) === undefined);
    await controller.stop();
  });

  test("distributes replicas by preference, and follows it", async () => {
    const controller = start();
    const namespace = await federateNamespace(earth, both);
    const labels = { app: "web" };
    const pod = { metadata: { labels }, spec: { containers: [{ name: "web", image: "web" }] } };
    const template = { spec: { replicas: 1, selector: { matchLabels: labels }, template: pod } };
    const object = federatedObject("Deployment", { namespace, name: "web" }, { template, placement: both });
    await rawCreate(earth, federatedPath(namespace, "federateddeployments"), object);
    const preferences = `/apis/scheduling.kubefed.io/v1alpha1/namespaces/${namespace}/replicaschedulingpreferences`;
    const clusters = { earth: { weight: 1 }, vulcan: { weight: 2 } };
    await rawCreate(earth, preferences, {
      apiVersion: "scheduling.kubefed.io/v1alpha1",
      kind: "ReplicaSchedulingPreference",
      metadata: { name: "web" },
      spec: { targetKind: "FederatedDeployment", totalReplicas: 6, rebalance: true, clusters },
    });
    const replicasIn = async (cluster: ClusterDetails): Promise<number | undefined> => {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
      return (await rawGet<{ spec: { replicas: number } }>(cluster, path))?.spec.replicas;
    };
    await until(async () => (await replicasIn(earth)) === 2 && (await replicasIn(vulcan)) === 4);
    await rawPatch(earth, `${preferences}/web`, { spec: { totalReplicas: 3 } });
    await until(async () => (await replicasIn(earth)) === 1 && (await replicasIn(vulcan)) === 2);
    await controller.stop();
  });

  test("propagates Deployments, and keeps what the cluster says of them", async () => {
    const controller = start();
    const namespace = await federateNamespace(earth, both);
    const template = {
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: "web" } },
        template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web" }] } },
      },
    };
    const object = federatedObject("Deployment", { namespace, name: "web" }, { template, placement: both });
    await rawCreate(earth, federatedPath(namespace, "federateddeployments"), object);
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
    await until(async () => {
      const live = await rawGet<UnknownObject>(vulcan, path);
      return (live?.["status"] as { observedGeneration?: number } | undefined)?.observedGeneration === 1;
    });
    const { metadata } = (await rawGet<KubeObject>(vulcan, path)) ?? {};
    expect(metadata?.generation).toBe(1);
    expect(metadata?.annotations?.["deployment.kubernetes.io/revision"]).toBe("1");
    await controller.stop();
  });
});

function isTrue(status: unknown): boolean {
  return JSON.stringify(status ?? {}).includes('"status":"True","type":"Propagation"');
}

async function runningOf(name: string): Promise<string | undefined> {
  const config = await rawGet<{ status?: { propagationController: string } }>(earth, typeConfigs(name));
  return config?.status?.propagationController;
}

function reconciledBy({ log }: RunningController, namespace: string): number {
  const keys = log.filter(({ message, key }) => message === "reconciled" && String(key).startsWith(namespace));
  return new Set(keys.filter(({ type }) => type === "configmaps").map(({ key }) => key)).size;
}

/** Versions of all objects of a federated namespace, here and there. */
async function versionsOf(namespace: string): Promise<Record<string, string | undefined>> {
  const paths: readonly (readonly [ClusterDetails, string])[] = [
    [earth, federatedPath(namespace, "federatedconfigmaps")],
    [earth, federatedPath(namespace, "federatednamespaces")],
    [earth, `/apis/core.kubefed.io/v1alpha1/namespaces/${namespace}/propagatedversions`],
    [earth, configMapPath(namespace)],
    [vulcan, configMapPath(namespace)],
    [vulcan, `/api/v1/namespaces`],
  ];
  const lists = await Promise.all(
    paths.map(async ([cluster, path]) => {
      const items = await rawList<KubeObject>(cluster, path);
      return items.map(({ metadata }) => [
        `${cluster.name} ${path} ${metadata?.name ?? ""}`,
        metadata?.resourceVersion,
      ]);
    }),
  );
  return Object.fromEntries(lists.flat()) as Record<string, string | undefined>;
}
