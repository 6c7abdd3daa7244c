import { describe, expect, it } from "vitest";
import type { ApiResource } from "../../../../src/kube/kube-api.ts";
import type { FederatedTypeConfig } from "../../../../src/federation/kubefed-types.ts";
import { parseInclude } from "../../../../src/federation/federate/include.ts";
import { selectContentTypes } from "../../../../src/federation/federate/content-types.ts";

const all = ["create", "delete", "get", "list", "patch", "update", "watch"];

function resource(name: string, kind: string, more: Partial<ApiResource> = {}): ApiResource {
  const [plural = "", ...group] = name.split(".");
  return {
    group: group.join("."),
    version: "v1",
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: [],
    namespaced: true,
    verbs: all,
    subresources: [],
    ...more,
  };
}

const noFilters = { skipApiResources: [], include: [] };
const configMaps = resource("configmaps", "ConfigMap", { shortNames: ["cm"] });
const deployments = resource("deployments.apps", "Deployment", { shortNames: ["deploy"] });
const replicaSets = resource("replicasets.apps", "ReplicaSet", { shortNames: ["rs"] });

function typeConfig(name: string, federatedPlural: string, federatedGroup: string): FederatedTypeConfig {
  const of = (group: string, pluralName: string) => ({
    group,
    version: "v1",
    kind: "K",
    pluralName,
    scope: "Namespaced" as const,
  });
  return {
    metadata: { name },
    spec: {
      targetType: of("", name),
      federatedType: of(federatedGroup, federatedPlural),
      propagation: "Enabled",
    },
  };
}

describe("selectContentTypes", () => {
  it("takes one version of each type, in the order of names", () => {
    const older = { ...deployments, version: "v1beta1" };
    const { taken } = selectContentTypes([deployments, older, configMaps], [], noFilters);
    expect(taken.map(({ resource: taking }) => taking)).toEqual([configMaps, deployments]);
  });

  it("leaves cluster-scoped types out without a word", () => {
    const nodes = resource("nodes", "Node", { namespaced: false });
    expect(selectContentTypes([nodes], [], noFilters)).toEqual({ taken: [], skipped: [], warnings: [] });
  });

  it.each([
    [resource("endpoints", "Endpoints"), "each cluster makes its own from Services"],
    [resource("endpointslices.discovery.k8s.io", "EndpointSlice"), "each cluster makes its own from Services"],
    [resource("events", "Event"), "what happened in one cluster"],
    [resource("events.events.k8s.io", "Event"), "what happened in one cluster"],
    [resource("leases.coordination.k8s.io", "Lease"), "locks of one cluster's components"],
    [resource("controllerrevisions.apps", "ControllerRevision"), "each cluster makes its own from workloads"],
    [resource("csistoragecapacities.storage.k8s.io", "CSIStorageCapacity"), "what one cluster's storage has left"],
    [resource("propagatedversions.core.kubefed.io", "PropagatedVersion"), "part of KubeFed"],
    [resource("kubefedclusters.core.kubefed.io", "KubeFedCluster"), "part of KubeFed"],
    [resource("replicaschedulingpreferences.scheduling.kubefed.io", "ReplicaSchedulingPreference"), "part of KubeFed"],
    [resource("federatedconfigmaps.types.kubefed.io", "FederatedConfigMap"), "part of KubeFed"],
    [resource("federatedwidgets.example.com", "FederatedWidget"), "a federated type"],
    [resource("ingresses.extensions", "Ingress"), "the group extensions is served elsewhere too"],
    [resource("bindings", "Binding", { verbs: ["create"] }), "the server does not offer list"],
    [resource("pods.metrics.k8s.io", "PodMetrics", { verbs: ["get", "list"] }), "the server does not offer create"],
  ])("%o: %s", (skippedResource, reason) => {
    const configs = [typeConfig("widgets", "federatedwidgets", "example.com")];
    const { taken, skipped } = selectContentTypes([skippedResource], configs, noFilters);
    expect(taken).toEqual([]);
    expect(skipped.map((entry) => entry.reason)).toEqual([reason]);
  });

  it("takes a kind that only looks federated", () => {
    const loans = resource("federatedloans.bank.example", "FederatedLoan");
    expect(selectContentTypes([loans], [], noFilters).taken).toMatchObject([{ resource: loans }]);
  });

  it.each([
    { entry: "deployments", taken: ["configmaps", "replicasets"] },
    { entry: "Deployment", taken: ["configmaps", "replicasets"] },
    { entry: "DEPLOY", taken: ["configmaps", "replicasets"] },
    { entry: "deployments.apps", taken: ["configmaps", "replicasets"] },
    { entry: "deployment.apps", taken: ["configmaps", "replicasets"] },
    { entry: "apps", taken: ["configmaps"] },
    { entry: "cm", taken: ["deployments", "replicasets"] },
    { entry: " cm ", taken: ["deployments", "replicasets"] },
    { entry: "", taken: ["configmaps", "deployments", "replicasets"] },
  ])("--skip-api-resources '$entry' leaves $taken", ({ entry, taken }) => {
    const result = selectContentTypes([configMaps, deployments, replicaSets], [], {
      skipApiResources: [entry],
      include: [],
    });
    expect(result.taken.map(({ resource: { plural } }) => plural)).toEqual(taken);
    expect(result.warnings).toEqual([]);
  });

  describe("--include", () => {
    const endpoints = resource("endpoints", "Endpoints", { shortNames: ["ep"] });
    const bindings = resource("bindings", "Binding", { verbs: ["create"] });
    const select = (include: readonly string[], skipApiResources: readonly string[] = []) =>
      selectContentTypes([configMaps, endpoints, bindings], [], { skipApiResources, include: parseInclude(include) });

    it("brings a type back", () => {
      const { taken, skipped } = select(["ep"]);
      expect(taken.map(({ resource: { plural }, includedOnly }) => [plural, includedOnly])).toEqual([
        ["configmaps", false],
        ["endpoints", true],
      ]);
      expect(skipped.map(({ type }) => type)).toEqual(["bindings"]);
    });

    it("brings single objects of a type back, which stays left out", () => {
      const { taken, skipped } = select(["endpoints/db"]);
      expect(taken[1]?.included).toEqual({ all: false, names: new Set(["db"]) });
      expect(skipped.map(({ type }) => type)).toEqual(["bindings", "endpoints"]);
    });

    it("wins over --skip-api-resources, but not over what a server can do", () => {
      const { taken, skipped } = select(["cm/settings", "bindings"], ["cm"]);
      expect(taken.map(({ resource: { plural } }) => plural)).toEqual(["configmaps"]);
      expect(skipped.map(({ type }) => type)).toEqual(["bindings", "configmaps", "endpoints"]);
    });

    it.each(["", "/x", "cm/", "cm/a/b"])("refuses '%s'", (entry) => {
      expect(() => parseInclude([entry])).toThrow(`--include: "${entry}" is neither TYPE nor TYPE/NAME`);
    });
  });

  it.each(["nosuch", "Apps", "cm.apps"])("warns about the unknown entry '%s'", (entry) => {
    const { taken, warnings } = selectContentTypes([configMaps, deployments], [], {
      skipApiResources: [entry],
      include: [],
    });
    expect(taken.map(({ resource: taking }) => taking)).toEqual([configMaps, deployments]);
    expect(warnings).toEqual([
      {
        code: "UnknownSkipEntry",
        message: `--skip-api-resources: "${entry}" is neither a type nor a group of this cluster`,
      },
    ]);
  });
});
