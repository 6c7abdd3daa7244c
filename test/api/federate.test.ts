import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { federateObjects } from "../../src/federation/federate/federate.ts";
import { installKubeFed } from "../../src/federation/install/install.ts";
import { defaultKubefedNamespace } from "../../src/federation/kubefed-types.ts";
import type { UnknownObject } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { rawDelete, rawGet, rawList, rawPatch } from "../cluster/raw-client.ts";
import { relayTo, startRelay, throughRelay } from "../cluster/relay.ts";
import { startClusters } from "../cluster/start.ts";
import type { ClusterSet } from "../cluster/start.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { uniqueName } from "../support/clusters.ts";
import { coreRun } from "../support/core-run.ts";
import { createAll } from "../support/create-all.ts";
import { configMap, countedNames, failToFederate, federate, federateOptions } from "../support/federate-runs.ts";
import { addDeadGroup, letGuestRead, refuseFederatedConfigMap } from "../support/obstacles.ts";

let set: ClusterSet;
let host: ClusterDetails;

// A cluster of its own: types are enabled and disabled here, and API groups broken.
beforeAll(async () => {
  set = await startClusters(["earth"]);
  host = set.cluster("earth").details;
});
afterAll(() => set.stop());

async function makeNamespace(objects: (namespace: string) => readonly UnknownObject[]): Promise<string> {
  const name = uniqueName("ns");
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  await createAll(connectTo(host).api, [namespace, ...objects(name)]);
  return name;
}

const federatedPath = (namespace: string, plural = "federatedconfigmaps") =>
  `/apis/types.kubefed.io/v1beta1/namespaces/${namespace}/${plural}`;

async function federatedNames(namespace: string, plural?: string): Promise<string[]> {
  const items = await rawList<UnknownObject>(host, federatedPath(namespace, plural));
  return items.map(({ metadata }) => metadata?.name ?? "");
}

describe("without KubeFed", () => {
  it("federates nothing, and says how to install it", async () => {
    const name = await makeNamespace(() => []);
    const { error } = await failToFederate(connectTo(host), { name, hostClusterContext: "earth" });
    expect(error).toMatchObject({ code: "KubeFedNotInstalled", exitCode: 1 });
  });

  it("prints the objects of the types that it would enable", async () => {
    const name = await makeNamespace((namespace) => [configMap(namespace, "b"), configMap(namespace, "a")]);
    const { result, changes } = await federate(connectTo(host), { name, contents: true, output: "yaml" });
    expect(result.objects.map(({ kind, metadata }) => `${kind ?? ""} ${metadata?.name ?? ""}`)).toEqual([
      `FederatedNamespace ${name}`,
      "FederatedConfigMap a",
      "FederatedConfigMap b",
    ]);
    expect(changes).toEqual([]);
  });
});

