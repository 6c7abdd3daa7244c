import { describe, expect, test } from "vitest";
import { retain, retainedPart } from "../../../src/propagation/retention.ts";

const service = { target: { group: "", kind: "Service" }, retainsReplicas: false };
const account = { target: { group: "", kind: "ServiceAccount" }, retainsReplicas: false };
const deployment = { target: { group: "apps", kind: "Deployment" }, retainsReplicas: true };

describe("metadata of the member stays", () => {
  test("its version, finalizers and annotations replace those of the template", () => {
    const desired = { metadata: { name: "a", labels: { l: "1" }, annotations: { own: "no" }, finalizers: ["x"] } };
    const live = { metadata: { name: "a", resourceVersion: "7", annotations: { a: "b" }, labels: { l: "2" } } };
    expect(retain(desired, live, account)).toEqual({
      metadata: { name: "a", labels: { l: "1" }, resourceVersion: "7", annotations: { a: "b" } },
    });
  });
});

describe("a Service", () => {
  const live = {
    metadata: {},
    spec: {
      clusterIP: "10.0.0.1",
      clusterIPs: ["10.0.0.1"],
      healthCheckNodePort: 30_000,
      ports: [
        { name: "a", port: 80, protocol: "TCP", nodePort: 31_000 },
        { name: "b", port: 80, protocol: "UDP", nodePort: 31_001 },
      ],
    },
  };

  test("keeps what was allocated", () => {
    const ports = [
      { name: "a", port: 80, protocol: "TCP" },
      { name: "b", port: 81, protocol: "UDP" },
    ];
    expect(retain({ spec: { type: "NodePort", ports, selector: { x: "y" } } }, live, service)).toEqual({
      metadata: {},
      spec: {
        type: "NodePort",
        selector: { x: "y" },
        clusterIP: "10.0.0.1",
        clusterIPs: ["10.0.0.1"],
        healthCheckNodePort: 30_000,
        ports: [{ ...ports[0], nodePort: 31_000 }, ports[1]],
      },
    });
  });

  test("keeps the node port of a port whose protocol the template leaves to the server", () => {
    expect(retain({ spec: { type: "NodePort", ports: [{ name: "a", port: 80 }] } }, live, service)).toMatchObject({
      spec: { ports: [{ name: "a", port: 80, nodePort: 31_000 }] },
    });
  });

  test("that becomes a name elsewhere gives up its address", () => {
    const retained = retain({ spec: { type: "ExternalName", externalName: "x" } }, live, service);
    expect(retained["spec"]).not.toHaveProperty("clusterIP");
    expect(retained["spec"]).not.toHaveProperty("clusterIPs");
  });

  test("without allocations keeps nothing", () => {
    const bare = { metadata: {}, spec: { clusterIP: "", clusterIPs: [], healthCheckNodePort: 0 } };
    expect(retain({ spec: {} }, bare, service)).toEqual({ metadata: {}, spec: {} });
  });

  test("of another group is no Service", () => {
    const knative = { target: { group: "serving.knative.dev", kind: "Service" }, retainsReplicas: false };
    expect(retain({ spec: {} }, live, knative)).toEqual({ metadata: {}, spec: {} });
  });
});

describe("a ServiceAccount", () => {
  const live = { metadata: {}, secrets: [{ name: "token" }] };

  test.each([
    { title: "keeps its secrets", desired: {}, expected: [{ name: "token" }] },
    { title: "keeps them beside an empty list", desired: { secrets: [] }, expected: [{ name: "token" }] },
    { title: "has those of the template", desired: { secrets: [{ name: "x" }] }, expected: [{ name: "x" }] },
  ])("$title", ({ desired, expected }) => {
    expect(retain(desired, live, account)["secrets"]).toEqual(expected);
  });
});

describe("replicas", () => {
  const live = { metadata: {}, spec: { replicas: 0 } };

  test("stay as the member has them where that is asked for", () => {
    expect(retain({ spec: { replicas: 3 } }, live, deployment)["spec"]).toEqual({ replicas: 0 });
    expect(retain({}, live, deployment)["spec"]).toEqual({ replicas: 0 });
  });

  test("are the template's otherwise", () => {
    const options = { ...deployment, retainsReplicas: false };
    expect(retain({ spec: { replicas: 3 } }, live, options)["spec"]).toEqual({ replicas: 3 });
    expect(retain({ spec: { replicas: 3 } }, { metadata: {}, spec: {} }, deployment)["spec"]).toEqual({ replicas: 3 });
  });
});

test("the retained part is enough to retain from, and drops the rest", () => {
  const live = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "a",
      annotations: { a: "b" },
      managedFields: [{ manager: "x", operation: "Update", fieldsV1: {} }],
    },
    spec: { replicas: 4, template: { big: "thing" } },
    status: { replicas: 4 },
  };
  const part = retainedPart(live, { ...deployment, collectsStatus: false });
  expect(part).toEqual({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "a", annotations: { a: "b" }, managedFields: [{ manager: "x", operation: "Update" }] },
    spec: { replicas: 4 },
  });
  const desired = { spec: { replicas: 1 } };
  expect(retain(desired, part, deployment)).toEqual(retain(desired, live, deployment));
  expect(retainedPart(live, { ...deployment, collectsStatus: true })["status"]).toEqual({ replicas: 4 });
});
