import { describe, expect, it } from "vitest";
import { federateManifests, type ManifestOptions } from "../../../../src/federation/federate/manifests.ts";

/** As if each were a document of its own. */
const fromDocuments = (values: readonly unknown[], options: ManifestOptions = {}) =>
  federateManifests(
    values.map((value, index) => ({ where: `f.yaml, document ${index + 1}`, value })),
    options,
  );

const placement = { clusterSelector: { matchLabels: {} } };

describe("federateManifests", () => {
  it("converts each document, in order", () => {
    const { objects, warnings } = fromDocuments([
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "demo", labels: { team: "a" } } },
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web", namespace: "demo", annotations: { note: "hunter2" } },
        spec: { replicas: 2 },
      },
      { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "viewer" }, rules: [] },
    ]);
    expect(objects).toEqual([
      {
        apiVersion: "types.kubefed.io/v1beta1",
        kind: "FederatedNamespace",
        metadata: { name: "demo", namespace: "demo" },
        spec: { placement, template: { metadata: { labels: { team: "a" } } } },
      },
      {
        apiVersion: "types.kubefed.io/v1beta1",
        kind: "FederatedDeployment",
        metadata: { name: "web", namespace: "demo" },
        spec: { placement, template: { spec: { replicas: 2 } } },
      },
      {
        apiVersion: "types.kubefed.io/v1beta1",
        kind: "FederatedClusterRole",
        metadata: { name: "viewer" },
        spec: { placement, template: { rules: [] } },
      },
    ]);
    expect(warnings).toEqual([
      {
        code: "AnnotationsDropped",
        message: 'a template holds no annotations; dropped those of Deployment "demo/web": note',
      },
    ]);
  });

  it("expands lists", () => {
    const item = (name: string) => ({ metadata: { name, namespace: "demo" } });
    const { objects } = fromDocuments([
      { apiVersion: "v1", kind: "List", items: [{ apiVersion: "v1", kind: "Secret", ...item("a") }] },
      { apiVersion: "v1", kind: "ConfigMapList", items: [item("b"), item("c")] },
    ]);
    expect(objects.map(({ kind, metadata }) => [kind, metadata?.name])).toEqual([
      ["FederatedSecret", "a"],
      ["FederatedConfigMap", "b"],
      ["FederatedConfigMap", "c"],
    ]);
  });

  it("does not take a custom type that is called a list for one", () => {
    const allowList = { apiVersion: "x.example/v1", kind: "AllowList", metadata: { name: "a" }, items: ["b"] };
    const { objects } = fromDocuments([allowList, { apiVersion: "v1", kind: "List", items: null }]);
    expect(objects.map(({ kind, spec }) => [kind, spec.template])).toEqual([["FederatedAllowList", { items: ["b"] }]]);
  });

  it("scrubs as it does what it reads from a cluster", () => {
    const ports = [{ port: 80, nodePort: 30080 }];
    const { objects } = fromDocuments([
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web", namespace: null, uid: "1", ownerReferences: [] },
        spec: { clusterIP: "10.0.0.1", ports },
        status: {},
      },
    ]);
    expect(objects).toEqual([
      {
        apiVersion: "types.kubefed.io/v1beta1",
        kind: "FederatedService",
        metadata: { name: "web" },
        spec: { placement, template: { spec: { ports: [{ port: 80 }] } } },
      },
    ]);
  });

  it.each([
    ["text", "it is no mapping"],
    [{ metadata: { name: "a" } }, "it has no kind"],
    [{ kind: "ConfigMap", metadata: { name: "a" } }, "the ConfigMap has no apiVersion"],
    [{ apiVersion: "v1", kind: "ConfigMap" }, "the ConfigMap has no metadata.name"],
    [{ apiVersion: "v1", kind: "ConfigMap", metadata: { generateName: "a-" } }, "the ConfigMap has no metadata.name"],
    [
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", labels: { version: 1 } } },
      'metadata.labels of ConfigMap "a" are not texts',
    ],
    [
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", annotations: "secret" } },
      'metadata.annotations of ConfigMap "a" are not texts',
    ],
    [
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: 7 } },
      'metadata.namespace of ConfigMap "a" is no text',
    ],
  ])("refuses %j", (document, reason) => {
    expect(() => fromDocuments([document])).toThrow(`f.yaml, document 1 is no Kubernetes object: ${reason}`);
  });

  it("names the item of a list", () => {
    const list = { apiVersion: "v1", kind: "List", items: [{ apiVersion: "v1", kind: "List", items: [7] }] };
    expect(() => fromDocuments([list])).toThrow("f.yaml, document 1, item 1, item 1 is no Kubernetes object");
  });

  it.each([
    [
      { apiVersion: "v1", kind: "Secret", metadata: { name: "t" }, type: "kubernetes.io/service-account-token" },
      'Secret "t" cannot be federated: a service account token is valid in its own cluster only',
    ],
    [
      { apiVersion: "types.kubefed.io/v1beta1", kind: "FederatedSecret", metadata: { name: "t", namespace: "n" } },
      'FederatedSecret "n/t" cannot be federated: it is federated already',
    ],
  ])("makes nothing of what no other cluster can have", (document, reason) => {
    expect(() => fromDocuments([document])).toThrow(`f.yaml, document 1: ${reason}`);
  });

  it("warns of a name that no federated object may have, and prints it as kubefedctl does", () => {
    const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "system:a" } };
    const { objects, warnings } = fromDocuments([role]);
    expect(objects.map(({ metadata }) => metadata)).toEqual([{ name: "system:a" }]);
    expect(warnings.map(({ code }) => code)).toEqual(["NameNotAllowed"]);
  });

  it("-n is for namespaced objects that name no namespace", () => {
    const { objects, warnings } = fromDocuments(
      [
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } },
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "b", namespace: "own" } },
        { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "c" } },
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "d" } },
        { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "e" } },
        { apiVersion: "x.example/v1", kind: "Thing", metadata: { name: "f" } },
      ],
      { namespace: "demo" },
    );
    expect(objects.map(({ metadata }) => [metadata?.name, metadata?.namespace])).toEqual([
      ["a", "demo"],
      ["b", "own"],
      ["c", "demo"],
      ["d", "d"],
      ["e", undefined],
      ["f", undefined],
    ]);
    expect(warnings.map(({ code }) => code)).toEqual(["ScopeUnknown"]);
    expect(fromDocuments([{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } }]).objects).toMatchObject([
      { metadata: { name: "a" } },
    ]);
  });

  it("makes nothing of nothing", () => {
    expect(federateManifests([])).toEqual({ objects: [], warnings: [] });
  });
});
