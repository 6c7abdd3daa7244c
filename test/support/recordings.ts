import { readFile } from "node:fs/promises";

type Json = Readonly<Record<string, unknown>>;

/** What kubefedctl 0.10 did on real clusters: see the README beside the recordings. */
export interface Recording {
  readonly name: string;
  readonly steps: readonly (readonly string[])[];
  readonly runs: readonly RecordedRun[];
  /** By cluster, then by `group/version/resource namespace/name`: what was there at the end and not at the beginning. */
  readonly state: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

export interface RecordedRun {
  readonly argv: readonly string[];
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A recording, its namespace `demo` renamed, so that several can be replayed on one cluster. */
export async function loadRecording(name: string, namespace: string): Promise<Recording> {
  const file = new URL(`../fixtures/parity/${name}.json`, import.meta.url);
  const text = (await readFile(file, "utf8")).replace(/\bdemo\b/g, namespace);
  return JSON.parse(text) as Recording; // recorded by a program of ours
}

/** Something that fedctl does otherwise, and why. Each must be in the recording, or the entry is out of date. */
export interface IntendedDifference {
  /** Key of an object in `state`, in the cluster `earth`; the end may be left open with `*`. */
  readonly object: string;
  /** JSON pointer to what is missing in the object. Absent: the object itself is missing. */
  readonly path?: string;
  readonly reason: string;
}

/** The recorded objects of `earth` as they are intended to be. @throws when a difference is not in the recording */
export function applyDifferences(
  objects: Readonly<Record<string, Json>>,
  differences: readonly IntendedDifference[],
): Readonly<Record<string, Json>> {
  const result = structuredClone(objects) as Record<string, Json>; // a copy of our own to change
  for (const difference of differences) {
    const keys = Object.keys(result).filter((key) => isMeant(key, difference.object));
    if (keys.length === 0) throw new Error(`not recorded: ${difference.object}`);
    for (const key of keys) {
      if (difference.path === undefined) Reflect.deleteProperty(result, key);
      else removePath(result[key], difference.path);
    }
  }
  return result;
}

function isMeant(key: string, pattern: string): boolean {
  return pattern.endsWith("*") ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}

function removePath(root: unknown, path: string): void {
  const fields = path.split("/").slice(1);
  const last = fields.pop() ?? "";
  const parent = fields.reduce<unknown>((value, field) => (value as Json | undefined)?.[field], root); // absent: refused below
  if (typeof parent !== "object" || parent === null || !Reflect.deleteProperty(requireField(parent, last), last)) {
    throw new Error(`not recorded: ${path}`);
  }
}

function requireField(parent: object, field: string): object {
  if (!Object.hasOwn(parent, field)) throw new Error(`not recorded: ${field}`);
  return parent;
}
