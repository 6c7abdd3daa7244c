import { describe, expect, it } from "vitest";
import { federateManifests } from "../../../../src/federation/federate/manifests.ts";

const placement = { clusterSelector: { matchLabels: {} } };

describe("federateManifests", () => {
  it("converts each document, in order", () => {
    const { objects, warnings } = federateManifests([
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "demo", labels: { team: "a" } } },
      null,
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
    const { objects } = federateManifests([
      { apiVersion: "v1", kind: "List", items: [{ apiVersion: "v1", kind: "Secret", ...item("a") }] },
      { apiVersion: "v1", kind: "ConfigMapList", items: [item("b"), item("c")] },
    ]);
    expect(objects.map(({ kind, metadata }) => [kind, metadata?.name])).toEqual([
      ["FederatedSecret", "a"],
      ["FederatedConfigMap", "b"],
      ["FederatedConfigMap", "c"],
    ]);
  });

  it.each([
    ["text", "document 1 is no Kubernetes object: it is no mapping"],
    [{ kind: "ConfigMap" }, "document 1 is no Kubernetes object: apiVersion, kind and metadata.name are needed"],
    [
      { apiVersion: "v1", kind: "ConfigMap", metadata: {} },
      "document 1 is no Kubernetes object: apiVersion, kind and metadata.name are needed",
    ],
    [{ apiVersion: "v1", kind: "List", items: [7] }, "document 1, item 1 is no Kubernetes object: it is no mapping"],
  ])("refuses %o", (document, message) => {
    expect(() => federateManifests([document])).toThrow(message);
  });

  it("makes nothing of nothing", () => {
    expect(federateManifests([])).toEqual({ objects: [], warnings: [] });
  });
});
