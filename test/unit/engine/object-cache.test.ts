import { expect, test } from "vitest";
import { type CacheChange, createCache, type ObjectCache, type Versioned } from "../../../src/engine/object-cache.ts";
import type { UnknownObject } from "../../../src/kube/objects.ts";

interface Kept extends Versioned {
  readonly value: unknown;
}

const holds = ({ metadata }: UnknownObject): boolean => metadata?.labels?.["told"] === "yes";

function object(name: string, resourceVersion: string, more: { value?: number; told?: string } = {}): UnknownObject {
  const { value = 0, told = "yes" } = more;
  return { metadata: { name, resourceVersion, labels: { told } }, value };
}

function filled(items: readonly UnknownObject[], resourceVersion = "10") {
  const changes: CacheChange<Kept>[] = [];
  const cache = createCache<Kept>({
    keep: (each) => ({ resourceVersion: each.metadata?.resourceVersion ?? "", value: each["value"] }),
    holds,
    onChange: (change) => void changes.push(change),
  });
  relist(cache, items, resourceVersion);
  changes.length = 0;
  return { cache, changes };
}

function relist(cache: ObjectCache<Kept>, items: readonly UnknownObject[], resourceVersion: string): void {
  const round = cache.beginList();
  round.page({ items, resourceVersion });
  round.end();
}

const valuesOf = ({ entries }: ObjectCache<Kept>) =>
  Object.fromEntries([...entries].map(([key, { value }]) => [key, value]));

test("what an own write gave back is no news when its event comes, nor is what was before it", () => {
  const { cache, changes } = filled([object("a", "5")]);
  cache.apply(object("a", "20", { value: 2 }));
  cache.event({ type: "MODIFIED", object: object("a", "15", { value: 1 }) });
  cache.event({ type: "MODIFIED", object: object("a", "20", { value: 2 }) });
  expect([valuesOf(cache), changes]).toEqual([{ a: 2 }, []]);
  cache.event({ type: "MODIFIED", object: object("a", "21", { value: 3 }) });
  expect([valuesOf(cache), changes.length]).toEqual([{ a: 3 }, 1]);
});

test("an answer that comes after the watch has passed it changes nothing: it may be deleted since", () => {
  const { cache } = filled([]);
  cache.event({ type: "ADDED", object: object("a", "11") });
  cache.event({ type: "DELETED", object: object("a", "12") });
  cache.apply(object("a", "11"));
  expect(valuesOf(cache)).toEqual({});
});

test("an object that was deleted, and made anew by an own write, stays when the deletion is told", () => {
  const { cache, changes } = filled([object("a", "5")]);
  cache.apply(object("a", "14", { value: 1 }));
  cache.event({ type: "DELETED", object: object("a", "12") });
  cache.event({ type: "ADDED", object: object("a", "14", { value: 1 }) });
  expect([valuesOf(cache), changes]).toEqual([{ a: 1 }, []]);
});

test("what a write took the label off is not there any more, whether its event is seen or not", () => {
  const { cache } = filled([object("a", "5"), object("b", "6")]);
  cache.apply(object("a", "20", { told: "no" }));
  expect(valuesOf(cache)).toEqual({ b: 0 });
  // As an API server tells of what a selector matches no more: as it was, with the version of the change.
  cache.event({ type: "DELETED", object: object("a", "20") });
  expect(valuesOf(cache)).toEqual({ b: 0 });
});

test("while a list is under way answers are not taken over: the list may be older or newer", () => {
  const { cache, changes } = filled([object("a", "5")]);
  cache.forgetPosition();
  cache.apply(object("a", "30", { value: 9 }));
  expect(valuesOf(cache)).toEqual({ a: 0 });
  relist(cache, [object("a", "30", { value: 9 })], "40");
  expect([valuesOf(cache), changes.length]).toEqual([{ a: 9 }, 1]);
});

test("a list of a cluster that was made anew counts, though its versions are smaller", () => {
  const { cache, changes } = filled([object("a", "500"), object("b", "600")], "700");
  cache.forgetPosition();
  relist(cache, [object("a", "3", { value: 1 })], "4");
  expect(valuesOf(cache)).toEqual({ a: 1 });
  expect(changes.map(({ key, now }) => [key, now?.value])).toEqual([
    ["a", 1],
    ["b", undefined],
  ]);
});

test("a list whose pages begin again forgets those of before", () => {
  const { cache } = filled([object("a", "5"), object("b", "6")]);
  const round = cache.beginList();
  round.page({ items: [object("a", "5")], resourceVersion: "20" });
  round.page({ items: [object("b", "6")], resourceVersion: "21" });
  round.end();
  expect(valuesOf(cache)).toEqual({ b: 0 });
});
