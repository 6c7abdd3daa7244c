import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installKubeFed } from "../../src/federation/install/install.ts";
import { joinCluster } from "../../src/federation/join/join.ts";
import { defaultKubefedNamespace } from "../../src/federation/kubefed-types.ts";
import type { FederationDeps } from "../../src/federation/deps.ts";
import type { UnknownObject } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { rawDelete, rawGet, rawList, rawPatch } from "../cluster/raw-client.ts";
import { startClusters } from "../cluster/start.ts";
import type { ClusterSet } from "../cluster/start.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { uniqueName } from "../support/clusters.ts";
import { coreRun } from "../support/core-run.ts";
import { createAll } from "../support/create-all.ts";
import { configMap, countedNames, failToFederate, federate } from "../support/federate-runs.ts";

let set: ClusterSet;
let earth: ClusterDetails;
let vulcan: ClusterDetails;

const connect: FederationDeps["connect"] = (context) =>
  Promise.resolve(connectTo(context === "vulcan" ? vulcan : earth));
const host = { connect: () => connectTo(earth) };

beforeAll(async () => {
  set = await startClusters(["earth", "vulcan"]);
  [earth, vulcan] = [set.cluster("earth").details, set.cluster("vulcan").details];
  const { deps } = coreRun(connect);
  const common = { hostClusterContext: "earth", kubefedNamespace: defaultKubefedNamespace, dryRun: false };
  await installKubeFed({ ...common, scope: "Cluster" }, deps);
  await joinCluster({ ...common, clusterName: "vulcan", errorOnExisting: true }, deps);
  await rawPatch(earth, `${clusters}/vulcan`, { metadata: { labels: { region: "eu" } } });
});
afterAll(() => set.stop());

const clusters = `/apis/core.kubefed.io/v1beta1/namespaces/${defaultKubefedNamespace}/kubefedclusters`;

async function makeNamespace(objects: (namespace: string) => readonly UnknownObject[] = () => []): Promise<string> {
  const name = uniqueName("ns");
  await createAll(connectTo(earth).api, [
    { apiVersion: "v1", kind: "Namespace", metadata: { name } },
    ...objects(name),
  ]);
  return name;
}

const configMaps = (names: readonly string[], labels?: Record<string, string>) => (namespace: string) =>
  names.map((name) => configMap(namespace, name, labels === undefined ? {} : { metadata: { labels } }));

const federatedPath = (namespace: string, plural = "federatedconfigmaps"): string =>
  `/apis/types.kubefed.io/v1beta1/namespaces/${namespace}/${plural}`;

async function federatedNames(namespace: string, plural?: string): Promise<string[]> {
  const items = await rawList<UnknownObject>(earth, federatedPath(namespace, plural));
  return items.map(({ metadata }) => metadata?.name ?? "");
}

const federated = (namespace: string, name: string) =>
  rawGet<UnknownObject>(earth, `${federatedPath(namespace)}/${name}`);

describe("which objects", () => {
  it("takes several names, in a fixed order, once", async () => {
    const namespace = await makeNamespace(configMaps(["c", "a", "b", "x"]));
    const { changes } = await federate(host.connect(), { type: "cm", names: ["c", "a", "b", "a"], namespace });
    expect([...changes].sort()).toEqual(["a", "b", "c"].map((name) => `create FederatedConfigMap ${name}`));
    expect(await federatedNames(namespace)).toEqual(["a", "b", "c"]);
  });

  it("begins nothing when one of several is not there", async () => {
    const namespace = await makeNamespace(configMaps(["a"]));
    const { error, changes } = await failToFederate(host.connect(), { type: "cm", names: ["a", "y", "x"], namespace });
    expect(error).toMatchObject({
      code: "ObjectNotFound",
      message: `there is no ConfigMap "y", "x" in namespace "${namespace}" of cluster "earth"`,
    });
    expect(changes).toEqual([]);
    expect(await federatedNames(namespace)).toEqual([]);
  });

  it("takes what has the labels, in one namespace or in all", async () => {
    const label = uniqueName("app");
    const one = await makeNamespace(configMaps(["a", "b"], { app: label }));
    const other = await makeNamespace(configMaps(["a"], { app: label }));
    await createAll(connectTo(earth).api, [
      configMap(one, "c"),
      configMap("default", label, { metadata: { labels: { app: label } } }),
    ]);
    await federate(host.connect(), { type: "cm", selector: `app=${label}`, namespace: one });
    expect(await federatedNames(one)).toEqual(["a", "b"]);
    const all = await federate(host.connect(), { type: "cm", selector: `app=${label}`, allNamespaces: true });
    expect([...all.changes].sort()).toEqual([
      "create FederatedConfigMap a",
      "keep FederatedConfigMap a",
      "keep FederatedConfigMap b",
    ]);
    expect(await federatedNames(other)).toEqual(["a"]);
    expect(all.result.skipped).toEqual([
      { type: "configmaps", namespace: "default", name: label, reason: "in a namespace that KubeFed leaves alone" },
    ]);
  });

  it("takes namespaces by label, each with its contents", async () => {
    const label = uniqueName("team");
    const both = [await makeNamespace(configMaps(["a"])), await makeNamespace(configMaps(["b"]))].sort();
    for (const name of both)
      await rawPatch(earth, `/api/v1/namespaces/${name}`, { metadata: { labels: { team: label } } });
    const options = { selector: `team=${label}`, contents: true } as const;
    await federate(host.connect(), options);
    for (const name of both) expect(await federatedNames(name, "federatednamespaces")).toEqual([name]);
    const again = await federate(host.connect(), options);
    expect(again.changes).toHaveLength(4);
    expect(again.changes.every((change) => change.startsWith("keep "))).toBe(true);
  });

  it.each([
    { more: { type: "cm" }, message: "missing required argument 'names'" },
    { more: { type: "cm", name: "a", selector: "a=b" }, message: "objects are either named or selected, not both" },
    { more: { type: "cm", name: "a", allNamespaces: true }, message: "objects are either named or selected, not both" },
    {
      more: { type: "cm", allNamespaces: true, namespace: "x" },
      message: "--all-namespaces and --namespace cannot be combined",
    },
    {
      more: { name: "a", clusters: ["vulcan"], clusterSelector: { a: "b" } },
      message: "--clusters and --cluster-selector cannot be combined",
    },
    { more: { name: "a", clusters: [] }, message: "--clusters names no cluster" },
  ])("refuses what cannot be meant: $message", async ({ more, message }) => {
    const { error } = await failToFederate(host.connect(), more);
    expect(error).toMatchObject({ code: "Usage", exitCode: 2, message });
  });
});

