import { describe, expect, test } from "vitest";
import type { EnableFacts, TypeFacts } from "../../../../src/federation/enable/facts.ts";
import { crdOf, planEnable } from "../../../../src/federation/enable/plan.ts";
import { typeConfigFor } from "../../../../src/federation/enable/type-config.ts";
import type { FederatedTypeConfig } from "../../../../src/federation/kubefed-types.ts";
import type { ApiResource } from "../../../../src/kube/kube-api.ts";
import type { CustomResourceDefinition } from "../../../../src/kube/objects.ts";
import { configMaps, deployments, namespaces, served } from "./served-types.ts";

const namespace = "kube-federation-system";

function typeFacts(resource: ApiResource, more: Partial<TypeFacts> = {}): TypeFacts {
  const wanted = typeConfigFor(resource, { namespace });
  return { resource, wanted, retainReplicas: false, crd: undefined, ...more };
}

function facts(types: readonly TypeFacts[], typeConfigs: readonly FederatedTypeConfig[] = []): EnableFacts {
  return { cluster: "earth", types, typeConfigs: [typeConfigFor(namespaces, { namespace }), ...typeConfigs] };
}

/** A CRD as the API server hands it back: with defaults and metadata of its own. */
function liveCrd(type: TypeFacts): CustomResourceDefinition {
  const crd = crdOf(type);
  const { kind } = crd.spec.names;
  return {
    ...crd,
    metadata: { ...crd.metadata, resourceVersion: "7", annotations: { owner: "somebody" } },
    spec: {
      ...crd.spec,
      conversion: { strategy: "None" },
      names: { ...crd.spec.names, listKind: `${kind}List`, singular: kind.toLowerCase() },
    },
  };
}

function liveConfig(
  resource: ApiResource,
  spec: Partial<FederatedTypeConfig["spec"]> = {},
): FederatedTypeConfig & { metadata: object } {
  const made = typeConfigFor(resource, { namespace });
  return { ...made, metadata: { ...made.metadata, resourceVersion: "8" }, spec: { ...made.spec, ...spec } };
}

const actionsOf = ({ types }: ReturnType<typeof planEnable>): string[][] =>
  types.map(({ crd, typeConfig }) => [crd.action, typeConfig.action]);

