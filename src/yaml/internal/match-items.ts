import { sameData } from "../same-data.ts";

/** Which items of a list stay, at which place they were; what is new comes behind them all. */
export interface ItemMatch {
  /** For each item of the new list that was there before: its old and its new index. */
  readonly kept: readonly { readonly before: number; readonly after: number }[];
  readonly removed: readonly number[];
  /** Indexes of the new list. */
  readonly added: readonly number[];
}

/** Matches items by their `name`, or as a whole; undefined where they were put into another order. */
export function matchItems(before: readonly unknown[], after: readonly unknown[]): ItemMatch | undefined {
  return renamedInPlace(before, after) ?? inOrder(before, after);
}

/** As many as before, each at its place, though some have another name. */
function renamedInPlace(before: readonly unknown[], after: readonly unknown[]): ItemMatch | undefined {
  if (before.length !== after.length) return undefined;
  const isNew = (item: unknown): boolean => !before.some((other) => isSameItem(other, item));
  const isGone = (item: unknown): boolean => !after.some((other) => isSameItem(item, other));
  const fits = after.every((item, index) => {
    const old = before[index];
    return isSameItem(old, item) || (isNew(item) && isGone(old));
  });
  const kept = after.map((_, index) => ({ before: index, after: index }));
  return fits ? { kept, removed: [], added: [] } : undefined;
}

function inOrder(before: readonly unknown[], after: readonly unknown[]): ItemMatch | undefined {
  const kept: { before: number; after: number }[] = [];
  const added: number[] = [];
  let next = 0;
  for (const [index, item] of after.entries()) {
    const found = before.findIndex((other, at) => at >= next && isSameItem(other, item));
    if (found === -1) {
      added.push(index);
      continue;
    }
    if (added.length > 0) return undefined;
    kept.push({ before: found, after: index });
    next = found + 1;
  }
  const stays = new Set(kept.map((pair) => pair.before));
  return { kept, added, removed: before.map((_, index) => index).filter((index) => !stays.has(index)) };
}

function isSameItem(a: unknown, b: unknown): boolean {
  const [nameA, nameB] = [nameOf(a), nameOf(b)];
  return nameA === undefined || nameB === undefined ? sameData(a, b) : nameA === nameB;
}

function nameOf(item: unknown): string | undefined {
  const name: unknown = item instanceof Map ? item.get("name") : undefined;
  return typeof name === "string" ? name : undefined;
}
