import { describe, expect, test } from "vitest";
import { federatedCrdFor } from "../../../../src/federation/enable/federated-crd.ts";
import { typeConfigFor } from "../../../../src/federation/enable/type-config.ts";
import { configMaps, deployments, namespaces } from "./served-types.ts";

describe("typeConfigFor", () => {
  test("a namespaced type of a group", () => {
    expect(typeConfigFor(deployments, { namespace: "kube-federation-system" })).toEqual({
      apiVersion: "core.kubefed.io/v1beta1",
      kind: "FederatedTypeConfig",
      metadata: { name: "deployments.apps", namespace: "kube-federation-system" },
      spec: {
        federatedType: {
          group: "types.kubefed.io",
          kind: "FederatedDeployment",
          pluralName: "federateddeployments",
          scope: "Namespaced",
          version: "v1beta1",
        },
        propagation: "Enabled",
        targetType: {
          group: "apps",
          kind: "Deployment",
          pluralName: "deployments",
          scope: "Namespaced",
          version: "v1",
        },
      },
    });
  });

  test("a core type names no group, and has no namespace unless one is given", () => {
    const { metadata, spec } = typeConfigFor(configMaps);
    expect(metadata).toEqual({ name: "configmaps" });
    expect(Object.keys(spec.targetType)).not.toContain("group");
  });

  test("namespaces are cluster-scoped, what federates them is not", () => {
    const { targetType, federatedType } = typeConfigFor(namespaces).spec;
    expect([targetType.scope, federatedType.scope]).toEqual(["Cluster", "Namespaced"]);
    const impostor = typeConfigFor({ ...namespaces, group: "example.com" }).spec;
    expect(impostor.federatedType.scope).toBe("Cluster");
  });

  test("takes another group and version", () => {
    const { federatedType } = typeConfigFor(configMaps, {
      federatedGroup: "types.example.com",
      federatedVersion: "v1",
    }).spec;
    expect([federatedType.group, federatedType.version]).toEqual(["types.example.com", "v1"]);
  });
});

describe("federatedCrdFor", () => {
  const crd = federatedCrdFor(typeConfigFor(deployments), { shortNames: ["deploy"], retainReplicas: true });
  const spec = crd.spec.versions[0]?.schema?.openAPIV3Schema?.properties?.["spec"]?.properties ?? {};

  test("is named for the federated type", () => {
    expect(crd.metadata).toEqual({ name: "federateddeployments.types.kubefed.io" });
    expect(crd.spec.names).toEqual({
      kind: "FederatedDeployment",
      plural: "federateddeployments",
      shortNames: ["fdeploy"],
    });
    expect(crd.spec.versions).toHaveLength(1);
  });

  test("always has a template that may hold anything", () => {
    expect(spec["template"]).toEqual({ type: "object", "x-kubernetes-preserve-unknown-fields": true });
  });

  test("has retainReplicas only where asked for", () => {
    expect(Object.keys(spec).sort()).toEqual(["overrides", "placement", "retainReplicas", "template"]);
    const other = federatedCrdFor(typeConfigFor(configMaps), { shortNames: [], retainReplicas: false });
    const fields = other.spec.versions[0]?.schema?.openAPIV3Schema?.properties?.["spec"]?.properties;
    expect(Object.keys(fields ?? {}).sort()).toEqual(["overrides", "placement", "template"]);
    expect(other.spec.names).not.toHaveProperty("shortNames");
  });
});
