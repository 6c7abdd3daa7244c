import { describe, expect, it } from "vitest";
import { mergeOverrides, withAnnotationOverrides } from "../../../../src/federation/federate/annotation-overrides.ts";

const federated = { kind: "FederatedConfigMap", metadata: { name: "a" }, spec: { template: { data: { a: "1" } } } };

describe("withAnnotationOverrides", () => {
  it("adds one operation a key in each cluster, to annotations that are empty in the template", () => {
    const annotations = {
      "example.com/a~b": "1",
      note: "hi",
      "kubectl.kubernetes.io/last-applied-configuration": "{}",
      "deployment.kubernetes.io/revision": "3",
    };
    const clusterOverrides = [
      { op: "add", path: "/metadata/annotations/example.com~1a~0b", value: "1" },
      { op: "add", path: "/metadata/annotations/note", value: "hi" },
    ];
    expect(withAnnotationOverrides(federated, { metadata: { annotations } }, ["earth", "vulcan"]).spec).toEqual({
      template: { data: { a: "1" }, metadata: { annotations: {} } },
      overrides: [
        { clusterName: "earth", clusterOverrides },
        { clusterName: "vulcan", clusterOverrides },
      ],
    });
  });

  it("keeps labels, and what has nothing to add as it is", () => {
    const labelled = { ...federated, spec: { template: { metadata: { labels: { app: "a" } } } } };
    const source = { metadata: { annotations: { note: "" } } };
    expect(withAnnotationOverrides(labelled, source, ["earth"]).spec.template).toEqual({
      metadata: { labels: { app: "a" }, annotations: {} },
    });
    expect(withAnnotationOverrides(federated, source, [])).toBe(federated);
    expect(withAnnotationOverrides(federated, { metadata: {} }, ["earth"])).toBe(federated);
  });
});

describe("mergeOverrides", () => {
  const note = (value: string) => ({ op: "add", path: "/metadata/annotations/note", value });
  const replicas = { path: "/spec/replicas", value: 3 };

  it("keeps the user's, sets those of annotations once, and adds clusters", () => {
    const existing = [{ clusterName: "earth", clusterOverrides: [note("old"), replicas] }];
    const wanted = ["earth", "vulcan"].map((clusterName) => ({ clusterName, clusterOverrides: [note("new")] }));
    expect(mergeOverrides(existing, wanted)).toEqual([
      { clusterName: "earth", clusterOverrides: [replicas, note("new")] },
      { clusterName: "vulcan", clusterOverrides: [note("new")] },
    ]);
    expect(mergeOverrides(existing, [])).toBe(existing);
  });
});
