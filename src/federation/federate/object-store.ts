import type { ObjectPage } from "../../kube/kube-api.ts";
import type { UnknownObject } from "../../kube/objects.ts";
import { keyOfObject } from "./object-key.ts";

/** Objects that were looked at, and are needed once more to be written. */
export interface ObjectStore {
  /** Each of the wanted that is there, once. */
  read(wanted: ReadonlySet<string>): AsyncIterable<UnknownObject>;
}

export type ListPages = () => AsyncIterable<ObjectPage<UnknownObject>>;

/** How much text's worth of objects may be kept in memory; shared by all types. */
export interface HoldingLimit {
  charactersLeft: number;
}

/** Of 10,000 ConfigMaps of 600 bytes 12 MB are read; most commands read less than this, and read it once. */
export const defaultHolding = 4_000_000;

/** Keeps objects while they are few. What is too much is forgotten, and read again when it is written. */
export interface Holding {
  add(objects: readonly UnknownObject[], characters: number): void;
  store(): ObjectStore;
}

export function createHolding(limit: HoldingLimit, list: ListPages): Holding {
  let held: Map<string, UnknownObject> | undefined = new Map();
  let charged = 0;
  return {
    add(objects, characters) {
      if (held === undefined) return;
      charged += characters;
      limit.charactersLeft -= characters;
      if (limit.charactersLeft < 0) {
        limit.charactersLeft += charged;
        held = undefined;
        return;
      }
      for (const object of objects) held.set(keyOfObject(object), object);
    },
    store: () => (held === undefined ? listedAgain(list) : heldObjects(held)),
  };
}

/** Lets go of each object as it is handed out. */
export function heldObjects(objects: Map<string, UnknownObject>): ObjectStore {
  return {
    // eslint-disable-next-line @typescript-eslint/require-await -- the other store has to wait
    async *read(wanted) {
      for (const key of [...objects.keys()].sort()) {
        const object = objects.get(key);
        objects.delete(key);
        if (object !== undefined && wanted.has(key)) yield object;
      }
    },
  };
}

function listedAgain(list: ListPages): ObjectStore {
  return {
    async *read(wanted) {
      const left = new Set(wanted);
      for await (const { items } of ahead(list())) {
        for (const object of items) if (left.delete(keyOfObject(object))) yield object;
        if (left.size === 0) return;
      }
    },
  };
}

/** Reads the next page while this one is worked on. */
async function* ahead<T>(pages: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = pages[Symbol.asyncIterator]();
  const advance = (): Promise<IteratorResult<T>> => {
    const next = iterator.next();
    // It is told when it is asked for.
    next.catch(() => undefined);
    return next;
  };
  for (let next = advance(); ;) {
    const page = await next;
    if (page.done === true) return;
    next = advance();
    yield page.value;
  }
}
