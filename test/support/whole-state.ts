import { setTimeout as delay } from "node:timers/promises";
import { hasCode } from "../../src/errors.ts";
import type { KubeObject } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { rawDelete } from "../cluster/raw-client.ts";
import { readState } from "./cluster-state.ts";

/** All that several clusters hold, without what differs between two runs that do the same: by cluster and key of an object. */
export type WholeState = ReadonlyMap<string, string>;

/** Reads the clusters whole. */
export async function readWhole(clusters: readonly ClusterDetails[]): Promise<WholeState> {
  const states = await Promise.all(
    clusters.map(async (cluster) =>
      [...(await readSettled(cluster))].map(([key, object]) => [`${cluster.name} ${key}`, describe(object)] as const),
    ),
  );
  const whole = new Map<string, string>();
  for (const [key, text] of states.flat().sort()) {
    // Two that differ in the suffix alone stay two.
    for (let name = withoutSuffix(key); ; name += "'") {
      if (whole.has(name)) continue;
      whole.set(name, text);
      break;
    }
  }
  return whole;
}

/** Of credentials: it is made from the UID of the control plane. */
function withoutSuffix(text: string): string {
  return text.replace(/(\bvulcan-)[bcdfghjklmnpqrstvwxz2456789]{5}(?![\w-])/g, "$1XXXXX");
}

/** A type that has just gone is still discovered for a moment. */
async function readSettled(cluster: ClusterDetails): ReturnType<typeof readState> {
  for (const end = Date.now() + 20_000; ;) {
    try {
      return await readState(cluster);
    } catch (error) {
      if (!hasCode(error, "ServerNotFound") || Date.now() > end) throw error;
      await delay(100);
    }
  }
}

const uuid = /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const time = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
const ofTheServer = ["managedFields", "resourceVersion", "generation", "creationTimestamp"];

function describe(object: KubeObject): string {
  const text = JSON.stringify(object, (field, value: unknown) => {
    if (ofTheServer.includes(field)) return undefined;
    return field === "token" ? "<token>" : value;
  });
  return withoutSuffix(text).replace(uuid, "<uid>").replace(time, "<time>");
}

/** What is in one of two states alone, or other in it: `+ key`, `- key`, `~ key: before -> after`. */
export function differences(before: WholeState, after: WholeState): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key) => {
    const [one, other] = [before.get(key), after.get(key)];
    if (one === other) return [];
    if (one === undefined) return [`+ ${key}`];
    return other === undefined ? [`- ${key}`] : [`~ ${key}: ${one} -> ${other}`];
  });
}

/** What Kubernetes' controllers do with a change takes a moment: waits, and gives the differences that stay. */
export async function stayingDifferences(
  clusters: readonly ClusterDetails[],
  wanted: WholeState,
  counts: (line: string) => boolean = () => true,
): Promise<string[]> {
  for (const end = Date.now() + 20_000; ;) {
    const found = differences(wanted, await readWhole(clusters)).filter(counts);
    if (found.length === 0 || Date.now() > end) return found;
    await delay(100);
  }
}

/** Deletes what is there and was not, CRDs and namespaces last. @throws when anything differs then */
export async function returnTo(clusters: readonly ClusterDetails[], wanted: WholeState): Promise<void> {
  const made = differences(wanted, await readWhole(clusters)).flatMap((line) => (line.startsWith("+ ") ? [line] : []));
  const isLast = (line: string): boolean => /\/(customresourcedefinitions|namespaces) /.test(line);
  for (const lines of [made.filter((line) => !isLast(line)), made.filter(isLast)]) {
    await Promise.all(lines.map((line) => remove(clusters, line.slice(2))));
  }
  const left = await stayingDifferences(clusters, wanted);
  if (left.length > 0) throw new Error(`cannot return to the state before: ${left.join("\n")}`);
}

async function remove(clusters: readonly ClusterDetails[], key: string): Promise<void> {
  const [name, type = "", object = ""] = key.split(" ");
  const cluster = clusters.find((each) => each.name === name);
  const [namespace, objectName = ""] = object.split("/");
  const [plural = "", ...version] = type.split("/").reverse();
  const root = version.length === 1 ? `/api/${version.join("")}` : `/apis/${version.reverse().join("/")}`;
  // What the server keeps by itself goes with what it is kept for.
  if (cluster === undefined || plural === "apiservices") return;
  await rawDelete(
    cluster,
    `${root}${namespace === "" ? "" : `/namespaces/${namespace ?? ""}`}/${plural}/${objectName}`,
  );
}
