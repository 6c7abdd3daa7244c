import { afterEach, describe, expect, test } from "vitest";
import { rawCreate, rawDelete, rawGet, rawPatch } from "../cluster/raw-client.ts";
import { tokenEntry, adminEntry, writeKubeconfig } from "../cluster/kubeconfig-file.ts";
import { registrationPath } from "../support/cluster-pair.ts";
import { connectTo } from "../support/cluster-connection.ts";
import type { Federation } from "../support/federation.ts";
import { pairForFile } from "../support/file-clusters.ts";
import { addDeadGroup, letGuestRead } from "../support/obstacles.ts";
import { clearPlaced, managed, placeNamespace, placeShop } from "../support/placed-objects.ts";
import { join } from "node:path";

const pair = pairForFile();
afterEach(async () => {
  await pair.clear();
  await Promise.all([clearPlaced(pair.vulcan), clearPlaced(pair.earth)]);
});

async function joined(): Promise<Federation> {
  const federation = await pair.openFederation();
  expect((await federation.join("vulcan")).error).toBeUndefined();
  return federation;
}

const inVulcan = (path: string): Promise<unknown> => rawGet(pair.vulcan, path);
const namespacePath = (name: string): string => `/api/v1/namespaces/${name}`;
const configMaps = (namespace: string): string => `${namespacePath(namespace)}/configmaps`;

