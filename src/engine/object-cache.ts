import type { WatchEvent } from "../kube/kube-api.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { type Key, keyOf } from "./key.ts";
import { isLater } from "./resource-version.ts";

/** What a cache keeps of an object. */
export interface Versioned {
  readonly resourceVersion: string;
}

/** An object came, changed or went. */
export interface CacheChange<Kept> {
  readonly key: Key;
  readonly before: Kept | undefined;
  readonly now: Kept | undefined;
}

/** The objects of a list, page by page; what is not among them is gone. */
interface ListRound {
  page(page: { readonly items: readonly UnknownObject[]; readonly resourceVersion: string }): void;
  end(): void;
}

/** The objects of one type as they were told last, and where in the history of the cluster that was. */
export interface ObjectCache<Kept> {
  readonly entries: ReadonlyMap<Key, Kept>;
  /** Up to where the cache tells what there is; undefined: a list is needed. */
  readonly position: string | undefined;
  forgetPosition(): void;
  beginList(): ListRound;
  event(event: WatchEvent<UnknownObject>): void;
  apply(object: UnknownObject): void;
}

export interface CacheOptions<Kept extends Versioned> {
  /** What is kept of each object. */
  readonly keep: (object: UnknownObject) => Kept;
  /** Objects of which nothing is kept and told. Default: none. */
  readonly skips?: ((key: Key) => boolean) | undefined;
  /** Whether an object is one of these: what a write gave back may be so no more. Default: all are. */
  readonly holds?: ((object: UnknownObject) => boolean) | undefined;
  readonly onChange: (change: CacheChange<Kept>) => void;
}

/** Makes an {@link ObjectCache}. */
export function createCache<Kept extends Versioned>(options: CacheOptions<Kept>): ObjectCache<Kept> {
  const { keep, skips, holds } = options;
  const entries = new Map<Key, Kept>();
  const store = createStore(entries, options);
  let position: string | undefined;
  return {
    entries,
    get position() {
      return position;
    },
    forgetPosition() {
      position = undefined;
    },
    beginList: () =>
      beginList(entries, {
        ...options,
        ...store,
        onEnd: (version) => {
          position = version;
        },
      }),
    event(event) {
      position = event.object.metadata?.resourceVersion ?? position;
      if (event.type === "BOOKMARK") return;
      const key = keyOf(event.object);
      if (skips?.(key) === true || store.isKnown(key, event.object)) return;
      if (event.type === "DELETED") store.remove(key);
      else store.set(key, event.object);
    },
    apply(object) {
      const { resourceVersion } = object.metadata ?? {};
      const key = keyOf(object);
      // Of what the watch has passed already the cache knows as much or more: that it was deleted meanwhile, for one.
      if (resourceVersion === undefined || position === undefined || !isLater(resourceVersion, position)) return;
      if (skips?.(key) === true || store.isKnown(key, object)) return;
      // The watch tells of it as of a deletion, with the version that is known already.
      if (holds?.(object) === false) entries.delete(key);
      else entries.set(key, keep(object));
    },
  };
}

interface Store {
  readonly set: (key: Key, object: UnknownObject) => void;
  readonly remove: (key: Key) => void;
  /** An own write was taken over already, or what is told is older than that. */
  readonly isKnown: (key: Key, object: UnknownObject) => boolean;
}

/** Changes that are told. */
function createStore<Kept extends Versioned>(
  entries: Map<Key, Kept>,
  { keep, onChange }: Pick<CacheOptions<Kept>, "keep" | "onChange">,
): Store {
  return {
    set(key, object) {
      const before = entries.get(key);
      const now = keep(object);
      entries.set(key, now);
      onChange({ key, before, now });
    },
    remove(key) {
      const before = entries.get(key);
      if (before === undefined) return;
      entries.delete(key);
      onChange({ key, before, now: undefined });
    },
    isKnown(key, object) {
      const known = entries.get(key)?.resourceVersion;
      return known !== undefined && !isLater(object.metadata?.resourceVersion ?? "", known);
    },
  };
}

type ListOptions<Kept extends Versioned> = Pick<CacheOptions<Kept>, "skips"> &
  Pick<Store, "set" | "remove"> & { readonly onEnd: (version: string) => void };

function beginList<Kept extends Versioned>(
  entries: ReadonlyMap<Key, Kept>,
  { skips, set, remove, onEnd }: ListOptions<Kept>,
): ListRound {
  let seen = new Set<Key>();
  let version = "";
  return {
    page({ items, resourceVersion }) {
      // Begun again: what the first pages had may be gone.
      if (version !== resourceVersion) seen = new Set();
      version = resourceVersion;
      for (const item of items) {
        const key = keyOf(item);
        if (skips?.(key) === true) continue;
        seen.add(key);
        // Not only later ones: a cluster that was made anew, or from a backup, counts from another number.
        if (entries.get(key)?.resourceVersion !== item.metadata?.resourceVersion) set(key, item);
      }
    },
    end() {
      for (const key of [...entries.keys()]) if (!seen.has(key)) remove(key);
      onEnd(version);
    },
  };
}
