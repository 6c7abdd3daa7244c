import { describe, expect, test } from "vitest";
import { decideAdoption, decideMember, type MemberFacts } from "../../../src/propagation/decide.ts";
import { facts, federated, going, label, live, there, unready } from "../../support/member-facts.ts";

describe("what a member needs", () => {
  test.each<{ title: string; given: Partial<MemberFacts>; decision: object }>([
    {
      title: "not ready, selected",
      given: { cluster: unready, live: undefined },
      decision: { action: "report", status: "ClusterNotReady", message: "the cluster is not ready: it is down" },
    },
    {
      title: "not ready, not selected",
      given: { cluster: unready, live: undefined, selected: false },
      decision: { action: "none" },
    },
    {
      title: "not ready, not selected, and it had the object",
      given: { cluster: unready, live: undefined, selected: false, mayHold: true },
      decision: { action: "report", status: "WaitingForRemoval" },
    },
    { title: "not selected, without the object", given: { selected: false }, decision: { action: "none" } },
    {
      title: "not selected, being deleted",
      given: { selected: false, live: there(live(going)) },
      decision: { action: "wait" },
    },
    {
      title: "not selected, with the object",
      given: { selected: false, live: there(live()) },
      decision: { action: "delete" },
    },
    {
      title: "not selected, with the host's namespace",
      given: { selected: false, live: there(live()), hostNamespaceUid: "u1" },
      decision: { action: "unlabel" },
    },
    { title: "selected, without the object", given: {}, decision: { action: "create" } },
    { title: "selected, with another object", given: { live: there(live()) }, decision: { action: "update" } },
    {
      title: "selected, with the recorded one",
      given: { live: there(live()), recorded: "rv:7" },
      decision: { action: "keep" },
    },
    { title: "selected, being deleted", given: { live: there(live(going)) }, decision: { action: "wait" } },
    {
      title: "selected, of which nothing is known",
      given: { live: { known: false, message: "no" } },
      decision: { action: "report", status: "CachedRetrievalFailed", message: "no" },
    },
    {
      title: "selected, without the type",
      given: { live: { known: false, message: "no", lacksType: true } },
      decision: { action: "report", status: "CachedRetrievalFailed" },
    },
    {
      title: "not selected, of which nothing is known",
      given: { selected: false, live: { known: false, message: "no" } },
      decision: { action: "none" },
    },
    {
      title: "not selected, without the type it once had",
      given: { selected: false, mayHold: true, live: { known: false, message: "no", lacksType: true } },
      decision: { action: "none" },
    },
  ])("$title", ({ given, decision }) => {
    expect(decideMember({ ...facts, ...given })).toMatchObject(decision);
  });

  test("overrides that cannot be applied are reported for a new object and for one that is there", () => {
    const overrides = [{ clusterName: "vulcan", clusterOverrides: [{ op: "remove", path: "/data/none" }] }];
    const wrong = { ...facts, federated: { ...federated, spec: { ...federated.spec, overrides } } };
    const decision = { action: "report", status: "ApplyOverridesFailed" };
    expect(decideMember(wrong)).toMatchObject(decision);
    expect(decideMember({ ...wrong, live: there(live()) })).toMatchObject(decision);
  });

  test("what is made has the federated object's name and the label, whatever template and overrides say", () => {
    const template = {
      metadata: { name: "other", namespace: "other", labels: { own: "1" }, annotations: { a: "b" }, finalizers: ["f"] },
      data: { x: "1" },
    };
    const overrides = [
      {
        clusterName: "vulcan",
        clusterOverrides: [
          { op: "add", path: "/metadata/annotations", value: { by: "override" } },
          { op: "add", path: "/metadata/labels/kubefed.io~1managed", value: "false" },
        ],
      },
    ];
    expect(decideMember({ ...facts, federated: { ...federated, spec: { template, overrides } } })).toEqual({
      action: "create",
      object: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "a", namespace: "shop", labels: { own: "1", ...label }, annotations: { by: "override" } },
        data: { x: "1" },
      },
    });
  });
});

describe("originals of a host that is a member", () => {
  const host = { ...facts.cluster, name: "earth", isHost: true };
  const old = { creationTimestamp: "2026-11-25T11:00:00Z" };
  const tie = { creationTimestamp: "2026-11-25T12:00:00Z" };
  const by = (...managers: readonly string[]): object => ({
    managedFields: managers.map((manager) => ({ manager, operation: "Update" })),
  });

  test.each<{ title: string; given: Partial<MemberFacts>; action: string }>([
    { title: "one older than its federated object stays", given: { live: there(live(old)) }, action: "unlabel" },
    { title: "a younger one is a copy, and goes", given: { live: there(live()) }, action: "delete" },
    {
      title: "one as old that a person wrote stays",
      given: { live: there(live({ ...tie, ...by("kubectl", "fedctl") })) },
      action: "unlabel",
    },
    {
      title: "one as old that an engine alone wrote goes",
      given: { live: there(live({ ...tie, ...by("fedctl") })) },
      action: "delete",
    },
    {
      title: "one of which nobody knows stays",
      given: { live: there(live({ creationTimestamp: undefined })) },
      action: "unlabel",
    },
    {
      title: "one that is to go goes",
      given: {
        live: there(live(old)),
        federated: {
          ...federated,
          metadata: { ...federated.metadata, annotations: { "fedctl.io/delete-originals": "true" } },
        },
      },
      action: "delete",
    },
    {
      title: "there are none in other clusters",
      given: { live: there(live(old)), cluster: facts.cluster },
      action: "delete",
    },
    {
      title: "a cluster that may be the host counts as it",
      given: { live: there(live(old)), cluster: { ...host, isHost: undefined } },
      action: "unlabel",
    },
  ])("$title", ({ given, action }) => {
    const decision = decideMember({ ...facts, cluster: host, selected: false, ...given });
    expect(decision.action).toBe(action);
  });
});

describe("an object that was there before", () => {
  const foreign = live({ labels: {} });

  test("is adopted", () => {
    expect(decideAdoption(facts, foreign, { adoptsObjects: true })).toMatchObject({ action: "update", adopts: true });
  });

  test("is left where nothing is to be adopted", () => {
    const decision = decideAdoption(facts, foreign, { adoptsObjects: false });
    expect(decision).toMatchObject({ action: "report", status: "AlreadyExists" });
  });

  test("is taken all the same when it is the host's namespace, or labelled already", () => {
    const options = { adoptsObjects: false };
    expect(decideAdoption({ ...facts, hostNamespaceUid: "u1" }, foreign, options).action).toBe("update");
    expect(decideAdoption(facts, live(), options)).toMatchObject({ action: "update" });
  });

  test("is left when it says that it is nobody's", () => {
    const nobodys = live({ labels: { "kubefed.io/managed": "false" } });
    expect(decideAdoption(facts, nobodys, { adoptsObjects: true })).toMatchObject({ status: "ManagedLabelFalse" });
  });
});