describe("--include", () => {
  it("brings back what is left out, object by object", async () => {
    const name = await makeNamespace(configMaps(["a"]));
    await expect.poll(() => rawGet(earth, `/api/v1/namespaces/${name}/configmaps/kube-root-ca.crt`)).toBeDefined();
    await expect.poll(() => rawGet(earth, `/api/v1/namespaces/${name}/serviceaccounts/default`)).toBeDefined();
    const { result } = await federate(host.connect(), { name, contents: true, include: ["cm/kube-root-ca.crt"] });
    expect(await federatedNames(name)).toEqual(["a", "kube-root-ca.crt"]);
    expect(result.skipped.map((one) => one.name)).toEqual(["default"]);
  });

  it("of an object that is not there ends the command before it writes", async () => {
    const name = await makeNamespace(configMaps(["a"]));
    const { error, changes } = await failToFederate(host.connect(), { name, contents: true, include: ["ep/nosuch"] });
    expect(error).toMatchObject({ code: "ObjectNotFound" });
    expect(String(error)).toContain('--include ep/nosuch: there is no such object in cluster "earth"');
    expect(changes).toEqual([]);
  });
});

describe("--on-conflict", () => {
  async function conflicting(): Promise<string> {
    const namespace = await makeNamespace(configMaps(["a", "b"]));
    await federate(host.connect(), { type: "cm", names: ["a", "b"], namespace });
    const edit = {
      metadata: { labels: { mine: "1" } },
      spec: { overrides: [{ clusterName: "vulcan", clusterOverrides: [] }] },
    };
    await rawPatch(earth, `${federatedPath(namespace)}/b`, edit);
    await rawPatch(earth, `/api/v1/namespaces/${namespace}/configmaps/b`, { data: { value: "2" } });
    await createAll(connectTo(earth).api, [configMap(namespace, "c")]);
    return namespace;
  }

  it("fail: writes nothing, and says what differs", async () => {
    const namespace = await conflicting();
    const all = { type: "cm", names: ["a", "b", "c"], namespace };
    const { error, changes } = await failToFederate(host.connect(), all);
    expect(error).toMatchObject({
      code: "ObjectConflict",
      exitCode: 7,
      message: `already federated in cluster "earth" with another template: FederatedConfigMap "${namespace}/b"`,
    });
    expect(changes).toEqual([]);
    expect(await federatedNames(namespace)).toEqual(["a", "b"]);
  });

  it("skip: leaves what differs, and does the rest", async () => {
    const namespace = await conflicting();
    const all = { type: "cm", names: ["a", "b", "c"], namespace, onConflict: "skip" } as const;
    const { changes } = await federate(host.connect(), all);
    expect([...changes].sort()).toEqual([
      "create FederatedConfigMap c",
      "keep FederatedConfigMap a",
      "keep FederatedConfigMap b",
    ]);
    expect(await federated(namespace, "b")).toMatchObject({ spec: { template: { data: { value: "1" } } } });
  });

  it("update: replaces the template and nothing else", async () => {
    const namespace = await conflicting();
    await rawPatch(earth, `${federatedPath(namespace)}/b`, { spec: { placement: { clusters: [{ name: "vulcan" }] } } });
    const all = { type: "cm", names: ["a", "b", "c"], namespace, onConflict: "update" } as const;
    const planned = await federate(host.connect(), { ...all, dryRun: true });
    expect(planned.changes).toContain("update FederatedConfigMap b (planned)");
    const { changes } = await federate(host.connect(), all);
    expect([...changes].sort()).toEqual([
      "create FederatedConfigMap c",
      "keep FederatedConfigMap a",
      "update FederatedConfigMap b",
    ]);
    expect(await federated(namespace, "b")).toMatchObject({
      metadata: { labels: { mine: "1" } },
      spec: {
        template: { data: { value: "2" } },
        placement: { clusters: [{ name: "vulcan" }] },
        overrides: [{ clusterName: "vulcan", clusterOverrides: [] }],
      },
    });
  });

  it("update: loses nobody's edit that is made meanwhile", async () => {
    const names = countedNames(60);
    const namespace = await makeNamespace(configMaps(names));
    await federate(host.connect(), { type: "cm", names, namespace });
    for (const name of names)
      await rawPatch(earth, `/api/v1/namespaces/${namespace}/configmaps/${name}`, { data: { value: "2" } });
    const editing = names.map((name) =>
      rawPatch(earth, `${federatedPath(namespace)}/${name}`, { metadata: { labels: { mine: "1" } } }),
    );
    await Promise.all([federate(host.connect(), { type: "cm", names, namespace, onConflict: "update" }), ...editing]);
    for (const item of await rawList<UnknownObject>(earth, federatedPath(namespace))) {
      expect(item).toMatchObject({ metadata: { labels: { mine: "1" } }, spec: { template: { data: { value: "2" } } } });
    }
  });
});

