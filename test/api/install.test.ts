import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { enableTypes } from "../../src/federation/enable/enable.ts";
import { installKubeFed } from "../../src/federation/install/install.ts";
import { installManifests } from "../../src/federation/install/manifests.ts";
import { uninstallKubeFed } from "../../src/federation/install/uninstall.ts";
import { namespaceContents } from "../../src/federation/namespace-contents.ts";
import type { Change } from "../../src/federation/report.ts";
import { rawCreate, rawGet, rawList, rawPatch } from "../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../cluster/start.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { uniqueName } from "../support/clusters.ts";
import { renderYamlDocuments } from "../../src/output/yaml.ts";
import { coreRun, describeChange } from "../support/core-run.ts";
import { runKubectl } from "../support/kubectl.ts";

/** Of its own: what is installed here is in the way of no other test. */
let clusters: ClusterSet;
beforeAll(async () => {
  clusters = await startClusters(["mars"]);
});
afterAll(() => clusters.stop());

const mars = () => clusters.cluster("mars").details;
const options = { kubefedNamespace: "kube-federation-system", dryRun: false } as const;

async function install(more: Partial<Parameters<typeof installKubeFed>[0]> = {}): Promise<readonly Change[]> {
  const run = coreRun(connectTo(mars()));
  await installKubeFed({ ...options, scope: "Cluster", ...more }, run.deps);
  return run.changes;
}

async function uninstall(more: Partial<Parameters<typeof uninstallKubeFed>[0]> = {}): Promise<readonly Change[]> {
  const run = coreRun(connectTo(mars()));
  await uninstallKubeFed({ ...options, instances: "refuse", ...more }, run.deps);
  return run.changes;
}

