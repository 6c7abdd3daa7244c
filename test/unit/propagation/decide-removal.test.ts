import { describe, expect, test } from "vitest";
import type { UnknownObject } from "../../../src/kube/objects.ts";
import { decideOrphan, decideRemoval, type MemberFacts } from "../../../src/propagation/decide.ts";
import { facts, going, live, there, unready } from "../../support/member-facts.ts";

describe("what a member needs so that a federated object can go", () => {
  const rules = { orphans: false, overdue: false };

  test.each<{ title: string; given: Partial<MemberFacts>; rules?: object; decision: object }>([
    { title: "the object goes", given: { live: there(live()) }, decision: { action: "delete" } },
    {
      title: "also where it is not selected any more",
      given: { live: there(live()), selected: false },
      decision: { action: "delete" },
    },
    { title: "it is going", given: { live: there(live(going)) }, decision: { action: "wait" } },
    { title: "there is none", given: {}, decision: { action: "none" } },
    {
      title: "the host's namespace stays",
      given: { live: there(live()), hostNamespaceUid: "u1" },
      decision: { action: "unlabel" },
    },
    {
      title: "the host's namespace is going",
      given: { live: there(live(going)), hostNamespaceUid: "u1" },
      decision: { action: "none" },
    },
    {
      title: "an orphan stays",
      given: { live: there(live()) },
      rules: { orphans: true },
      decision: { action: "unlabel" },
    },
    {
      title: "an orphan that is going",
      given: { live: there(live(going)) },
      rules: { orphans: true },
      decision: { action: "none" },
    },
    {
      title: "an unreachable cluster is waited for",
      given: { cluster: unready, live: undefined },
      decision: { action: "report", status: "ClusterNotReady" },
    },
    {
      title: "also one that was selected once",
      given: { cluster: unready, live: undefined, selected: false, mayHold: true },
      decision: { action: "report", status: "ClusterNotReady" },
    },
    {
      title: "but not for ever",
      given: { cluster: unready, live: undefined },
      rules: { overdue: true },
      decision: { action: "abandon", message: "the cluster is not ready: it is down" },
    },
    {
      title: "nor for an orphan",
      given: { cluster: unready, live: undefined },
      rules: { orphans: true },
      decision: { action: "abandon" },
    },
    {
      title: "an unreachable cluster that never had it does not matter",
      given: { cluster: unready, live: undefined, selected: false },
      decision: { action: "none" },
    },
    {
      title: "a cluster without the type has none",
      given: { live: { known: false, message: "no", lacksType: true } },
      decision: { action: "none" },
    },
    {
      title: "a cluster that may not be read is waited for",
      given: { live: { known: false, message: "no" } },
      decision: { action: "report", status: "CachedRetrievalFailed" },
    },
  ])("$title", ({ given, rules: other, decision }) => {
    expect(decideRemoval({ ...facts, ...given }, { ...rules, ...other })).toMatchObject(decision);
  });
});

describe("an object whose federated object is not there", () => {
  test.each<{ title: string; live: MemberFacts["live"]; action: string }>([
    { title: "is let go", live: there(live()), action: "unlabel" },
    { title: "is left when it is going", live: there(live(going)), action: "none" },
    { title: "is left when it is nobody's", live: there(live({ labels: {} })), action: "none" },
    { title: "is not there", live: there(undefined as unknown as UnknownObject), action: "none" },
    { title: "is not known", live: { known: false, message: "no" }, action: "none" },
    { title: "is in a cluster that is not ready", live: undefined, action: "none" },
  ])("$title", ({ live: found, action }) => {
    expect(decideOrphan(found).action).toBe(action);
  });
});