describe("planEnable", () => {
  test("creates what is missing", () => {
    const plan = planEnable(facts([typeFacts(configMaps), typeFacts(deployments, { retainReplicas: true })]));
    expect(actionsOf(plan)).toEqual([
      ["create", "create"],
      ["create", "create"],
    ]);
    expect(plan.types.map(({ name }) => name)).toEqual(["configmaps", "deployments.apps"]);
    expect(plan.warnings).toEqual([]);
  });

  test("keeps what is so already, whatever else was set on it", () => {
    const type = typeFacts(configMaps);
    const config = liveConfig(configMaps, { propagation: "Disabled", statusCollection: "Enabled" });
    const plan = planEnable(facts([{ ...type, crd: liveCrd(type) }], [config]));
    expect(actionsOf(plan)).toEqual([["keep", "keep"]]);
    expect(plan.warnings).toEqual([
      {
        code: "PropagationDisabled",
        message: "propagation of configmaps is disabled in its FederatedTypeConfig, and stays so",
      },
    ]);
  });

  test("moves an enabled type to another version without touching its other settings (B-EN5, B-EN9)", () => {
    const old = { ...deployments, version: "v1beta1" };
    const config = liveConfig(old, { propagation: "Disabled", statusCollection: "Enabled" });
    const [type] = planEnable(facts([typeFacts(deployments)], [config])).types;
    expect(type?.typeConfig.action).toBe("update");
    expect(type?.typeConfig.reason).toBe("target type was deployments.apps/v1beta1, is deployments.apps/v1");
    expect(type?.typeConfig.object).toEqual({
      ...config,
      spec: { ...config.spec, targetType: { ...config.spec.targetType, version: "v1" } },
    });
  });

  test("mends a CRD without a template and leaves its other versions alone (B-EN2)", () => {
    const type = typeFacts(configMaps);
    const live = liveCrd(type);
    const [version] = live.spec.versions;
    if (version === undefined) throw new Error("a CRD has a version");
    const empty = { openAPIV3Schema: { type: "object" } };
    const column = { name: "age", type: "date", jsonPath: ".metadata.creationTimestamp" };
    const older = { ...version, name: "v1alpha1", storage: true, schema: empty };
    const broken = { ...version, storage: false, schema: empty, additionalPrinterColumns: [column] };
    const crd = { ...live, spec: { ...live.spec, versions: [older, broken] } };
    const [plan] = planEnable(facts([{ ...type, crd }])).types;
    expect(plan?.crd.action).toBe("update");
    expect(plan?.crd.object.metadata).toEqual(live.metadata);
    expect(plan?.crd.object.spec.versions).toEqual([
      older,
      { ...version, storage: false, additionalPrinterColumns: [column] },
    ]);
  });

  test("adds a version to a CRD that has others", () => {
    const type = typeFacts(configMaps);
    const live = liveCrd(type);
    const wanted = typeConfigFor(configMaps, { namespace, federatedVersion: "v1" });
    const [plan] = planEnable(facts([{ ...type, wanted, crd: live }])).types;
    expect(plan?.crd.object.spec.versions.map(({ name, storage }) => [name, storage])).toEqual([
      ["v1beta1", true],
      ["v1", false],
    ]);
  });

  test("a schema that says more than ours is kept", () => {
    const type = typeFacts(configMaps);
    const live = liveCrd(type);
    const [version] = live.spec.versions;
    const schema = version?.schema?.openAPIV3Schema;
    if (version === undefined || schema === undefined) throw new Error("a CRD has a version with a schema");
    const described = { ...version, schema: { openAPIV3Schema: { ...schema, description: "a federated map" } } };
    const crd = { ...live, spec: { ...live.spec, versions: [described] } };
    expect(actionsOf(planEnable(facts([{ ...type, crd }], [liveConfig(configMaps)])))).toEqual([["keep", "keep"]]);
  });

  test("warns when namespaces are not enabled, since nothing would be propagated", () => {
    const bare = { ...facts([typeFacts(configMaps)]), typeConfigs: [] };
    expect(planEnable(bare).warnings.map(({ code }) => code)).toEqual(["NamespacesNotEnabled"]);
    const together = { ...facts([typeFacts(configMaps), typeFacts(namespaces)]), typeConfigs: [] };
    expect(planEnable(together).warnings).toEqual([]);
  });
});

test("names the rights that a controller lacks in another group, until it is enabled (B-EN13)", () => {
  const wanted = typeConfigFor(configMaps, { namespace, federatedGroup: "f.example.com" });
  const type = { ...typeFacts(configMaps), wanted };
  expect(planEnable(facts([type])).warnings).toEqual([
    {
      code: "ControllerNeedsRole",
      message:
        "the roles of a KubeFed controller do not cover the API group f.example.com: nothing of it is propagated before " +
        'get, list, watch, update and patch on all its resources ("*") are granted to its service account',
    },
  ]);
  expect(planEnable(facts([{ ...type, crd: liveCrd(type) }], [wanted])).warnings).toEqual([]);
});

