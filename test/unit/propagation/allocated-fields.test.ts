import { describe, expect, test } from "vitest";
import type { JsonRecord } from "../../../src/federation/json-data.ts";
import { retain, retainedPart } from "../../../src/propagation/retention.ts";

interface Case {
  readonly title: string;
  readonly desired: JsonRecord;
  readonly live: JsonRecord;
  readonly expected: JsonRecord;
}

/** From the whole object of a member, and from what a controller keeps of it. */
function testKind(group: string, kind: string, cases: readonly Case[]): void {
  describe(`a ${kind}`, () => {
    const options = { target: { group, kind }, retainsReplicas: false };
    test.each(cases)("$title", ({ desired, live, expected }) => {
      expect(retain(desired, live, options)).toEqual({ metadata: {}, ...expected });
      const part = retainedPart(live, { ...options, collectsStatus: false });
      expect(retain(desired, part, options)).toEqual({ metadata: {}, ...expected });
    });
  });
}

const own = { "controller-uid": "u", "job-name": "a", "batch.kubernetes.io/job-name": "a" };
const liveJob = {
  spec: {
    parallelism: 1,
    completions: 1,
    selector: { matchLabels: { "controller-uid": "u" } },
    template: { metadata: { labels: { ...own, stray: "x" } }, spec: { containers: [] } },
  },
};
testKind("batch", "Job", [
  {
    title: "keeps its selector, its own labels and its completions",
    desired: { spec: { parallelism: 2, template: { metadata: { labels: { app: "a" } }, spec: { a: 1 } } } },
    live: liveJob,
    expected: {
      spec: {
        parallelism: 2,
        completions: 1,
        selector: { matchLabels: { "controller-uid": "u" } },
        template: { metadata: { labels: { app: "a", ...own } }, spec: { a: 1 } },
      },
    },
  },
  {
    title: "with a selector by hand keeps nothing",
    desired: { spec: { manualSelector: true, selector: { matchLabels: { a: "b" } } } },
    live: liveJob,
    expected: { spec: { manualSelector: true, selector: { matchLabels: { a: "b" } } } },
  },
]);

testKind("", "PersistentVolumeClaim", [
  {
    title: "keeps its volume and its class",
    desired: { spec: { accessModes: ["a"] } },
    live: { spec: { volumeName: "v", storageClassName: "fast", volumeMode: "Block" } },
    expected: { spec: { accessModes: ["a"], volumeName: "v", storageClassName: "fast" } },
  },
  {
    title: "has the template's class, where that names one",
    desired: { spec: { storageClassName: "slow" } },
    live: { spec: { storageClassName: "fast" } },
    expected: { spec: { storageClassName: "slow" } },
  },
]);

const bound = { name: "c", namespace: "n", uid: "u", resourceVersion: "5" };
testKind("", "PersistentVolume", [
  {
    title: "stays bound",
    desired: { spec: {} },
    live: { spec: { claimRef: bound } },
    expected: { spec: { claimRef: bound } },
  },
  {
    title: "stays bound to the claim that the template names",
    desired: { spec: { claimRef: { name: "c", namespace: "n" } } },
    live: { spec: { claimRef: bound } },
    expected: { spec: { claimRef: bound } },
  },
  {
    title: "is given to another claim that the template names",
    desired: { spec: { claimRef: { name: "d", namespace: "n" } } },
    live: { spec: { claimRef: bound } },
    expected: { spec: { claimRef: { name: "d", namespace: "n" } } },
  },
  { title: "that is bound to nobody", desired: { spec: {} }, live: { spec: {} }, expected: { spec: {} } },
]);

testKind("rbac.authorization.k8s.io", "ClusterRole", [
  {
    title: "that is made of others keeps the rules that the member gathered",
    desired: { aggregationRule: { clusterRoleSelectors: [] } },
    live: { aggregationRule: {}, rules: [{ verbs: ["get"] }] },
    expected: { aggregationRule: { clusterRoleSelectors: [] }, rules: [{ verbs: ["get"] }] },
  },
  {
    title: "of its own rules has the template's",
    desired: { rules: [] },
    live: { rules: [{ verbs: ["get"] }] },
    expected: { rules: [] },
  },
]);

const nodePort = { name: "a", port: 80, protocol: "TCP", nodePort: 31_000 };
testKind("", "Service", [
  {
    title: "that is reached from within alone gives up its node ports",
    desired: { spec: { ports: [{ name: "a", port: 80 }] } },
    live: { spec: { ports: [nodePort, { name: "b", port: 81, nodePort: 31_001 }] } },
    expected: { spec: { ports: [{ name: "a", port: 80 }] } },
  },
  {
    title: "with a load balancer keeps them",
    desired: { spec: { type: "LoadBalancer", ports: [{ name: "a", port: 80 }] } },
    live: { spec: { ports: [nodePort] } },
    expected: { spec: { type: "LoadBalancer", ports: [{ name: "a", port: 80, nodePort: 31_000 }] } },
  },
]);
