import { createHash } from "node:crypto";
import { type Key, nameFrom } from "./key.ts";

/** One of so many parts of the work; each namespace belongs to one of them, whole. */
export interface ShardRange {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

/** Whether the objects of a namespace are a shard's; those without a namespace ("") are one's too. */
export function isInShard(namespace: string, { index, count }: ShardRange): boolean {
  if (count === 1) return true;
  return createHash("sha1").update(namespace).digest().readUInt32BE(0) % count === index;
}

/** The same for a key; `isNamespace`: its objects are namespaces, which belong to the shard of what is in them. */
export function isKeyInShard(key: Key, isNamespace: boolean, range: ShardRange): boolean {
  const { namespace, name } = nameFrom(key);
  return isInShard(isNamespace ? name : (namespace ?? ""), range);
}
