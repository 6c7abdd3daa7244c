import { describe, expect, test } from "vitest";
import { federatedCrdFor } from "../../../../src/federation/enable/federated-crd.ts";
import { typeConfigFor } from "../../../../src/federation/enable/type-config.ts";
import { kubefedConfigFor } from "../../../../src/federation/install/kubefed-config.ts";
import type { FederatedTypeFacts, UninstallFacts } from "../../../../src/federation/install/uninstall-facts.ts";
import { planUninstall, reasonToKeep, stepsOf } from "../../../../src/federation/install/uninstall-plan.ts";
import { coreCrds } from "../../../../src/federation/kubefed-crds.ts";
import { resourceTypeOf } from "../../../../src/federation/kubefed-types.ts";
import { configMaps } from "../enable/served-types.ts";

const kubefedNamespace = "kube-federation-system";
const options = {
  kubefedNamespace,
  hostClusterContext: "kubernetes admin@earth",
  instances: "refuse",
  dryRun: false,
} as const;

const nothing: UninstallFacts = {
  cluster: "earth",
  kubefedNamespace,
  namespace: undefined,
  contents: undefined,
  clusters: [],
  typeConfigs: [],
  config: undefined,
  coreCrds: [],
  federatedTypes: [],
  controller: [],
  otherPlane: undefined,
};

const config = typeConfigFor(configMaps, { namespace: kubefedNamespace });
const federatedConfigMaps: FederatedTypeFacts = {
  type: resourceTypeOf(config.spec.federatedType),
  crd: federatedCrdFor(config, { shortNames: ["cm"], retainReplicas: false }),
  instances: [],
  shared: false,
};
const namespace = { metadata: { name: kubefedNamespace } };
const installed: UninstallFacts = {
  ...nothing,
  namespace,
  contents: { items: [], unreadable: [] },
  typeConfigs: [config],
  config: kubefedConfigFor(kubefedNamespace, "Cluster"),
  coreCrds: coreCrds(),
  federatedTypes: [federatedConfigMaps],
};
const instance = { metadata: { name: "settings", namespace: "demo" } };

describe("planUninstall", () => {
  test("deletes what install made", () => {
    const plan = planUninstall(installed, options);
    const steps = stepsOf(plan);
    expect(steps.map((step) => step.action)).toEqual(Array.from({ length: 2 + 1 + 7 + 1 }, () => "delete"));
  });

  test("has nothing to do where KubeFed is not installed, and says so", () => {
    const plan = planUninstall(nothing, options);
    expect(plan.settings.map(({ action, reason }) => [action, reason])).toEqual([["keep", "KubeFed is not installed"]]);
    expect([plan.crds, plan.namespace]).toEqual([[], undefined]);
  });

  test("leaves to another control plane what it uses too", () => {
    const plan = planUninstall(
      { ...installed, otherPlane: "team-a", federatedTypes: [{ ...federatedConfigMaps, shared: true }] },
      options,
    );
    expect(plan.settings.map(({ action }) => action)).toEqual(["delete", "delete"]);
    expect(new Set(plan.crds.map(({ action, reason }) => `${action}: ${reason ?? ""}`))).toEqual(
      new Set(['keep: the control plane in namespace "team-a" uses it']),
    );
  });

  test("keeps a namespace that it did not make", () => {
    const plan = planUninstall({ ...installed, contents: undefined }, options);
    expect([plan.namespace?.action, plan.namespace?.reason]).toEqual(["keep", "fedctl did not make it"]);
  });

  test("deletes federated objects only when asked to", () => {
    const facts = { ...installed, federatedTypes: [{ ...federatedConfigMaps, instances: [instance, instance] }] };
    expect(() => planUninstall(facts, options)).toThrow(
      expect.objectContaining({
        code: "FederatedObjectsExist",
        exitCode: 7,
        message: 'cannot remove KubeFed from cluster "earth": federated objects exist: 2 FederatedConfigMap',
      }),
    );
    const plan = planUninstall(facts, { ...options, instances: "delete" });
    expect(plan.instances.map(({ action, object }) => [action, object])).toEqual([
      ["delete", instance],
      ["delete", instance],
    ]);
  });

  test("refuses while clusters are joined, even with --instances delete", () => {
    const clusters = ["vulcan", "earth"].map((name) => ({
      metadata: { name },
      spec: { apiEndpoint: "https://192.0.2.1", secretRef: { name } },
    }));
    expect(() => planUninstall({ ...installed, clusters }, { ...options, instances: "delete" })).toThrow(
      expect.objectContaining({
        code: "ClustersStillJoined",
        exitCode: 7,
        message:
          'cannot remove KubeFed from namespace "kube-federation-system" of cluster "earth": still joined: earth, vulcan',
        hint: "first run: fedctl unjoin earth --host-cluster-context 'kubernetes admin@earth'",
      }),
    );
  });
});

describe("reasonToKeep", () => {
  const groups = ["core.kubefed.io", "types.kubefed.io"];
  const item = (apiVersion: string, kind: string) => ({ apiVersion, kind, namespace: kubefedNamespace, name: "x" });

  test.each([
    ["nothing is in it", { items: [], unreadable: [] }, undefined],
    [
      "only what goes first is in it",
      { items: [item("core.kubefed.io/v1beta1", "KubeFedConfig")], unreadable: ["federatedsecrets.types.kubefed.io"] },
      undefined,
    ],
    ["somebody's object is in it", { items: [item("v1", "ConfigMap")], unreadable: [] }, 'it holds ConfigMap "x"'],
    [
      "more is in it",
      { items: [item("v1", "ConfigMap"), item("apps/v1", "Deployment"), item("v1", "Secret")], unreadable: [] },
      'it holds ConfigMap "x" and 2 more',
    ],
    [
      "not everything can be seen",
      { items: [], unreadable: ["secrets", "metrics.k8s.io/v1beta1"] },
      "what it holds of secrets, metrics.k8s.io/v1beta1 cannot be seen",
    ],
  ])("%s", (_, contents, reason) => {
    expect(reasonToKeep(contents, groups)).toBe(reason);
  });
});
