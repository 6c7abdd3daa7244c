import { isJsonObject, type Json } from "./json.ts";
import type { Changes, Objects } from "./replay.ts";

interface Reasoned {
  readonly recording: string;
  /** Why, with the number of an intended difference in the recordings' README. */
  readonly reason: string;
}

/** Recorded, and intended to be missing: an object, or a field in it. */
interface ObjectDifference extends Reasoned {
  readonly cluster: "earth" | "vulcan";
  /** Its masked key; the end may be left open with `*`. */
  readonly object: string;
  /** JSON pointer. Absent: the object itself. */
  readonly path?: string;
}

/** A call that failed when it was recorded and is intended to succeed, or the other way round. */
interface RunDifference extends Reasoned {
  /** Counted from 0 among the calls. */
  readonly run: number;
}

export type IntendedDifference = ObjectDifference | RunDifference;

/** The recorded state as it is intended to be. @throws when a difference is not in the recording: then it is out of date */
export function intendedChanges(recorded: Changes, differences: readonly IntendedDifference[]): Changes {
  const result = structuredClone(recorded) as Record<string, Record<string, Json>>; // a copy of our own to change
  for (const difference of differences.filter((each) => "object" in each)) {
    const objects = result[difference.cluster] ?? {};
    const keys = Object.keys(objects).filter((key) => isMeant(key, difference.object));
    if (keys.length === 0) throw new Error(`not recorded: ${difference.object}`);
    for (const key of keys) {
      if (difference.path === undefined) Reflect.deleteProperty(objects, key);
      else removePath(objects[key], difference.path);
    }
  }
  const left = Object.entries(result).filter(([, objects]: [string, Objects]) => Object.keys(objects).length > 0);
  return Object.fromEntries(left);
}

/** Which calls are to succeed. @throws when a difference names a call that was not recorded */
export function intendedSuccesses(recorded: readonly boolean[], differences: readonly IntendedDifference[]): boolean[] {
  const result = [...recorded];
  for (const { run } of differences.filter((each) => "run" in each)) {
    if (recorded[run] === undefined) throw new Error(`not recorded: call ${run}`);
    result[run] = !recorded[run];
  }
  return result;
}

function isMeant(key: string, pattern: string): boolean {
  return pattern.endsWith("*") ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}

function removePath(root: Json | undefined, path: string): void {
  const fields = path.split("/").slice(1);
  const last = fields.pop() ?? "";
  let parent = root;
  for (const field of fields) parent = isJsonObject(parent) ? parent[field] : undefined;
  if (!isJsonObject(parent) || !Object.hasOwn(parent, last)) throw new Error(`not recorded: ${path}`);
  Reflect.deleteProperty(parent, last);
}
