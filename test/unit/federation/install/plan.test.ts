import { describe, expect, test } from "vitest";
import { crdOf } from "../../../../src/federation/enable/plan.ts";
import { typeConfigFor } from "../../../../src/federation/enable/type-config.ts";
import { defaultTypes, scales } from "../../../../src/federation/install/default-types.ts";
import type { InstallFacts } from "../../../../src/federation/install/facts.ts";
import { kubefedConfigFor } from "../../../../src/federation/install/kubefed-config.ts";
import { planInstall } from "../../../../src/federation/install/plan.ts";
import { coreCrds } from "../../../../src/federation/kubefed-crds.ts";

const kubefedNamespace = "kube-federation-system";
const options = { kubefedNamespace, scope: "Cluster", dryRun: false } as const;

const nothing: InstallFacts = {
  cluster: "earth",
  kubefedNamespace,
  namespace: undefined,
  coreCrds: coreCrds().map((wanted) => ({ wanted, live: undefined })),
  config: undefined,
  otherConfigs: [],
  enable: {
    cluster: "earth",
    typeConfigs: [],
    types: defaultTypes.map((resource) => ({
      resource,
      wanted: typeConfigFor(resource, { namespace: kubefedNamespace }),
      retainReplicas: scales(resource),
      crd: undefined,
    })),
  },
  controller: [],
  unserved: [],
};

const everything: InstallFacts = {
  ...nothing,
  namespace: { metadata: { name: kubefedNamespace } },
  coreCrds: nothing.coreCrds.map(({ wanted }) => ({ wanted, live: wanted })),
  config: kubefedConfigFor(kubefedNamespace, "Cluster"),
  enable: {
    ...nothing.enable,
    typeConfigs: nothing.enable.types.map(({ wanted }) => wanted),
    types: nothing.enable.types.map((type) => ({ ...type, crd: crdOf(type) })),
  },
};

function actionsOf(facts: InstallFacts): ReadonlySet<string> {
  const { namespace, crds, types, config } = planInstall(facts, options);
  const steps = [namespace, ...crds, config, ...types.flatMap(({ crd, typeConfig }) => [crd, typeConfig])];
  expect(steps).toHaveLength(1 + 7 + 1 + 20);
  return new Set(steps.map(({ action }) => action));
}

describe("planInstall", () => {
  test("creates everything on a cluster without KubeFed, and changes nothing where it is installed", () => {
    expect(actionsOf(nothing)).toEqual(new Set(["create"]));
    expect(actionsOf(everything)).toEqual(new Set(["keep"]));
  });

  test("labels a namespace that it makes, so that uninstall knows it", () => {
    expect(planInstall(nothing, options).namespace.object.metadata?.labels).toEqual({
      "app.kubernetes.io/managed-by": "fedctl",
    });
  });

  test("enables the types of appendix C with their short names and replicas", () => {
    const rows = planInstall(nothing, options).types.map(({ name, crd }) => [
      name,
      crd.object.spec.names.shortNames?.join() ?? "-",
      crd.object.spec.scope,
      "retainReplicas" in
        (crd.object.spec.versions[0]?.schema?.openAPIV3Schema?.properties?.["spec"]?.properties ?? {}),
    ]);
    expect(rows).toEqual([
      ["clusterroles.rbac.authorization.k8s.io", "-", "Cluster", false],
      ["configmaps", "fcm", "Namespaced", false],
      ["deployments.apps", "fdeploy", "Namespaced", true],
      ["ingresses.networking.k8s.io", "fing", "Namespaced", false],
      ["jobs.batch", "-", "Namespaced", false],
      ["namespaces", "fns", "Namespaced", false],
      ["replicasets.apps", "frs", "Namespaced", true],
      ["secrets", "-", "Namespaced", false],
      ["serviceaccounts", "fsa", "Namespaced", false],
      ["services", "fsvc", "Namespaced", false],
    ]);
  });

  test("warns of default types that the cluster does not serve", () => {
    expect(planInstall({ ...nothing, unserved: ["ingresses.networking.k8s.io"] }, options).warnings).toEqual([
      {
        code: "TypeNotServed",
        message: 'cluster "earth" does not serve ingresses.networking.k8s.io in version v1: it is not enabled',
      },
    ]);
  });

  test("lets control planes live side by side when each keeps to its namespace", () => {
    const otherConfigs = [kubefedConfigFor("team-a", "Namespaced")];
    expect(planInstall({ ...nothing, otherConfigs }, { ...options, scope: "Namespaced" }).config.action).toBe("create");
    expect(() => planInstall({ ...nothing, otherConfigs }, options)).toThrow(
      expect.objectContaining({
        code: "ObjectConflict",
        exitCode: 7,
        hint: expect.stringContaining("team-a") as string,
      }),
    );
  });

  test("refuses to change the scope", () => {
    expect(() => planInstall(everything, { ...options, scope: "Namespaced" })).toThrow(
      expect.objectContaining({
        code: "ObjectConflict",
        exitCode: 7,
        message:
          'KubeFed is installed in namespace "kube-federation-system" of cluster "earth" with scope Cluster, which cannot be changed to Namespaced',
        hint: "keep the scope with --scope Cluster, or first: fedctl uninstall",
      }),
    );
  });

  test("refuses a namespace or a CRD that is being deleted", () => {
    const deletionTimestamp = "2026-11-23T00:00:00Z";
    const namespace = { metadata: { name: kubefedNamespace, deletionTimestamp } };
    expect(() => planInstall({ ...nothing, namespace }, options)).toThrow(
      expect.objectContaining({ code: "NamespaceTerminating", exitCode: 7 }),
    );
    const going = nothing.coreCrds.map(({ wanted }) => ({
      wanted,
      live: { ...wanted, metadata: { ...wanted.metadata, deletionTimestamp } },
    }));
    expect(() => planInstall({ ...nothing, coreCrds: going }, options)).toThrow(
      expect.objectContaining({ code: "ObjectConflict", exitCode: 7 }),
    );
  });
});
