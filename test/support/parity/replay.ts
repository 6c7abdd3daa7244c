import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { ClusterSet } from "../../cluster/start.ts";
import { type ClusterState, readState } from "../cluster-state.ts";
import type { CliResult } from "../fedctl.ts";
import { type Json, toJson } from "./json.ts";
import { maskObject, maskObjects, type Servers } from "./masks.ts";
import type { Recording } from "./recordings.ts";
import { callCli, prepare } from "./steps.ts";

export type Objects = Readonly<Record<string, Json>>;

/** By cluster: what is otherwise than before the first call, `null` for what is gone. */
export type Changes = Readonly<Record<string, Objects>>;

export interface Replay {
  readonly runs: readonly CliResult[];
  /** Reads both clusters anew: namespaces and tokens go and come a while after a command ended. */
  readonly changes: () => Promise<Changes>;
}

/** Does on two fresh clusters what a recording did, with the built program in kubefedctl's place. */
export async function replay({ steps }: Recording, set: ClusterSet): Promise<Replay> {
  const cwd = join(set.root, "work");
  await mkdir(cwd);
  const stage = { kubeconfigPath: set.kubeconfigPath, cwd };
  const runs: CliResult[] = [];
  let before: States | undefined;
  for (const step of steps) {
    const [verb, ...args] = step;
    if (verb === "ctl") {
      before ??= await readSettled(set);
      runs.push(await callCli(args, stage));
    } else await prepare(step, stage);
  }
  const start = before ?? (await readSettled(set));
  return { runs, changes: async () => compare(start, await readAll(set), serversOf(set)) };
}

/** The servers as masks name them. */
export function serversOf(set: ClusterSet): Servers {
  return Object.fromEntries(set.clusters.map(({ name, server }) => [name, server]));
}

type States = Readonly<Record<string, ClusterState>>;

export async function readAll(set: ClusterSet): Promise<States> {
  const states = set.clusters.map(async ({ name, details }) => [name, await readState(details)] as const);
  return Object.fromEntries(await Promise.all(states));
}

/** Both clusters once their controllers have come to rest. */
export async function readSettled(set: ClusterSet): Promise<States> {
  let earlier = await readAll(set);
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    await sleep(500);
    const state = await readAll(set);
    if (isDeepStrictEqual(versions(earlier), versions(state))) return state;
    earlier = state;
  }
  throw new Error("the clusters did not come to rest");
}

function versions(states: States): unknown {
  return Object.values(states).map((state) =>
    [...state].map(([key, { metadata }]) => `${key} ${metadata?.resourceVersion ?? ""}`),
  );
}

export function compare(before: States, after: States, servers: Servers): Changes {
  const changes = Object.keys(before).map((cluster): [string, Objects] => {
    const [old, now] = [before[cluster] ?? new Map(), after[cluster] ?? new Map()] as const;
    return [cluster, maskObjects(changed(old, now, servers), servers)];
  });
  return Object.fromEntries(changes.filter(([, objects]) => Object.keys(objects).length > 0));
}

function changed(before: ClusterState, after: ClusterState, servers: Servers): Record<string, Json> {
  const result: Record<string, Json> = {};
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before, after].map((state) => masked(state, key, servers));
    if (!isDeepStrictEqual(old, now)) result[key] = now ?? null;
  }
  return result;
}

function masked(state: ClusterState, key: string, servers: Servers): Json | undefined {
  const object = state.get(key);
  return object === undefined ? undefined : maskObject(toJson(object) as Readonly<Record<string, Json>>, servers);
}