describe("with KubeFed", () => {
  beforeAll(async () => {
    const { deps } = coreRun(connectTo(host));
    await installKubeFed({ kubefedNamespace: defaultKubefedNamespace, dryRun: false, scope: "Cluster" }, deps);
  });

  describe("one object", () => {
    it("is taken from the namespace of the context, and warned about where that is not federated", async () => {
      const name = await makeNamespace((namespace) => [configMap(namespace, "a")]);
      const { warnings } = await federate(connectTo(host, { namespace: name }), { type: "cm", name: "a" });
      expect(await federatedNames(name)).toEqual(["a"]);
      expect(warnings.map(({ code }) => code)).toEqual(["NamespaceNotFederated"]);
      await federate(connectTo(host), { name });
      const again = await federate(connectTo(host), { type: "configmaps", name: "a", namespace: name });
      expect(again.changes).toEqual(["keep FederatedConfigMap a"]);
      expect(again.warnings).toEqual([]);
    });

    it("that is not there is named, with its namespace and cluster", async () => {
      const { error } = await failToFederate(connectTo(host), { type: "cm", name: "nosuch", namespace: "default" });
      expect(error).toMatchObject({
        code: "ObjectNotFound",
        message: 'there is no ConfigMap "nosuch" in namespace "default" of cluster "earth"',
        hint: "look at what is there: kubectl --context earth get configmaps -n default",
      });
    });

    it("has no contents unless it is a namespace", async () => {
      const { error } = await failToFederate(connectTo(host), { type: "cm", name: "a", contents: true });
      expect(error).toMatchObject({ code: "Usage", exitCode: 2 });
    });

    it("stays a headless service", async () => {
      const name = await makeNamespace((namespace) => [
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "db", namespace },
          spec: { clusterIP: "None", ports: [{ port: 5432 }] },
        },
      ]);
      await federate(connectTo(host), { type: "svc", name: "db", namespace: name });
      const made = await rawGet<UnknownObject>(host, `${federatedPath(name, "federatedservices")}/db`);
      expect(made).toMatchObject({ spec: { template: { spec: { clusterIP: "None" } } } });
      expect(made).not.toHaveProperty("spec.template.spec.clusterIPs");
    });

    it("cannot be a namespace that is being deleted", async () => {
      const name = await makeNamespace((namespace) => [
        configMap(namespace, "a", { metadata: { finalizers: ["x.example/y"] } }),
      ]);
      await rawDelete(host, `/api/v1/namespaces/${name}`);
      const { error, changes } = await failToFederate(connectTo(host), { name });
      expect(error).toMatchObject({ code: "NamespaceTerminating", exitCode: 7 });
      expect(changes).toEqual([]);
      await rawPatch(host, `/api/v1/namespaces/${name}/configmaps/a`, { metadata: { finalizers: null } });
    });
  });

  describe("again", () => {
    it("leaves alone what is as it should be, placement and overrides included", async () => {
      const name = await makeNamespace((namespace) => [configMap(namespace, "a"), configMap(namespace, "b")]);
      await federate(connectTo(host), { name, contents: true });
      const edited = { placement: { clusters: [{ name: "vulcan" }] } };
      await rawPatch(host, `${federatedPath(name)}/a`, { spec: edited });
      await createAll(connectTo(host).api, [configMap(name, "c")]);
      const { changes } = await federate(connectTo(host), { name, contents: true });
      expect(changes).toEqual([
        `keep FederatedNamespace ${name}`,
        "keep FederatedConfigMap a",
        "keep FederatedConfigMap b",
        "create FederatedConfigMap c",
      ]);
      expect(await rawGet(host, `${federatedPath(name)}/a`)).toMatchObject({ spec: edited });
    });

    it("refuses another template before it writes anything", async () => {
      const name = await makeNamespace((namespace) => [configMap(namespace, "b")]);
      await federate(connectTo(host), { name, contents: true });
      await rawPatch(host, `/api/v1/namespaces/${name}/configmaps/b`, { data: { value: "2" } });
      await createAll(connectTo(host).api, [configMap(name, "a")]);
      const { error, changes } = await failToFederate(connectTo(host), { name, contents: true });
      expect(error).toMatchObject({
        code: "ObjectConflict",
        exitCode: 7,
        message: `already federated in cluster "earth" with another template: FederatedConfigMap "${name}/b"`,
      });
      expect(changes).toEqual([]);
      expect(await federatedNames(name)).toEqual(["b"]);
    });

    it("two at the same time both succeed", async () => {
      const names = countedNames(600);
      const name = await makeNamespace((namespace) => names.map((each) => configMap(namespace, each)));
      const both = [connectTo(host), connectTo(host)];
      await Promise.all(both.map((connection) => federate(connection, { name, contents: true })));
      expect(await federatedNames(name)).toEqual(names);
    });

    it("goes on where it was interrupted", async () => {
      const names = countedNames(200);
      const name = await makeNamespace((namespace) => names.map((each) => configMap(namespace, each)));
      const stop = new AbortController();
      const { deps } = coreRun(connectTo(host, { signal: stop.signal }), stop.signal);
      const progress = (text: string, count?: { done: number; total: number }): void => {
        if (text === "federating" && count?.done === 50) stop.abort();
      };
      const stopped = federateObjects(federateOptions({ name, contents: true }), {
        ...deps,
        report: { ...deps.report, progress },
      });
      await expect(stopped).rejects.toMatchObject({ code: "Interrupted" });
      const written = (await federatedNames(name)).length;
      expect(written).toBeGreaterThanOrEqual(49);
      expect(written).toBeLessThan(200);
      await federate(connectTo(host), { name, contents: true });
      expect(await federatedNames(name)).toEqual(names);
    });
  });

  describe("contents", () => {
    it("leave out what clusters make themselves", async () => {
      const name = await makeNamespace((namespace) => [
        configMap(namespace, "mine"),
        {
          apiVersion: "v1",
          kind: "Secret",
          type: "kubernetes.io/service-account-token",
          metadata: { name: "token", namespace, annotations: { "kubernetes.io/service-account.name": "default" } },
        },
      ]);
      await expect.poll(() => rawGet(host, `/api/v1/namespaces/${name}/configmaps/kube-root-ca.crt`)).toBeDefined();
      const { result } = await federate(connectTo(host), { name, contents: true });
      expect(result.taken).toEqual([
        { type: "namespaces", name },
        { type: "configmaps", namespace: name, name: "mine" },
      ]);
      expect(result.skipped.map(({ type, name: object }) => `${type} ${object}`)).toEqual([
        "configmaps kube-root-ca.crt",
        "secrets token",
        "serviceaccounts default",
      ]);
    });

    it("fail singly, and all others are written", async () => {
      const name = await makeNamespace((namespace) => ["a", "bad", "c"].map((each) => configMap(namespace, each)));
      const allow = await refuseFederatedConfigMap(host, "bad");
      const { error, changes } = await failToFederate(connectTo(host), { name, contents: true });
      expect(error).toMatchObject({ code: "PartlyFailed", exitCode: 4 });
      expect(String(error)).toMatch(/1 of 4 federated objects were not written: .*bad is refused/);
      expect(changes).toContain("create FederatedConfigMap bad (failed)");
      expect(await federatedNames(name)).toEqual(["a", "c"]);
      await allow();
      const again = await federate(connectTo(host), { name, contents: true });
      expect(again.changes).toContain("create FederatedConfigMap bad");
      expect(await federatedNames(name)).toEqual(["a", "bad", "c"]);
    });

    it("are not tried one by one when the server is gone", async () => {
      const name = await makeNamespace((namespace) => countedNames(300).map((each) => configMap(namespace, each)));
      await using relay = await startRelay(relayTo(host, 0));
      const { deps } = coreRun(connectTo(throughRelay(host, relay)));
      const progress = (text: string, count?: { done: number }): void => {
        if (text === "federating" && count?.done === 50) void relay.stop();
      };
      const cut = federateObjects(federateOptions({ name, contents: true }), {
        ...deps,
        report: { ...deps.report, progress },
      });
      await expect(cut).rejects.toMatchObject({ code: "PartlyFailed", exitCode: 4 });
      await federate(connectTo(host), { name, contents: true });
      expect(await federatedNames(name)).toEqual(countedNames(300));
    });

    it("are not begun when a type cannot be listed", async () => {
      const name = await makeNamespace((namespace) => [configMap(namespace, "a")]);
      await letGuestRead(host, connectTo(host).api, ["secrets", "serviceaccounts"]);
      const guest = connectTo(host, { token: host.guestToken });
      const { error, changes } = await failToFederate(guest, { name, contents: true });
      expect(error).toMatchObject({ code: "ServerForbidden", exitCode: 1 });
      expect(error).toMatchObject({
        hint: "nothing was written; leave them out with --skip-api-resources secrets,serviceaccounts, or all that fail with --ignore-forbidden",
      });
      expect(changes).toEqual([]);
      expect(await federatedNames(name, "federatednamespaces")).toEqual([]);
    });

    it("do without API groups that do not answer (B-FD10)", async () => {
      const name = await makeNamespace((namespace) => [configMap(namespace, "a")]);
      const remove = await addDeadGroup(host, "dead.example.com");
      const { warnings } = await federate(connectTo(host), { name, contents: true });
      await remove();
      expect(warnings.map(({ code, message }) => [code, message.split(" ")[0]])).toEqual([
        ["GroupUnavailable", "dead.example.com/v1"],
      ]);
      expect(await federatedNames(name)).toEqual(["a"]);
    });
  });

  describe("types", () => {
    const limits = (namespace: string): UnknownObject[] => [
      { apiVersion: "v1", kind: "LimitRange", metadata: { name: "l", namespace }, spec: { limits: [] } },
      {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: "p", namespace },
        spec: { minAvailable: 1 },
      },
    ];

    it("that are not enabled are all named, or enabled and waited for", async () => {
      const name = await makeNamespace(limits);
      const { error, changes } = await failToFederate(connectTo(host), { name, contents: true });
      expect(error).toMatchObject({
        code: "TypeNotEnabled",
        message: 'limitranges, poddisruptionbudgets.policy are not enabled for federation in cluster "earth"',
        hint: "add --enable-type, or run: fedctl enable limitranges poddisruptionbudgets.policy",
      });
      expect(changes).toEqual([]);
      const planned = await federate(connectTo(host), { name, contents: true, enableType: true, dryRun: true });
      expect(planned.changes).toEqual(
        [
          "create CustomResourceDefinition federatedlimitranges.types.kubefed.io",
          "create FederatedTypeConfig limitranges",
          "create CustomResourceDefinition federatedpoddisruptionbudgets.types.kubefed.io",
          "create FederatedTypeConfig poddisruptionbudgets.policy",
          `create FederatedNamespace ${name}`,
          "create FederatedLimitRange l",
          "create FederatedPodDisruptionBudget p",
        ].map((change) => `${change} (planned)`),
      );
      expect(await federatedNames(name, "federatednamespaces")).toEqual([]);
      await federate(connectTo(host), { name, contents: true, enableType: true });
      expect(await federatedNames(name, "federatedlimitranges")).toEqual(["l"]);
      expect(await federatedNames(name, "federatedpoddisruptionbudgets")).toEqual(["p"]);
    });

    it("whose CRD is gone are told at once, or repaired (B-FD5)", async () => {
      const name = await makeNamespace((namespace) => [
        { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "q", namespace }, spec: { hard: { pods: "1" } } },
      ]);
      await federate(connectTo(host), { type: "quota", name: "q", namespace: name, enableType: true });
      const crd = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/federatedresourcequotas.types.kubefed.io";
      await rawDelete(host, crd);
      await expect.poll(() => rawGet(host, crd), { timeout: 20_000 }).toBeUndefined();
      const { error } = await failToFederate(connectTo(host), { name, contents: true });
      expect(error).toMatchObject({
        code: "TypeNotEnabled",
        message:
          'the federated type of resourcequotas is not served by cluster "earth": ' +
          'there is no CRD "federatedresourcequotas.types.kubefed.io"',
      });
      await federate(connectTo(host), { name, contents: true, enableType: true });
      expect(await federatedNames(name, "federatedresourcequotas")).toEqual(["q"]);
    });
  });
});
