import { describe, expect, test } from "vitest";
import { compact } from "../../../src/engine/compact-object.ts";
import { concernsContents, isNewsOfMember, isOwnDoing } from "../../../src/engine/object-news.ts";
import type { UnknownObject } from "../../../src/kube/objects.ts";

const going = { deletionTimestamp: "2026-11-25T10:00:00Z" };
const object = (metadata: object = {}, more: object = {}): UnknownObject => ({
  metadata: { name: "a", uid: "u", resourceVersion: "1", ...metadata },
  ...more,
});
const change = (before: UnknownObject | undefined, now: UnknownObject | undefined) => ({
  key: "shop/a",
  before: before && compact(before),
  now: now && compact(now),
});

describe("a change in a member is news", () => {
  const counted = object({ generation: 1 }, { status: { replicas: 1 } });
  test.each<[string, UnknownObject | undefined, UnknownObject | undefined, boolean]>([
    ["that came", undefined, counted, true],
    ["that went", counted, undefined, true],
    ["whose status changed", counted, object({ generation: 1, resourceVersion: "2" }, { status: {} }), false],
    ["whose spec changed", counted, object({ generation: 2 }), true],
    ["whose labels changed", counted, object({ generation: 1, labels: { a: "1" } }), true],
    ["whose annotations changed", counted, object({ generation: 1, annotations: { a: "1" } }), true],
    ["that is going", counted, object({ generation: 1, ...going }), true],
    ["that is another one", counted, object({ generation: 1, uid: "other" }), true],
    ["that counts no generations", object(), object({ resourceVersion: "2" }), true],
  ])("of an object %s", (...[, before, now, isNews]) => {
    expect(isNewsOfMember(change(before, now), false)).toBe(isNews);
  });

  test("also of a status, where that is repeated", () => {
    expect(isNewsOfMember(change(counted, object({ generation: 1 }, { status: {} })), true)).toBe(true);
  });
});

describe("what an own write of status and finalizers gave back", () => {
  const known = compact(object({ generation: 1, finalizers: [] }));
  test.each<[string, object, boolean]>([
    ["holds nothing else", { generation: 1, resourceVersion: "2", finalizers: ["sync"] }, true],
    ["holds a spec that somebody changed", { generation: 2 }, false],
    ["holds a label that somebody set", { generation: 1, labels: { a: "1" } }, false],
    ["holds an annotation that somebody set", { generation: 1, annotations: { a: "1" } }, false],
    ["holds a deletion that somebody asked for", { generation: 1, ...going }, false],
    ["is of an object that was made anew", { generation: 1, uid: "other" }, false],
  ])("%s", (_, metadata, isOwn) => {
    expect(isOwnDoing(known, object(metadata))).toBe(isOwn);
  });
});

describe("a change of a federated namespace concerns what is in it", () => {
  const placed = (name: string, metadata: object = {}) =>
    object(metadata, { spec: { placement: { clusters: [{ name }] } } });
  test.each<[string, UnknownObject | undefined, UnknownObject | undefined, boolean]>([
    ["when it comes", undefined, placed("vulcan"), true],
    ["when it goes", placed("vulcan"), undefined, true],
    ["when it is to go", placed("vulcan"), placed("vulcan", going), true],
    ["when it is to be elsewhere", placed("vulcan"), placed("earth"), true],
    ["not when its status or its template changes", placed("vulcan"), placed("vulcan", { generation: 2 }), false],
  ])("%s", (...[, before, now, concerns]) => {
    expect(concernsContents(change(before, now))).toBe(concerns);
  });
});
