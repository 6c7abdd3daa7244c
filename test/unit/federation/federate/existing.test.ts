import { describe, expect, it } from "vitest";
import { describeExisting, standingOf } from "../../../../src/federation/federate/existing.ts";
import type { FederatedObject } from "../../../../src/federation/kubefed-types.ts";
import { findHostMember, selects } from "../../../../src/federation/federate/placement.ts";
import type { KubeFedCluster } from "../../../../src/federation/kubefed-types.ts";

const target = { group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true };
const federated = { ...target, group: "types.kubefed.io", kind: "FederatedDeployment", plural: "federateddeployments" };
const source = {
  metadata: { name: "web", namespace: "demo", labels: { b: "2", a: "1" } },
  spec: { replicas: 3, paused: true },
};
const everywhere = { clusterSelector: { matchLabels: {} } };

const standing = (spec: FederatedObject["spec"], options = {}, more = {}) => {
  const existing = describeExisting({ metadata: { name: "web", namespace: "demo", ...more }, spec }, target, options);
  return standingOf(source, { target, federated }, new Map([["demo/web", existing]]));
};

describe("standingOf", () => {
  const labels = { a: "1", b: "2" };
  it.each([
    ["the same fields in another order", { spec: { paused: true, replicas: 3 }, metadata: { labels } }, false, "same"],
    [
      "what kubefedctl left in",
      { spec: { paused: true, replicas: 3 }, metadata: { labels }, status: {} },
      false,
      "same",
    ],
    ["other replicas", { spec: { paused: true, replicas: 1 }, metadata: { labels } }, false, "other"],
    ["other replicas that members keep", { spec: { paused: true, replicas: 1 }, metadata: { labels } }, true, "same"],
    ["another label", { spec: { paused: true, replicas: 3 }, metadata: { labels: { a: "1" } } }, false, "other"],
    [
      "one value more in an array",
      { spec: { paused: true, replicas: 3, args: [1, 2] }, metadata: { labels } },
      false,
      "other",
    ],
  ])("%s: %s", (...[, template, retainReplicas, expected]) => {
    expect(standing({ template, placement: everywhere, retainReplicas }).standing).toBe(expected);
  });

  it("knows what has no template, is being deleted, or is not there", () => {
    expect(standing({ placement: everywhere }).standing).toBe("other");
    expect(standing({}, {}, { deletionTimestamp: "2026-01-01T00:00:00Z" }).standing).toBe("beingDeleted");
    expect(standingOf(source, { target, federated }, new Map()).standing).toBe("absent");
  });

  it("compares placement only with one that was asked for", () => {
    expect(standing({ placement: { clusters: [] } }).placedElsewhere).toBe(false);
    expect(standing({ placement: { clusters: [] } }, { clusters: ["a"] }).placedElsewhere).toBe(true);
    expect(standing({ placement: { clusters: [{ name: "a" }] } }, { clusters: ["a", "a"] }).placedElsewhere).toBe(
      false,
    );
    expect(standing({ placement: everywhere }, { clusterSelector: { region: "eu" } }).placedElsewhere).toBe(true);
  });
});

const member = (name: string, apiEndpoint: string, ca = ""): KubeFedCluster => ({
  metadata: { name },
  spec: { apiEndpoint, caBundle: Buffer.from(ca).toString("base64"), secretRef: { name } },
});

describe("findHostMember", () => {
  const tls = { caPem: Buffer.from("host"), caFile: undefined, insecureSkipVerify: false, serverName: undefined };
  const find = (...members: KubeFedCluster[]) =>
    findHostMember(members, { server: "https://Host:6443", tls })?.metadata?.name;

  it("knows it by its address, or by an authority that is its alone", () => {
    expect(find(member("a", "https://other"), member("b", "https://host:6443/"))).toBe("b");
    expect(find(member("a", "https://other", "else"), member("b", "https://10.0.0.1:6443", "host"))).toBe("b");
  });

  it("takes no cluster for it that shares an authority with another", () => {
    expect(find(member("a", "https://other", "host"), member("b", "https://third", "host"))).toBeUndefined();
    expect(find()).toBeUndefined();
  });
});

describe("selects", () => {
  it("goes by name or by labels", () => {
    const eu = { ...member("a", "https://a"), metadata: { name: "a", labels: { region: "eu", tier: "web" } } };
    expect(selects({}, eu)).toBe(true);
    expect(selects({ clusters: ["b"] }, eu)).toBe(false);
    expect(selects({ clusterSelector: { region: "eu" } }, eu)).toBe(true);
    expect(selects({ clusterSelector: { region: "us" } }, eu)).toBe(false);
  });
});