describe("placement", () => {
  it("--clusters places contents too, and is not reset by a later command", async () => {
    const name = await makeNamespace(configMaps(["a"]));
    await federate(host.connect(), { name, contents: true, clusters: ["vulcan"] });
    const placed = { spec: { placement: { clusters: [{ name: "vulcan" }] } } };
    expect(await federated(name, "a")).toMatchObject(placed);
    expect(await rawGet(earth, `${federatedPath(name, "federatednamespaces")}/${name}`)).toMatchObject(placed);
    await federate(host.connect(), { name, contents: true, onConflict: "update" });
    expect(await federated(name, "a")).toMatchObject(placed);
    const kept = await federate(host.connect(), { name, contents: true, clusterSelector: { region: "eu" } });
    expect(kept.warnings.map(({ code }) => code)).toEqual(["PlacementKept"]);
    expect(await federated(name, "a")).toMatchObject(placed);
    const moved = { name, contents: true, clusterSelector: { region: "eu" }, onConflict: "update" } as const;
    expect((await federate(host.connect(), moved)).changes).toContain("update FederatedConfigMap a");
    expect((await federated(name, "a"))?.["spec"]).toMatchObject({
      placement: { clusterSelector: { matchLabels: { region: "eu" } } },
    });
    expect((await federated(name, "a"))?.["spec"]).not.toHaveProperty("placement.clusters");
  });

  it("refuses clusters that are not joined, and warns of labels that none has", async () => {
    const name = await makeNamespace();
    const { error, changes } = await failToFederate(host.connect(), { name, clusters: ["vulcan", "mars"] });
    expect(error).toMatchObject({
      code: "ClusterNotJoined",
      message: '--clusters: "mars" is not joined to cluster "earth"; joined: vulcan',
      hint: "join it first: fedctl join mars",
    });
    expect(changes).toEqual([]);
    const { warnings } = await federate(host.connect(), { name, clusterSelector: { region: "us" }, dryRun: true });
    expect(warnings.map(({ message }) => message)).toEqual(["no joined cluster has the labels region=us"]);
  });

  it("warns when the host is a member and would have its originals taken over (B-FD7)", async () => {
    const name = await makeNamespace(configMaps(["a"]));
    const { deps } = coreRun(connect);
    const common = { hostClusterContext: "earth", kubefedNamespace: defaultKubefedNamespace, dryRun: false };
    await joinCluster({ ...common, clusterName: "earth", errorOnExisting: true }, deps);
    const { warnings } = await federate(host.connect(), { name, contents: true, dryRun: true });
    expect(warnings).toEqual([
      {
        code: "HostIsMember",
        message:
          'the host is itself joined, as "earth": KubeFed takes the originals of configmaps over, ' +
          "and deletes them with their federated objects; leave it out with --clusters vulcan",
      },
    ]);
    const elsewhere = await federate(host.connect(), { name, contents: true, clusters: ["vulcan"] });
    expect(elsewhere.warnings).toEqual([]);
    await rawDelete(earth, `${clusters}/earth`);
  });
});
