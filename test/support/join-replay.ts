import { parseArgs } from "node:util";
import type { KubeObject } from "../../src/kube/objects.ts";
import type { ClusterPair } from "./cluster-pair.ts";
import { type ClusterState, readState } from "./cluster-state.ts";
import { type Federation, openFederation } from "./federation.ts";
import { type IntendedDifference, loadRecording, type Recording } from "./recordings.ts";

const recordedNamespace = "kube-federation-system";
/** Where the clusters were when kubefedctl was recorded. */
const recordedServers = { earth: /https:\/\/127\.0\.0\.1:16440\b/g, vulcan: /https:\/\/127\.0\.0\.1:16450\b/g };
const clusters = ["earth", "vulcan"] as const;

type Objects = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface JoinReplay {
  /** For each call of the CLI: whether it succeeded. */
  readonly succeeded: readonly boolean[];
  /** By cluster: what there is at the end and was not there before. */
  readonly state: () => Promise<Readonly<Record<string, Objects>>>;
  /** What was there before the first call and is no more. */
  readonly gone: () => Promise<readonly string[]>;
}

/** A recording of join or unjoin as it is for another control plane and other servers. */
export async function loadJoinRecording(name: string, pair: ClusterPair, namespace: string): Promise<Recording> {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const text = JSON.stringify(await loadRecording(name, "demo"))
    .replaceAll(recordedNamespace, namespace)
    .replaceAll(base64(recordedNamespace), base64(namespace))
    .replace(recordedServers.earth, pair.earth.server)
    .replace(recordedServers.vulcan, pair.vulcan.server);
  return JSON.parse(text) as Recording; // of the same shape as before
}

/** Does on two clusters what the recording did, through the core. */
export async function replayJoin(recording: Recording, pair: ClusterPair, namespace: string): Promise<JoinReplay> {
  const federation = await openFederation({ kubeconfigPath: pair.kubeconfigPath, namespace });
  const before = await readBoth(pair);
  const succeeded: boolean[] = [];
  for (const [verb, ...rest] of recording.steps) {
    if (verb === "ctl") succeeded.push(await runCall(rest, federation));
    else if (verb !== "chart") throw new Error(`unknown step ${verb ?? ""}`);
  }
  const state = async (): Promise<Readonly<Record<string, Objects>>> => {
    const after = await readBoth(pair);
    return Object.fromEntries(clusters.map((name) => [name, newObjects(before[name], after[name])]));
  };
  const gone = async (): Promise<readonly string[]> => {
    const after = await readBoth(pair);
    return clusters.flatMap((name) => [...before[name].keys()].filter((key) => !after[name].has(key)));
  };
  return { succeeded, state, gone };
}

type Both = Readonly<Record<(typeof clusters)[number], ClusterState>>;

async function readBoth({ earth, vulcan }: ClusterPair): Promise<Both> {
  const [ofEarth, ofVulcan] = await Promise.all([readState(earth), readState(vulcan)]);
  return { earth: ofEarth, vulcan: ofVulcan };
}

async function runCall([verb, ...args]: readonly string[], federation: Federation): Promise<boolean> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      "cluster-context": { type: "string" },
      "host-cluster-context": { type: "string" },
      "host-cluster-name": { type: "string" },
      "secret-name": { type: "string" },
      "kubefed-namespace": { type: "string" },
      "error-on-existing": { type: "string" },
      "dry-run": { type: "boolean" },
      force: { type: "boolean" },
      v: { type: "string" },
    },
  });
  const [clusterName] = positionals;
  // Arguments that are missing are the business of the command line, and tested there.
  if (clusterName === undefined) return false;
  const common = {
    clusterContext: values["cluster-context"],
    hostClusterContext: values["host-cluster-context"],
    hostClusterName: values["host-cluster-name"],
    kubefedNamespace: values["kubefed-namespace"] ?? federation.namespace,
    dryRun: values["dry-run"] ?? false,
  };
  const errorOnExisting = values["error-on-existing"] !== "false";
  const { error } =
    verb === "join"
      ? await federation.join(clusterName, { ...common, secretName: values["secret-name"], errorOnExisting })
      : await federation.unjoin(clusterName, { ...common, force: values.force ?? false });
  return error === undefined;
}

/** Keyed, masked and reduced as in the recordings; the same name twice gets a prime. */
function newObjects(before: ClusterState, after: ClusterState): Objects {
  const made = [...after].filter(([key]) => !before.has(key)).sort();
  const result: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [key, object] of made) {
    const masked = JSON.parse(mask(object)) as Readonly<Record<string, unknown>>; // it was an object
    const name = generatedName.test(nameIn(masked)) ? key.replace(/[^-]+$/, "XXXXX") : key;
    result[name in result ? `${name}'` : name] = masked;
  }
  return result;
}

const generatedName = /-XXXXX$/;
const nameIn = (object: KubeObject): string => object.metadata?.name ?? "";
const keptMetadata = ["name", "generateName", "namespace", "labels", "annotations", "finalizers", "ownerReferences"];

function mask({ metadata, ...object }: KubeObject): string {
  const isBuiltIn = !(object.apiVersion ?? "").includes("kubefed");
  return JSON.stringify({ ...object, metadata }, (field, value: unknown) => {
    switch (field) {
      case "apiVersion":
      case "kind":
        // Recorded from lists, where the server leaves them out.
        return isBuiltIn && value === object[field] ? undefined : value;
      case "metadata":
        return reduceMetadata(value);
      case "token":
        return "<token>";
      case "ca.crt":
      case "caBundle":
        return "<ca>";
      case "secretRef":
        return { name: maskSuffix((value as { name: string }).name) }; // of a KubeFedCluster
      default:
        return value;
    }
  });
}

function reduceMetadata(value: unknown): unknown {
  const metadata = Object.entries(value ?? {}).flatMap(([field, content]: [string, unknown]) => {
    if (!keptMetadata.includes(field)) return [];
    if (field === "name") return [[field, maskSuffix(String(content))] as const];
    if (field !== "labels" && field !== "annotations") return [[field, content] as const];
    const foreign = Object.entries(content ?? {}).filter(([key]) => !isOwnMark(key) && key !== tokenOwnerUid);
    return foreign.length === 0 ? [] : [[field, Object.fromEntries(foreign)] as const];
  });
  return Object.fromEntries(metadata);
}

/** A UID, which the recordings leave out. */
const tokenOwnerUid = "kubernetes.io/service-account.uid";

/** Intended difference 1 of the recordings' README: fedctl marks what it makes. */
function isOwnMark(key: string): boolean {
  return key === "app.kubernetes.io/managed-by" || key.startsWith("fedctl.");
}

/** Letters and digits of the server's own random suffixes. */
function maskSuffix(name: string): string {
  return name.replace(/-[bcdfghjklmnpqrstvwxz2456789]{5}$/, "-XXXXX");
}

/** What fedctl does otherwise on purpose, by recording and cluster: decision 0011. */
export function joinDifferences(recording: string, namespace: string): Readonly<Record<string, IntendedDifference[]>> {
  if (recording !== "join_twice") return {};
  return {
    earth: [{ object: `v1/secrets ${namespace}/vulcan-XXXXX'`, reason: "no second credential piles up (B-JN3)" }],
  };
}
