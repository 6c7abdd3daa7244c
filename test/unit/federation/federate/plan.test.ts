import { describe, expect, it } from "vitest";
import { FedctlError } from "../../../../src/errors.ts";
import { buildObjects } from "../../../../src/federation/federate/apply.ts";
import { describeExisting } from "../../../../src/federation/federate/existing.ts";
import type { FederateFacts, Source } from "../../../../src/federation/federate/facts.ts";
import type { FederatedType, TypeState } from "../../../../src/federation/federate/federated-type.ts";
import { sourceOf } from "../../../../src/federation/federate/gather.ts";
import { keyOfObject } from "../../../../src/federation/federate/object-key.ts";
import type { FederateOptions } from "../../../../src/federation/federate/options.ts";
import { outlineOf, planFederation, type PlannedSource } from "../../../../src/federation/federate/plan.ts";
import type { FederatedObject } from "../../../../src/federation/kubefed-types.ts";
import type { UnknownObject } from "../../../../src/kube/objects.ts";

const options: FederateOptions = {
  hostClusterContext: "earth",
  kubefedNamespace: "kube-federation-system",
  dryRun: false,
  type: "namespace",
  names: ["demo"],
  allNamespaces: false,
  contents: true,
  enableType: false,
  skipApiResources: [],
  include: [],
  ignoreForbidden: false,
  onConflict: "fail",
};

function federatedType(
  kind: string,
  plural: string,
  more: { state?: TypeState; propagates?: boolean } = {},
): FederatedType {
  const namespaced = kind !== "Namespace";
  const target = { group: "", version: "v1", kind, plural, namespaced };
  return {
    name: plural,
    resource: { ...target, singular: kind.toLowerCase(), shortNames: [], verbs: [], subresources: [] },
    target,
    federated: {
      group: "types.kubefed.io",
      version: "v1beta1",
      kind: `Federated${kind}`,
      plural: `federated${plural}`,
      namespaced: true,
    },
    state: more.state ?? "enabled",
    servedByHost: true,
    propagates: more.propagates ?? true,
  };
}

const source = (type: FederatedType, objects: UnknownObject[], existing: FederatedObject[] = []): Source =>
  sourceOf(
    type,
    objects,
    new Map(existing.map((object) => [keyOfObject(object), describeExisting(object, type.target, {})])),
  );

const demo: UnknownObject = { metadata: { name: "demo" }, spec: {} };
const configMap = (name: string, more: object = {}): UnknownObject => ({
  metadata: { name, namespace: "demo", ...more },
  data: { name },
});
const federatedConfigMap = (name: string, value = name): FederatedObject => ({
  metadata: { name, namespace: "demo" },
  spec: { template: { data: { name: value } }, placement: { clusters: [] } },
});

function facts(more: Partial<FederateFacts> = {}): FederateFacts {
  return {
    cluster: "earth",
    sourceCluster: "earth",
    typeConfigs: [],
    members: [],
    hostMember: undefined,
    refused: [],
    terminating: [],
    subject: source(federatedType("Namespace", "namespaces"), [demo]),
    contents: [],
    skipped: [],
    skippedTypes: [],
    unfederatedNamespaces: [],
    missingNamespaces: [],
    warnings: [],
    ...more,
  };
}

const actionsOf = ({ objects }: PlannedSource): string[] => objects.map(({ action }) => action);

function failureOf(given: FederateFacts, with_: Partial<FederateOptions> = {}): FedctlError {
  try {
    planFederation(given, { ...options, ...with_ });
  } catch (error) {
    if (error instanceof FedctlError) return error;
    throw error;
  }
  throw new Error("it planned");
}