describe("planEnable refuses", () => {
  const widgets = served({ group: "example.com", version: "v1", kind: "ConfigMap", plural: "configmaps" });
  const crd = (more: Partial<CustomResourceDefinition["spec"]>, metadata = {}): CustomResourceDefinition => {
    const live = liveCrd(typeFacts(configMaps));
    return { ...live, metadata: { ...live.metadata, ...metadata }, spec: { ...live.spec, ...more } };
  };

  test.each<[string, EnableFacts, string]>([
    [
      "to change a federated type",
      facts(
        [
          {
            ...typeFacts(configMaps),
            wanted: typeConfigFor(configMaps, { namespace, federatedGroup: "f.example.com" }),
          },
        ],
        [liveConfig(configMaps)],
      ),
      'federation of "configmaps/v1" in namespace "kube-federation-system" of cluster "earth" is already enabled with federated type ' +
        '"federatedconfigmaps.types.kubefed.io/v1beta1"; changing it to "federatedconfigmaps.f.example.com/v1beta1" is not supported',
    ],
    [
      "an equivalent type",
      facts([typeFacts({ ...deployments, group: "extensions", version: "v1beta1" })], [liveConfig(deployments)]),
      'cannot enable "deployments.extensions/v1beta1": the equivalent type "deployments.apps/v1" is enabled by FederatedTypeConfig ' +
        '"deployments.apps" in namespace "kube-federation-system" of cluster "earth"',
    ],
    [
      "an Ingress of another group, of which kubefedctl does not know (B-EN9)",
      facts(
        [typeFacts(served({ group: "extensions", version: "v1beta1", kind: "Ingress", plural: "ingresses" }))],
        [liveConfig(served({ group: "networking.k8s.io", version: "v1", kind: "Ingress", plural: "ingresses" }))],
      ),
      'cannot enable "ingresses.extensions/v1beta1": the equivalent type "ingresses.networking.k8s.io/v1" is enabled by ' +
        'FederatedTypeConfig "ingresses.networking.k8s.io" in namespace "kube-federation-system" of cluster "earth"',
    ],
    [
      "a federated type that another type has",
      facts([typeFacts(widgets)], [liveConfig(configMaps)]),
      'cannot enable "configmaps.example.com": its federated type "federatedconfigmaps.types.kubefed.io" is already that of ' +
        'FederatedTypeConfig "configmaps" in namespace "kube-federation-system" of cluster "earth"',
    ],
    [
      "two types of one request that share a federated type",
      facts([typeFacts(configMaps), typeFacts(widgets)]),
      'cannot enable "configmaps.example.com": its federated type "federatedconfigmaps.types.kubefed.io" is already that of ' +
        'FederatedTypeConfig "configmaps" in namespace "kube-federation-system" of cluster "earth"',
    ],
    [
      "a federated type as target (B-EN11)",
      facts([
        typeFacts(
          served({
            group: "types.kubefed.io",
            version: "v1beta1",
            kind: "FederatedConfigMap",
            plural: "federatedconfigmaps",
          }),
        ),
      ]),
      'cannot enable "federatedconfigmaps.types.kubefed.io" in cluster "earth": it is a type of the federation itself',
    ],
    [
      "a federated type of a custom group as target",
      facts(
        [
          typeFacts(
            served({
              group: "f.example.com",
              version: "v1",
              kind: "FederatedConfigMap",
              plural: "federatedconfigmaps",
            }),
          ),
        ],
        [typeConfigFor(configMaps, { namespace, federatedGroup: "f.example.com" })],
      ),
      'cannot enable "federatedconfigmaps.f.example.com" in cluster "earth": it is a type of the federation itself',
    ],
    [
      "a CRD of the right name that is something else (B-EN10)",
      facts([typeFacts(configMaps, { crd: crd({ scope: "Cluster" }) })]),
      'CRD "federatedconfigmaps.types.kubefed.io" of cluster "earth" defines Cluster FederatedConfigMap, not Namespaced FederatedConfigMap',
    ],
    [
      "a CRD on its way out",
      facts([typeFacts(configMaps, { crd: crd({}, { deletionTimestamp: "2026-11-23T00:00:00Z" }) })]),
      'CRD "federatedconfigmaps.types.kubefed.io" of cluster "earth" is being deleted',
    ],
  ])("%s", (_, given, message) => {
    expect(() => planEnable(given)).toThrow(expect.objectContaining({ code: "TypeConflict", exitCode: 7, message }));
  });
});
