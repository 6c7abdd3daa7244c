import { expect, test } from "vitest";
import { desiredObject, droppedMetadata } from "../../../src/propagation/desired-object.ts";
import { isOriginal } from "../../../src/propagation/originals.ts";
import { retainedPart } from "../../../src/propagation/retention.ts";
import { facts, live } from "../../support/member-facts.ts";

function desired(template: unknown): unknown {
  const federated = { metadata: { name: "a", namespace: "shop" }, spec: { template } };
  return desiredObject({ type: facts.type, federated, cluster: "vulcan" });
}

const bare = { apiVersion: "v1", kind: "ConfigMap" };
const metadata = { name: "a", namespace: "shop", labels: { "kubefed.io/managed": "true" } };

test.each([
  { title: "no template", template: undefined, more: {} },
  { title: "a template without metadata", template: { data: { x: "1" }, metadata: null }, more: { data: { x: "1" } } },
  {
    title: "another name, namespace and kind",
    template: { kind: "Pod", metadata: { name: "b", namespace: "c" } },
    more: {},
  },
  {
    title: "what another server wrote into it",
    template: {
      metadata: {
        uid: "u",
        resourceVersion: "1",
        generation: 2,
        creationTimestamp: "2026-11-25T12:00:00Z",
        deletionTimestamp: "2026-11-25T12:00:00Z",
        managedFields: [],
        selfLink: "/",
      },
    },
    more: {},
  },
])("the object of $title", ({ template, more }) => {
  expect(desired(template)).toEqual({ ok: true, object: { ...bare, metadata, ...more } });
});

test("annotations, finalizers and owners of a template are not propagated, and that is told", () => {
  const own = { annotations: { a: "b" }, finalizers: ["x/y"], ownerReferences: [{ uid: "u" }] };
  expect(desired({ metadata: { ...own, labels: { l: "1" } } })).toEqual({
    ok: true,
    object: { ...bare, metadata: { ...metadata, labels: { ...metadata.labels, l: "1" } } },
  });
  const told = ["annotations", "finalizers", "ownerReferences"];
  expect(droppedMetadata({ spec: { template: { metadata: own } } })).toEqual(told);
  expect(droppedMetadata({ spec: { template: { metadata: { annotations: {}, ownerReferences: [] } } } })).toEqual([]);
});

test("what a controller keeps of a copy still tells that engines alone wrote it, beside its status", () => {
  const host = { ...facts.cluster, isHost: true };
  const federated = { metadata: { creationTimestamp: "2026-11-25T12:00:00Z" } };
  const managedFields = [
    { manager: "fedctl", operation: "Update" },
    { manager: "kube-controller-manager", operation: "Update", subresource: "status" },
  ];
  const copy = live({ creationTimestamp: "2026-11-25T12:00:00Z", managedFields });
  const options = { target: { group: "apps", kind: "Deployment" }, retainsReplicas: true, collectsStatus: false };
  expect(isOriginal(host, copy, federated)).toBe(false);
  expect(isOriginal(host, retainedPart(copy, options), federated)).toBe(false);
});