describe("planFederation", () => {
  it("makes the federated namespace X/X and then the contents, placed in all clusters", async () => {
    const contents = [source(federatedType("ConfigMap", "configmaps"), [configMap("a")])];
    const plan = planFederation(facts({ contents }), options);
    expect(actionsOf(plan.subject)).toEqual(["create"]);
    expect(await buildObjects(plan)).toEqual([
      {
        apiVersion: "types.kubefed.io/v1beta1",
        kind: "FederatedNamespace",
        metadata: { name: "demo", namespace: "demo" },
        spec: { template: { spec: {} }, placement: { clusterSelector: { matchLabels: {} } } },
      },
      {
        apiVersion: "types.kubefed.io/v1beta1",
        kind: "FederatedConfigMap",
        metadata: { name: "a", namespace: "demo" },
        spec: { template: { data: { name: "a" } }, placement: { clusterSelector: { matchLabels: {} } } },
      },
    ]);
    expect(plan.enable).toEqual([]);
    expect(plan.warnings).toEqual([]);
  });

  it("keeps what is federated already", () => {
    const type = federatedType("ConfigMap", "configmaps");
    const contents = [source(type, [configMap("a"), configMap("b")], [federatedConfigMap("a")])];
    const plan = planFederation(facts({ contents }), options);
    expect(plan.contents.flatMap(actionsOf)).toEqual(["keep", "create"]);
  });

  it("gives a cluster-scoped federated object no namespace", () => {
    const type = federatedType("Namespace", "namespaces");
    const roles: FederatedType = {
      ...type,
      name: "clusterroles",
      target: {
        group: "rbac.authorization.k8s.io",
        version: "v1",
        kind: "ClusterRole",
        plural: "clusterroles",
        namespaced: false,
      },
      federated: { ...type.federated, kind: "FederatedClusterRole", namespaced: false },
    };
    const plan = planFederation(
      facts({ subject: source(roles, [{ metadata: { name: "viewer" }, rules: [] }]) }),
      options,
    );
    expect(plan.subject.objects.map((one) => outlineOf(plan.subject, one).object.metadata)).toEqual([
      { name: "viewer" },
    ]);
  });

  it("refuses other templates, naming the first few", () => {
    const names = ["a", "b", "c", "d", "e"];
    const contents = [
      source(
        federatedType("ConfigMap", "configmaps"),
        names.map((name) => configMap(name)),
        names.map((name) => federatedConfigMap(name, "other")),
      ),
    ];
    const error = failureOf(facts({ contents }));
    expect(error.code).toBe("ObjectConflict");
    expect(error.exitCode).toBe(7);
    expect(error.message).toBe(
      'already federated in cluster "earth" with another template: FederatedConfigMap "demo/a", ' +
        'FederatedConfigMap "demo/b", FederatedConfigMap "demo/c", FederatedConfigMap "demo/d", FederatedConfigMap "demo/e"',
    );
    expect(error.hint).toBe(
      "nothing was written; --on-conflict=update replaces these templates, --on-conflict=skip leaves them; " +
        "compare with: fedctl federate namespace demo --contents --host-cluster-context earth -o yaml",
    );
  });

  it("refuses a federated object that is being deleted", () => {
    const existing = {
      ...federatedConfigMap("a"),
      metadata: { name: "a", namespace: "demo", deletionTimestamp: "2026-01-01T00:00:00Z" },
    };
    const contents = [source(federatedType("ConfigMap", "configmaps"), [configMap("a")], [existing])];
    const error = failureOf(facts({ contents }));
    expect(error.code).toBe("ObjectConflict");
    expect(error.message).toBe('already being deleted in cluster "earth": FederatedConfigMap "demo/a"');
  });

  it("refuses a namespace that is being deleted", () => {
    const error = failureOf(facts({ terminating: ["demo"] }));
    expect(error.code).toBe("NamespaceTerminating");
    expect(error.exitCode).toBe(7);
  });

  it("refuses a service account token that was named", () => {
    const token = { metadata: { name: "t", namespace: "demo" }, type: "kubernetes.io/service-account-token" };
    const reason = "a service account token is valid in its own cluster only";
    const refused = [{ type: "secrets", namespace: "demo", name: "t", reason }];
    const error = failureOf(facts({ subject: source(federatedType("Secret", "secrets"), [token]), refused }), {
      output: "yaml",
    });
    expect(error.hint).toBe("to do it nevertheless add --include secrets/t");
    expect(error.code).toBe("ObjectConflict");
    expect(error.message).toBe(
      'Secret "demo/t" in cluster "earth" cannot be federated: a service account token is valid in its own cluster only',
    );
  });

  it("refuses to federate what is federated (B-EN11)", () => {
    const type = federatedType("ConfigMap", "configmaps");
    const again = {
      ...type,
      name: "federatedconfigmaps.types.kubefed.io",
      resource: { ...type.resource, ...type.federated },
    };
    const error = failureOf(facts({ subject: source(again, [configMap("a")]) }), { output: "yaml" });
    expect(error.code).toBe("TypeConflict");
    expect(error.message).toBe("federatedconfigmaps.types.kubefed.io is a type of the federation itself");
  });

  describe("types that are not ready", () => {
    const notEnabled = [
      source(federatedType("ConfigMap", "configmaps", { state: "notEnabled" }), [configMap("a")]),
      source(federatedType("Pod", "pods", { state: "notEnabled" }), [configMap("p")]),
    ];

    it("names all that are not enabled", () => {
      const error = failureOf(facts({ contents: notEnabled }));
      expect(error.code).toBe("TypeNotEnabled");
      expect(error.message).toBe('configmaps, pods are not enabled for federation in cluster "earth"');
      expect(error.hint).toBe("add --enable-type, or run: fedctl enable configmaps pods --host-cluster-context earth");
    });

    it("enables them when asked to", () => {
      const plan = planFederation(facts({ contents: notEnabled }), { ...options, enableType: true });
      expect(plan.enable.map(({ name }) => name)).toEqual(["configmaps", "pods"]);
    });

    it("only prints without them", () => {
      const plan = planFederation(facts({ contents: notEnabled }), { ...options, output: "yaml" });
      expect(plan.contents).toHaveLength(2);
    });

    it("says which CRD is missing (B-FD5)", () => {
      const contents = [source(federatedType("ConfigMap", "configmaps", { state: "crdMissing" }), [configMap("a")])];
      const error = failureOf(facts({ contents }));
      expect(error.code).toBe("TypeNotEnabled");
      expect(error.message).toBe(
        'the federated type of configmaps is not served by cluster "earth": there is no CRD "federatedconfigmaps.types.kubefed.io"',
      );
      expect(planFederation(facts({ contents }), { ...options, enableType: true }).enable).toHaveLength(1);
    });

    it("refuses a type config for a version that is gone", () => {
      const contents = [
        source(federatedType("ConfigMap", "configmaps", { state: "targetUnserved" }), [configMap("a")]),
      ];
      const error = failureOf(facts({ contents }), { enableType: true });
      expect(error.code).toBe("TypeNotFound");
      expect(error.message).toBe(
        'the FederatedTypeConfig names a version that cluster "earth" does not serve: configmaps (v1)',
      );
    });
  });

  describe("warnings", () => {
    it("names keys of annotations, never values (B-FD11)", () => {
      // What kubectl and controllers note for themselves is not worth a word.
      const annotations = {
        "deployment.kubernetes.io/revision": "1",
        "kubectl.kubernetes.io/last-applied-configuration": "hunter2",
        note: "hunter2",
      };
      const contents = [
        source(federatedType("ConfigMap", "configmaps"), [configMap("a", { annotations }), configMap("b")]),
        source(federatedType("Secret", "secrets"), [
          configMap("s", { annotations }),
          configMap("t", { annotations: { extra: "hunter2" } }),
        ]),
      ];
      const { warnings } = planFederation(facts({ contents }), { ...options, output: "yaml" });
      expect(warnings).toEqual([
        {
          code: "AnnotationsDropped",
          message: 'a template holds no annotations; dropped those of ConfigMap "demo/a": note',
        },
        {
          code: "AnnotationsDropped",
          message: "a template holds no annotations; dropped those of 2 secrets: extra, note",
        },
      ]);
    });

    it.each(["kube-system", "kube-public", "default", "kube-federation-system"])("of system namespace %s", (name) => {
      const subject = source(federatedType("Namespace", "namespaces"), [{ metadata: { name } }]);
      expect(planFederation(facts({ subject }), options).warnings).toEqual([
        {
          code: "SystemNamespace",
          message: `the KubeFed controllers never propagate namespace "${name}" nor what is in it`,
        },
      ]);
    });

    it("of an object whose namespace is not federated", () => {
      const subject = source(federatedType("ConfigMap", "configmaps"), [configMap("a")]);
      expect(planFederation(facts({ subject, unfederatedNamespaces: ["demo"] }), options).warnings).toEqual([
        {
          code: "NamespaceNotFederated",
          message:
            'namespace "demo" is not federated, so nothing in it propagates; run: ' +
            "fedctl federate namespace demo --host-cluster-context earth",
        },
      ]);
    });

    it("of a type whose propagation is off", () => {
      const contents = [source(federatedType("ConfigMap", "configmaps", { propagates: false }), [configMap("a")])];
      expect(planFederation(facts({ contents }), options).warnings.map(({ code }) => code)).toEqual([
        "PropagationDisabled",
      ]);
    });
  });
});
