import { expect, test } from "vitest";
import type { UnknownObject } from "../../../src/kube/objects.ts";
import { createCache, type ObjectCache, type Versioned } from "../../../src/engine/object-cache.ts";

function object(resourceVersion: string, labels: Readonly<Record<string, string>> = { mine: "yes" }): UnknownObject {
  return { metadata: { name: "a", resourceVersion, labels } };
}

/** A cache of labelled objects that has listed one of them, of version 1. */
function listed(): { readonly cache: ObjectCache<Versioned>; readonly changes: string[] } {
  const changes: string[] = [];
  const cache = createCache<Versioned>({
    keep: ({ metadata }) => ({ resourceVersion: metadata?.resourceVersion ?? "" }),
    holds: ({ metadata }) => metadata?.labels?.["mine"] === "yes",
    onChange: ({ before, now }) => changes.push(`${before?.resourceVersion ?? "-"} ${now?.resourceVersion ?? "-"}`),
  });
  const round = cache.beginList();
  round.page({ items: [object("1")], resourceVersion: "1" });
  round.end();
  return { cache, changes };
}

test("what an own write took the label from is gone, before its event and after it", () => {
  const { cache, changes } = listed();
  cache.apply(object("2", {}));
  expect([...cache.entries.keys()]).toEqual([]);
  cache.event({ type: "DELETED", object: object("2", {}) });
  expect([...cache.entries.keys()]).toEqual([]);
  expect(changes).toEqual(["- 1"]);
});

test("an own write is taken over, and its event is no news", () => {
  const { cache, changes } = listed();
  cache.apply(object("2"));
  cache.event({ type: "MODIFIED", object: object("2") });
  expect(cache.entries.get("a")).toEqual({ resourceVersion: "2" });
  expect(changes).toEqual(["- 1"]);
});