/** How often each kind was created, kept, ... */
function countsOf(changes: readonly Change[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { action, object, outcome } of changes) {
    const key = `${outcome} ${action} ${object.kind}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

const crdsOf = async (): Promise<readonly string[]> =>
  (await rawList<{ metadata: { name: string } }>(mars(), "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"))
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.endsWith(".kubefed.io"));

async function createFederatedConfigMap(namespace: string, finalizers: readonly string[]): Promise<string> {
  const name = uniqueName("settings");
  await rawCreate(mars(), "/api/v1/namespaces", { metadata: { name: namespace } });
  await rawCreate(mars(), `/apis/types.kubefed.io/v1beta1/namespaces/${namespace}/federatedconfigmaps`, {
    apiVersion: "types.kubefed.io/v1beta1",
    kind: "FederatedConfigMap",
    metadata: { name, finalizers },
    spec: { template: { data: { colour: "red" } }, placement: { clusters: [] } },
  });
  return `/apis/types.kubefed.io/v1beta1/namespaces/${namespace}/federatedconfigmaps/${name}`;
}

// One story on one cluster: each test finds it as the one before left it.
describe("install and uninstall", () => {
  test("a dry run plans everything and writes nothing", async () => {
    expect(countsOf(await install({ dryRun: true }))).toEqual({
      "planned create Namespace": 1,
      "planned create CustomResourceDefinition": 17,
      "planned create KubeFedConfig": 1,
      "planned create FederatedTypeConfig": 10,
    });
    expect(await rawGet(mars(), `/api/v1/namespaces/${options.kubefedNamespace}`)).toBeUndefined();
    expect(await crdsOf()).toEqual([]);
  });

  test("installs CRDs, type configs and the KubeFedConfig", async () => {
    expect(countsOf(await install())).toEqual({
      "done create Namespace": 1,
      "done create CustomResourceDefinition": 17,
      "done create KubeFedConfig": 1,
      "done create FederatedTypeConfig": 10,
    });
    expect(await crdsOf()).toHaveLength(17);
    const config = await rawGet<{ spec: object }>(
      mars(),
      `/apis/core.kubefed.io/v1beta1/namespaces/${options.kubefedNamespace}/kubefedconfigs/kubefed`,
    );
    expect(config?.spec).toMatchObject({
      scope: "Cluster",
      leaderElect: { leaseDuration: "15s", renewDeadline: "10s", retryPeriod: "5s", resourceLock: "configmaps" },
    });
  });

  test("a second install changes nothing, not even a type that was disabled", async () => {
    const jobs = `/apis/core.kubefed.io/v1beta1/namespaces/${options.kubefedNamespace}/federatedtypeconfigs/jobs.batch`;
    await rawPatch(mars(), jobs, { spec: { propagation: "Disabled" } });
    expect(countsOf(await install())).toEqual({
      "done keep Namespace": 1,
      "done keep CustomResourceDefinition": 17,
      "done keep KubeFedConfig": 1,
      "done keep FederatedTypeConfig": 10,
    });
    expect(await rawGet(mars(), jobs)).toMatchObject({ spec: { propagation: "Disabled" } });
  });

  test("refuses another scope", async () => {
    await expect(install({ scope: "Namespaced" })).rejects.toMatchObject({ code: "ObjectConflict", exitCode: 7 });
  });

  test("uninstall refuses while a cluster is joined", async () => {
    const clustersPath = `/apis/core.kubefed.io/v1beta1/namespaces/${options.kubefedNamespace}/kubefedclusters`;
    await rawCreate(mars(), clustersPath, {
      apiVersion: "core.kubefed.io/v1beta1",
      kind: "KubeFedCluster",
      metadata: { name: "phobos" },
      spec: { apiEndpoint: "https://192.0.2.1", secretRef: { name: "phobos" } },
    });
    await expect(uninstall({ hostClusterContext: "mars" })).rejects.toMatchObject({
      code: "ClustersStillJoined",
      exitCode: 7,
      hint: "first run: fedctl unjoin phobos --host-cluster-context mars",
    });
    const api = connectTo(mars()).api;
    const type = { group: "core.kubefed.io", version: "v1beta1", kind: "KubeFedCluster", plural: "kubefedclusters" };
    await api.delete({
      type: { ...type, namespaced: true },
      namespace: options.kubefedNamespace,
      name: "phobos",
    });
  });

  test("uninstall refuses while federated objects exist", async () => {
    await createFederatedConfigMap(uniqueName("demo"), ["kubefed.io/sync-controller"]);
    await expect(uninstall()).rejects.toMatchObject({
      code: "FederatedObjectsExist",
      exitCode: 7,
      message: 'cannot remove KubeFed from cluster "mars": federated objects exist: 1 FederatedConfigMap',
    });
    expect(await crdsOf()).toHaveLength(17);
  });

  test("uninstall takes everything away, finalizers or not, and keeps a namespace that is in use", async () => {
    const { kubefedNamespace } = options;
    await rawCreate(mars(), `/api/v1/namespaces/${kubefedNamespace}/configmaps`, { metadata: { name: "mine" } });
    await rawPatch(
      mars(),
      `/apis/core.kubefed.io/v1beta1/namespaces/${kubefedNamespace}/federatedtypeconfigs/configmaps`,
      { metadata: { finalizers: ["core.kubefed.io/federated-type-config"] } },
    );
    const run = coreRun(connectTo(mars()));
    await enableTypes({ ...options, names: ["limits"], federatedGroup: "f.example.com" }, run.deps);
    const changes = await uninstall({ instances: "delete" });
    expect(countsOf(changes)).toEqual({
      "done delete FederatedConfigMap": 1,
      "done delete FederatedTypeConfig": 11,
      "done delete KubeFedConfig": 1,
      "done delete CustomResourceDefinition": 18,
      "done keep Namespace": 1,
    });
    expect(changes.find(({ object }) => object.kind === "Namespace")?.reason).toBe('it holds ConfigMap "mine"');
    expect(await crdsOf()).toEqual([]);
  });

  test("uninstall on a cluster without KubeFed has nothing to do", async () => {
    const changes = await uninstall({ kubefedNamespace: uniqueName("nowhere") });
    expect(changes.map(({ action, reason }) => [action, reason])).toEqual([["keep", "KubeFed is not installed"]]);
  });

  test("uninstall removes the namespace that install made, when nothing else is in it", async () => {
    const kubefedNamespace = uniqueName("plane");
    await install({ kubefedNamespace });
    expect((await uninstall({ kubefedNamespace })).map(describeChange)).toContain(
      `delete Namespace ${kubefedNamespace}`,
    );
    expect(await rawGet(mars(), `/api/v1/namespaces/${kubefedNamespace}`)).toBeUndefined();
  });

  test("a control plane beside another leaves the CRDs to it", async () => {
    const [one, other] = [uniqueName("team-a"), uniqueName("team-b")];
    await install({ kubefedNamespace: one, scope: "Namespaced" });
    await install({ kubefedNamespace: other, scope: "Namespaced" });
    await uninstall({ kubefedNamespace: other });
    expect(await crdsOf()).toHaveLength(17);
    await uninstall({ kubefedNamespace: one });
    expect(await crdsOf()).toEqual([]);
  });
});

describe("namespaceContents", () => {
  test("tells what somebody put into a namespace, and nothing that Kubernetes did", async () => {
    const name = uniqueName("contents");
    await rawCreate(mars(), "/api/v1/namespaces", { metadata: { name } });
    await expect.poll(() => rawGet(mars(), `/api/v1/namespaces/${name}/configmaps/kube-root-ca.crt`)).toBeDefined();
    await expect.poll(() => rawGet(mars(), `/api/v1/namespaces/${name}/serviceaccounts/default`)).toBeDefined();
    const { api } = connectTo(mars());
    expect(await namespaceContents(api, name)).toEqual({ items: [], unreadable: [] });
    await rawCreate(mars(), `/api/v1/namespaces/${name}/secrets`, { metadata: { name: "mine" } });
    await rawCreate(mars(), `/apis/rbac.authorization.k8s.io/v1/namespaces/${name}/roles`, {
      metadata: { name: "mine" },
    });
    expect(await namespaceContents(api, name)).toEqual({
      items: [
        { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", namespace: name, name: "mine" },
        { apiVersion: "v1", kind: "Secret", namespace: name, name: "mine" },
      ],
      unreadable: [],
    });
  });

  test("names what the caller may not look at", async () => {
    const { api } = connectTo(mars(), { token: mars().guestToken });
    const { items, unreadable } = await namespaceContents(api, "default");
    expect(items).toEqual([]);
    expect(unreadable).toEqual(expect.arrayContaining(["configmaps", "deployments.apps", "secrets"]));
  });
});

// Deployments make ReplicaSets and Pods here; there is no node that runs them.
describe("the controller in the cluster", () => {
  const controller = { image: "fedctl:test", replicas: 2 } as const;
  const kinds = ["ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "Deployment"];
  const deployment = (namespace: string): string =>
    `/apis/apps/v1/namespaces/${namespace}/deployments/fedctl-controller`;

  test("is installed, brought up to date, and removed with everything of it", async () => {
    const kubefedNamespace = uniqueName("plane");
    const first = await install({ kubefedNamespace, controller });
    for (const kind of [...kinds, "PodDisruptionBudget"])
      expect(countsOf(first)).toHaveProperty(`done create ${kind}`, 1);
    expect(await rawGet(mars(), deployment(kubefedNamespace))).toMatchObject({ spec: { replicas: 2 } });
    await expect
      .poll(() => rawList(mars(), `/api/v1/namespaces/${kubefedNamespace}/pods`), { timeout: 20_000 })
      .toHaveLength(2);

    const again = countsOf(await install({ kubefedNamespace, controller }));
    expect(Object.keys(again).filter((what) => !what.startsWith("done keep"))).toEqual([]);
    const newer = (await install({ kubefedNamespace, controller: { ...controller, image: "fedctl:newer" } })).filter(
      ({ action }) => action !== "keep",
    );
    expect(newer.map(describeChange)).toEqual(["update Deployment fedctl-controller"]);
    expect(await rawGet(mars(), deployment(kubefedNamespace))).toMatchObject({
      spec: { template: { spec: { containers: [{ image: "fedctl:newer" }] } } },
    });

    const removed = (await uninstall({ kubefedNamespace })).map(describeChange);
    expect(removed).toContain(`delete Namespace ${kubefedNamespace}`);
    expect(removed).toContain("delete Deployment fedctl-controller");
    expect(await rawGet(mars(), "/apis/rbac.authorization.k8s.io/v1/clusterroles/fedctl-controller")).toBeUndefined();
  });

  test("runs where pods have to keep the strictest of Kubernetes' standards", async () => {
    const kubefedNamespace = uniqueName("plane");
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    await rawCreate(mars(), "/api/v1/namespaces", { metadata: { name: kubefedNamespace, labels } });
    await install({ kubefedNamespace, controller });
    const pods = `/api/v1/namespaces/${kubefedNamespace}/pods`;
    await expect.poll(() => rawList(mars(), pods), { timeout: 20_000 }).toHaveLength(2);
    await uninstall({ kubefedNamespace });
    expect(await rawGet(mars(), deployment(kubefedNamespace))).toBeUndefined();
  });

  test("is not put in the place of what somebody else made", async () => {
    const kubefedNamespace = uniqueName("plane");
    await rawCreate(mars(), "/api/v1/namespaces", { metadata: { name: kubefedNamespace } });
    await rawCreate(mars(), `/api/v1/namespaces/${kubefedNamespace}/serviceaccounts`, {
      metadata: { name: "fedctl-controller" },
    });
    await expect(install({ kubefedNamespace, controller })).rejects.toMatchObject({
      code: "ObjectConflict",
      message: 'ServiceAccount "fedctl-controller" of cluster "mars" exists, and fedctl did not make it',
    });
    expect(await crdsOf()).toEqual([]);
  });

  test("has no more rights than a control plane of one namespace needs", async () => {
    const kubefedNamespace = uniqueName("plane");
    const plan = await install({ kubefedNamespace, controller, scope: "Namespaced", dryRun: true });
    expect(plan.map(({ object }) => object.kind)).not.toContain("ClusterRole");
  });

  test("is what kubectl makes of the printed manifests", async () => {
    const kubefedNamespace = uniqueName("plane");
    const printed = renderYamlDocuments(
      installManifests({ ...options, scope: "Cluster", kubefedNamespace, controller }),
    );
    const kubectl = { kubeconfigPath: clusters.kubeconfigPath, cwd: clusters.root, stdin: printed };
    // Objects of the new types can be made only when their CRDs are established: kubectl is run again, as GitOps does.
    await expect
      .poll(() => runKubectl(["apply", "-f", "-"], kubectl).then(() => "applied", String), { timeout: 60_000 })
      .toBe("applied");
    const after = countsOf(await install({ kubefedNamespace, controller }));
    expect(Object.keys(after).filter((what) => !what.startsWith("done keep"))).toEqual([]);
    await uninstall({ kubefedNamespace });
    expect(await rawGet(mars(), `/api/v1/namespaces/${kubefedNamespace}`)).toBeUndefined();
  });
});
