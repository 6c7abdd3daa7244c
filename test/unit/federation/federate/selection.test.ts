import { describe, expect, it } from "vitest";
import type { UnknownObject } from "../../../../src/kube/objects.ts";
import { isSubdomain, selectObjects } from "../../../../src/federation/federate/selection.ts";

const type = (group: string, kind: string, plural: string) => ({
  group,
  version: "v1",
  kind,
  plural,
  namespaced: true,
});
const configMaps = type("", "ConfigMap", "configmaps");
const secrets = type("", "Secret", "secrets");
const serviceAccounts = type("", "ServiceAccount", "serviceaccounts");
const replicaSets = type("apps", "ReplicaSet", "replicasets");
const roles = type("rbac.authorization.k8s.io", "Role", "roles");

const named = (name: string, rest: Partial<UnknownObject> = {}): UnknownObject => ({
  ...rest,
  metadata: { namespace: "demo", ...rest.metadata, name },
});
const ownedBy = (controller: boolean) => ({
  metadata: { ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "1", controller }] },
});

describe("selectObjects", () => {
  it.each([
    { name: "a user's ConfigMap", of: configMaps, object: named("web"), reason: undefined },
    {
      name: "the CA bundle",
      of: configMaps,
      object: named("kube-root-ca.crt"),
      reason: "published in every namespace of each cluster",
    },
    {
      name: "a Secret of that name",
      of: secrets,
      object: named("kube-root-ca.crt", { type: "Opaque" }),
      reason: undefined,
    },
    {
      name: "the ServiceAccount default",
      of: serviceAccounts,
      object: named("default"),
      reason: "made in every namespace of each cluster",
    },
    { name: "another ServiceAccount", of: serviceAccounts, object: named("bot"), reason: undefined },
    {
      name: "a service account token",
      of: secrets,
      object: named("bot-token", { type: "kubernetes.io/service-account-token" }),
      reason: "a service account token is valid in its own cluster only",
    },
    {
      name: "what a controller made",
      of: replicaSets,
      object: named("web-1", ownedBy(true)),
      reason: "made by Deployment web",
    },
    { name: "what is merely owned", of: replicaSets, object: named("web-1", ownedBy(false)), reason: undefined },
    {
      name: "what is being deleted",
      of: configMaps,
      object: named("old", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }),
      reason: "is being deleted",
    },
    {
      name: "a Role whose name no custom resource may have",
      of: roles,
      object: named("system:reader"),
      reason: "its name is no DNS-1123 subdomain, which a federated object's must be",
    },
    {
      name: "what KubeFed placed in the host",
      of: configMaps,
      object: named("web", { metadata: { labels: { "kubefed.io/managed": "true" } } }),
      reason: undefined,
    },
  ])("$name: $reason", ({ of, object, reason }) => {
    const { taken, skipped } = selectObjects(of, [object]);
    expect(taken).toEqual(reason === undefined ? [object] : []);
    expect(skipped.map((entry) => entry.reason)).toEqual(reason === undefined ? [] : [reason]);
  });

  it("sorts by name and names what it skips", () => {
    const objects = ["b", "kube-root-ca.crt", "a"].map((name) => named(name));
    const { taken, skipped } = selectObjects(configMaps, objects);
    expect(taken.map(({ metadata }) => metadata?.name)).toEqual(["a", "b"]);
    expect(skipped).toEqual([
      {
        type: "configmaps",
        namespace: "demo",
        name: "kube-root-ca.crt",
        reason: "published in every namespace of each cluster",
      },
    ]);
  });
});

describe("isSubdomain", () => {
  it.each([
    ["web", true],
    ["a.b-c.d0", true],
    ["a".repeat(253), true],
    ["a".repeat(254), false],
    ["Web", false],
    ["a_b", false],
    ["-a", false],
    ["a.", false],
    ["a..b", false],
    ["system:x", false],
    ["", false],
  ])("%s: %s", (name, valid) => {
    expect(isSubdomain(name)).toBe(valid);
  });
});
