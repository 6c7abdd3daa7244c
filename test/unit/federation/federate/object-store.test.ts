import { describe, expect, it } from "vitest";
import type { ObjectPage } from "../../../../src/kube/kube-api.ts";
import type { UnknownObject } from "../../../../src/kube/objects.ts";
import { createHolding } from "../../../../src/federation/federate/object-store.ts";

const named = (name: string, value = name): UnknownObject => ({ metadata: { name, namespace: "demo" }, value });
const wanted = new Set(["demo/a", "demo/b", "demo/c"]);

async function read(store: { read(names: ReadonlySet<string>): AsyncIterable<UnknownObject> }): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const object of store.read(wanted)) values.push(object["value"]);
  return values;
}

// eslint-disable-next-line @typescript-eslint/require-await -- pages come from a server otherwise
async function* pages(...all: UnknownObject[][]): AsyncGenerator<ObjectPage<UnknownObject>> {
  for (const items of all) yield { items, characters: items.length * 10, resourceVersion: "1" };
}

const never = (): never => {
  throw new Error("it was read again");
};

describe("a holding", () => {
  it("keeps objects while they are few, and hands them out by name", async () => {
    const holding = createHolding({ charactersLeft: 100 }, never);
    holding.add([named("b"), named("x")], 20);
    holding.add([named("a")], 10);
    expect(await read(holding.store())).toEqual(["a", "b"]);
  });

  it("forgets what is too much, gives its room back, and reads it again as it is then", async () => {
    const limit = { charactersLeft: 100 };
    const holding = createHolding(limit, () =>
      pages([named("a", "new"), named("x")], [named("a", "again"), named("c")]),
    );
    holding.add([named("a")], 60);
    expect(limit.charactersLeft).toBe(40);
    holding.add([named("b")], 60);
    expect(limit.charactersLeft).toBe(100);
    holding.add([named("c")], 60);
    expect(limit.charactersLeft).toBe(100);
    expect(await read(holding.store())).toEqual(["new", "c"]);
  });

  it("tells of a page that cannot be read", async () => {
    async function* broken(): AsyncGenerator<ObjectPage<UnknownObject>> {
      yield* pages([named("a")]);
      throw new Error("gone");
    }
    const holding = createHolding({ charactersLeft: 0 }, broken);
    holding.add([named("a")], 1);
    await expect(read(holding.store())).rejects.toThrow("gone");
  });
});
