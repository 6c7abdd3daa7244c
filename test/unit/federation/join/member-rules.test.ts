import { describe, expect, test } from "vitest";
import { grantingTypes, memberRules } from "../../../../src/federation/join/member-rules.ts";
import type { FederatedTypeConfig } from "../../../../src/federation/kubefed-types.ts";

function typeConfig(qualified: string, kind: string, scope: "Cluster" | "Namespaced" = "Namespaced") {
  const [pluralName = "", ...group] = qualified.split(".");
  const targetType = { group: group.join("."), version: "v1", kind, pluralName, scope };
  const federatedType = { group: "types.kubefed.io", version: "v1beta1", kind: `Federated${kind}`, pluralName, scope };
  return { spec: { targetType, federatedType, propagation: "Enabled" } } satisfies FederatedTypeConfig;
}

const types = [
  typeConfig("secrets", "Secret"),
  typeConfig("deployments.apps", "Deployment"),
  typeConfig("namespaces", "Namespace", "Cluster"),
  typeConfig("configmaps", "ConfigMap"),
  typeConfig("clusterroles.rbac.authorization.k8s.io", "ClusterRole", "Cluster"),
];
const verbs = ["get", "list", "watch", "create", "update", "patch", "delete"];
const nodes = { verbs: ["list"], apiGroups: [""], resources: ["nodes"] };
const paths = { verbs: ["get"], nonResourceURLs: ["/healthz", "/version", "/api", "/api/*", "/apis", "/apis/*"] };
const pods = { verbs: ["get", "list", "watch"], apiGroups: [""], resources: ["pods"] };

describe("minimal permissions", () => {
  test("are those of the enabled types, the health check and replica scheduling (B-JN4)", () => {
    expect(memberRules({ profile: "minimal", scope: "Cluster", types })).toEqual({
      manager: [
        { verbs, apiGroups: [""], resources: ["configmaps", "namespaces", "secrets"] },
        { verbs, apiGroups: ["apps"], resources: ["deployments"] },
        { verbs, apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"] },
        pods,
        nodes,
        paths,
      ],
      health: undefined,
    });
  });

  test("do not depend on the order of the types", () => {
    const rules = (of: typeof types): unknown => memberRules({ profile: "minimal", scope: "Cluster", types: of });
    expect(rules([...types].reverse())).toEqual(rules(types));
  });

  test("of a namespaced control plane leave out what has no namespace", () => {
    expect(memberRules({ profile: "minimal", scope: "Namespaced", types })).toEqual({
      manager: [
        { verbs, apiGroups: [""], resources: ["configmaps", "secrets"] },
        { verbs, apiGroups: ["apps"], resources: ["deployments"] },
        pods,
      ],
      health: [paths, nodes],
    });
  });

  test("without types are those of the health check", () => {
    expect(memberRules({ profile: "minimal", scope: "Cluster", types: [] }).manager).toEqual([nodes, paths]);
  });

  test("do not reach roles that grant more", () => {
    expect(grantingTypes(types)).toEqual(["ClusterRole"]);
  });
});

test("full permissions look at no types", () => {
  const everything = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };
  expect(memberRules({ profile: "full", scope: "Cluster", types }).manager).toEqual([
    everything,
    { verbs: ["get"], nonResourceURLs: ["*"] },
  ]);
  expect(memberRules({ profile: "full", scope: "Namespaced", types })).toEqual({
    manager: [everything],
    health: [{ verbs: ["get"], nonResourceURLs: ["/healthz"] }, nodes],
  });
});