describe("what the federation placed in a cluster", () => {
  test("stays, is counted, and goes with the command that is told (B-UJ8)", async () => {
    const federation = await joined();
    const shop = await placeShop(pair.vulcan);
    const kept = await federation.unjoin("vulcan");
    expect(kept.error).toBeUndefined();
    const flags = `--host-cluster-context earth --kubefed-namespace ${federation.namespace}`;
    expect(kept.warnings).toEqual([
      {
        code: "WorkloadsKept",
        message: `cluster "vulcan" keeps what the federation placed there: 1 configmaps, 1 deployments.apps, 1 namespaces, 1 services; remove it with: fedctl unjoin vulcan --workloads=delete ${flags}`,
      },
    ]);
    expect(await inVulcan(`${configMaps(shop)}/settings`)).toBeDefined();
    const removed = await federation.unjoin("vulcan", { workloads: "delete" });
    expect(removed.error).toBeUndefined();
    // At the same time, but for the namespace.
    expect([...removed.changes.slice(0, -1)].sort().concat(removed.changes.slice(-1))).toEqual([
      "delete ConfigMap settings",
      "delete Deployment web",
      "delete Service web",
      `delete Namespace ${shop}`,
    ]);
    expect(await inVulcan(namespacePath(shop))).toBeUndefined();
  });

  test("goes with --workloads=delete, but no namespace that others use", async () => {
    const federation = await joined();
    const [shop, shared] = await Promise.all([placeShop(pair.vulcan), placeNamespace(pair.vulcan)]);
    await rawCreate(pair.vulcan, configMaps(shared), { metadata: { name: "mine" } });
    await rawCreate(pair.vulcan, configMaps(shared), { metadata: { name: "theirs", labels: managed } });
    const { error, changes, reasons, warnings } = await federation.unjoin("vulcan", { workloads: "delete" });
    expect([error, warnings]).toEqual([undefined, []]);
    expect(reasons[changes.indexOf(`keep Namespace ${shared}`)]).toBe(
      'holds ConfigMap "mine", which the federation did not place',
    );
    expect(await inVulcan(`${configMaps(shared)}/mine`)).toBeDefined();
    expect(await inVulcan(`${configMaps(shared)}/theirs`)).toBeUndefined();
    expect(await inVulcan(namespacePath(shop))).toBeUndefined();
    expect(await rawGet(pair.earth, registrationPath(federation.namespace, "vulcan"))).toBeUndefined();
    // Permissions are gone before anything that a controller would make again.
    const position = (change: string): number => changes.indexOf(change);
    const binding = position("delete ClusterRoleBinding kubefed-controller-manager:vulcan-earth");
    const account = position("delete ServiceAccount vulcan-earth");
    expect(Math.max(binding, account)).toBeLessThan(position("delete ConfigMap settings"));
    expect(position("delete KubeFedCluster vulcan")).toBe(changes.length - 1);
  });

  test("is told by a dry run, and left alone", async () => {
    const federation = await joined();
    const shop = await placeShop(pair.vulcan);
    const { error, changes } = await federation.unjoin("vulcan", { workloads: "delete", dryRun: true });
    expect(error).toBeUndefined();
    expect(changes).toEqual(
      expect.arrayContaining(["delete Deployment web (planned)", `delete Namespace ${shop} (planned)`]),
    );
    expect(await inVulcan(`${configMaps(shop)}/settings`)).toMatchObject({ metadata: { labels: managed } });
  });

  test("is found again by an unjoin that was stopped in its midst", async () => {
    const federation = await joined();
    const shop = await placeShop(pair.vulcan);
    const stopAfter = (change: string): boolean => change.startsWith("delete Deployment");
    const stopped = await federation.unjoin("vulcan", { workloads: "delete" }, { stopAfter });
    expect(stopped.error).toMatchObject({ code: "Interrupted" });
    expect(await rawGet(pair.earth, registrationPath(federation.namespace, "vulcan"))).toBeDefined();
    expect((await federation.unjoin("vulcan", { workloads: "delete" })).error).toBeUndefined();
    expect(await inVulcan(namespacePath(shop))).toBeUndefined();
    expect(await inVulcan(namespacePath(federation.namespace))).toBeUndefined();
  });

  test("is named when it does not go in time; the host's side is done all the same", async () => {
    const federation = await joined();
    const shop = await placeNamespace(pair.vulcan);
    const metadata = { name: "stuck", labels: managed, finalizers: ["example.com/hold"] };
    await rawCreate(pair.vulcan, configMaps(shop), { metadata });
    const { error } = await federation.unjoin("vulcan", { workloads: "delete", timeoutMs: 1_000 });
    expect(error).toMatchObject({
      code: "LeftBehind",
      exitCode: 6,
      message: `still in cluster "vulcan": ConfigMap "stuck" in namespace "${shop}", Namespace "${shop}"`,
      hint: expect.stringContaining("fedctl unjoin vulcan --workloads=delete") as string,
    });
    expect(await rawGet(pair.earth, registrationPath(federation.namespace, "vulcan"))).toBeUndefined();
    await rawPatch(pair.vulcan, `${configMaps(shop)}/stuck`, { metadata: { finalizers: null } });
    expect((await federation.unjoin("vulcan", { workloads: "delete" })).error).toBeUndefined();
    expect(await inVulcan(namespacePath(shop))).toBeUndefined();
  });

  test("stays while the cluster has another join, since nobody can tell whose it is", async () => {
    const federation = await joined();
    expect((await federation.join("mars", { clusterContext: "vulcan" })).error).toBeUndefined();
    await placeNamespace(pair.vulcan);
    const { error, writes } = await pair.watched(() => federation.unjoin("vulcan", { workloads: "delete" }));
    expect(writes).toEqual([]);
    expect(error).toMatchObject({
      code: "ObjectConflict",
      exitCode: 7,
      message: expect.stringContaining("kubefed-controller-manager:mars-earth") as string,
    });
  });

  test("stays where the cluster is the host: copies cannot be told from originals (B-FD7)", async () => {
    const federation = await pair.openFederation();
    await federation.join("earth");
    const shop = await placeNamespace(pair.earth);
    await rawCreate(pair.earth, configMaps(shop), { metadata: { name: "original", labels: managed } });
    const { error, warnings } = await federation.unjoin("earth", { workloads: "delete" });
    expect(error).toBeUndefined();
    expect(warnings).toEqual([
      {
        code: "WorkloadsKept",
        message:
          'cluster "earth" is the host itself: copies cannot be told from the originals, so all stay: 1 configmaps, 1 namespaces',
      },
    ]);
    expect(await rawGet(pair.earth, `${configMaps(shop)}/original`)).toBeDefined();
  });

  test("takes the namespace of a namespaced control plane along", async () => {
    const federation = await pair.openFederation({ scope: "Namespaced" });
    await federation.join("vulcan");
    const { namespace } = federation;
    await rawCreate(pair.vulcan, configMaps(namespace), { metadata: { name: "placed", labels: managed } });
    const elsewhere = await placeNamespace(pair.vulcan);
    const { error, changes } = await federation.unjoin("vulcan", { workloads: "delete" });
    expect(error).toBeUndefined();
    expect(changes).toContain(`delete Namespace ${namespace}`);
    expect(await inVulcan(namespacePath(namespace))).toBeUndefined();
    expect(await inVulcan(namespacePath(elsewhere))).toBeDefined();
  });

  test("does not take objects of others along with their type", async () => {
    const federation = await joined();
    const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const widgets = "/apis/example.com/v1/namespaces/default/widgets";
    await rawCreate(pair.vulcan, crds, {
      metadata: { name: "widgets.example.com", labels: managed },
      spec: {
        group: "example.com",
        scope: "Namespaced",
        names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
        versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
      },
    });
    await expect
      .poll(() =>
        rawCreate(pair.vulcan, widgets, {
          apiVersion: "example.com/v1",
          kind: "Widget",
          metadata: { name: "mine" },
        }).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    const { error, reasons } = await federation.unjoin("vulcan", { workloads: "delete" });
    expect(error).toBeUndefined();
    expect(reasons).toContain('holds Widget "mine", which the federation did not place');
    expect(await inVulcan(`${widgets}/mine`)).toBeDefined();
    await rawDelete(pair.vulcan, `${crds}/widgets.example.com`);
  });

  test("is counted as far as it can be seen", async () => {
    const federation = await joined();
    await placeNamespace(pair.vulcan);
    const end = await addDeadGroup(pair.vulcan, "dead.example.com");
    await letGuestRead(pair.vulcan, connectTo(pair.vulcan).api, ["leases"]);
    const kubeconfigPath = join(pair.root, "guest");
    await writeKubeconfig(kubeconfigPath, [adminEntry(pair.earth), tokenEntry(pair.vulcan, pair.vulcan.guestToken)]);
    const { warnings } = await federation.unjoin("vulcan", { dryRun: true }, { kubeconfigPath });
    await end();
    expect(warnings.map(({ message }) => message.replace(/; remove it with.*/, ""))).toEqual([
      'what the federation placed in cluster "vulcan" could not be looked for among: dead.example.com/v1, leases.coordination.k8s.io',
      'cluster "vulcan" keeps what the federation placed there: 1 namespaces',
    ]);
  });
});

test("objects of the host that name the cluster are told", async () => {
  const federation = await joined();
  const typeConfigs = `/apis/core.kubefed.io/v1beta1/namespaces/${federation.namespace}/federatedtypeconfigs`;
  const type = { version: "v1", kind: "ConfigMap", pluralName: "configmaps", scope: "Namespaced" };
  const federatedType = {
    group: "types.kubefed.io",
    version: "v1beta1",
    kind: "FederatedConfigMap",
    pluralName: "federatedconfigmaps",
    scope: "Namespaced",
  };
  if ((await rawGet(pair.earth, `${typeConfigs}/configmaps`)) === undefined) {
    await rawCreate(pair.earth, typeConfigs, {
      apiVersion: "core.kubefed.io/v1beta1",
      kind: "FederatedTypeConfig",
      metadata: { name: "configmaps" },
      spec: { targetType: type, federatedType, propagation: "Enabled" },
    });
  }
  const objects = "/apis/types.kubefed.io/v1beta1/namespaces/default/federatedconfigmaps";
  const make = (name: string, spec: object): Promise<unknown> =>
    rawCreate(pair.earth, objects, {
      apiVersion: "types.kubefed.io/v1beta1",
      kind: "FederatedConfigMap",
      metadata: { name },
      spec,
    });
  await make("placed", { placement: { clusters: [{ name: "vulcan" }] } });
  await make("overridden", { overrides: [{ clusterName: "vulcan", clusterOverrides: [] }] });
  await make("elsewhere", { placement: { clusters: [{ name: "mars" }] } });
  const { error, warnings } = await federation.unjoin("vulcan");
  expect(error).toBeUndefined();
  expect(warnings).toEqual([
    {
      code: "StaleReferences",
      message:
        '2 objects name cluster "vulcan" in placements or overrides (FederatedConfigMap "default/overridden" and 1 more); see them with: kubectl --context earth get federatedconfigmaps.types.kubefed.io -A -o yaml',
    },
  ]);
});
