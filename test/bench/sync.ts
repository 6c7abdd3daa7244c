import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ClusterDetails } from "../cluster/details.ts";
import { rawCreate, rawList, rawRequest } from "../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../cluster/start.ts";
import type { Row } from "./bench.ts";
import { type CommandLine, measure, type Run, summarise } from "./measure.ts";

const bareSync = fileURLToPath(new URL("bare-sync.mjs", import.meta.url));
const namespace = "bench";
const federatedPath = `/apis/types.kubefed.io/v1beta1/namespaces/${namespace}/federatedconfigmaps`;
const copiesPath = `/api/v1/namespaces/${namespace}/configmaps`;
/** ConfigMaps of about 600 bytes, as settings usually are. */
const data = { "settings.properties": "key=value\n".repeat(50) };
/** Of KubeFed's controller, measured into one member over loopback. */
const originalRate = 20;
const memberNames = ["vulcan", "romulus"];

export interface SyncBench {
  readonly folder: string;
  readonly runs: number;
  readonly objects: number;
  readonly fedctl: (...args: readonly string[]) => CommandLine;
}

/** A first propagation of many objects to one and to two members, beside the same writes and nothing else. */
export async function syncRows(bench: SyncBench): Promise<readonly Row[]> {
  await using set = await openClusters(bench);
  const rows: Row[] = [];
  for (const members of [memberNames.slice(0, 1), memberNames]) {
    const clusters = members.map((name) => set.cluster(name).details);
    await run(bench, set, "join", members.at(-1) ?? "");
    await run(bench, set, "sync", "namespaces");
    rows.push(await syncRow(bench, set, clusters));
  }
  rows.push(await idleRow(bench, set));
  return rows;
}

type Clusters = ClusterSet & AsyncDisposable;

async function openClusters(bench: SyncBench): Promise<Clusters> {
  const set = await startClusters(["earth", ...memberNames]);
  await run(bench, set, "install");
  const earth = set.cluster("earth").details;
  await rawCreate(earth, "/api/v1/namespaces", { metadata: { name: namespace } });
  await rawCreate(earth, federatedPath.replace("federatedconfigmaps", "federatednamespaces"), {
    apiVersion: "types.kubefed.io/v1beta1",
    kind: "FederatedNamespace",
    metadata: { name: namespace, namespace },
    spec: { placement: { clusterSelector: {} } },
  });
  return Object.assign(set, { [Symbol.asyncDispose]: () => set.stop() });
}

async function run({ fedctl }: SyncBench, set: ClusterSet, ...args: readonly string[]): Promise<Run> {
  const env = { ...process.env, KUBECONFIG: set.kubeconfigPath };
  return measure({ ...fedctl(...args, "--host-cluster-context", "earth"), env });
}

async function syncRow(bench: SyncBench, set: ClusterSet, members: readonly ClusterDetails[]): Promise<Row> {
  const earth = set.cluster("earth").details;
  const [own, bare]: [Run[], Run[]] = [[], []];
  for (let times = Math.max(3, Math.ceil(bench.runs / 2)); times > 0; times -= 1) {
    await federateAll(earth, bench.objects);
    bare.push(await measure({ command: process.execPath, args: [bareSync, await writeInput(bench, earth, members)] }));
    await clear(earth, members);
    await federateAll(earth, bench.objects);
    own.push(await run(bench, set, "sync", "configmaps"));
    // The last is left in place, for a pass that finds nothing to do.
    if (times > 1 || members.length === 1) await clear(earth, members);
  }
  const [ours, limit] = [summarise(own), summarise(bare)];
  const rate = bench.objects / ours.seconds.median;
  return {
    what: `sync ${bench.objects} ConfigMaps to ${members.length} (${rate.toFixed(0)}/s)`,
    fedctl: ours,
    bare: limit,
    reach: `<= 1.3 x bare limit, >= ${5 * originalRate}/s`,
    reached: ours.seconds.median <= 1.3 * limit.seconds.median && rate >= 5 * originalRate,
  };
}

async function idleRow(bench: SyncBench, set: ClusterSet): Promise<Row> {
  const times: Run[] = [];
  let writes = 0;
  // Clearing took the namespace's version record along.
  await run(bench, set, "sync", "namespaces");
  for (let turn = 0; turn < 3; turn += 1) {
    const idle = await run(bench, set, "sync", "-v", "6");
    writes += (idle.stderr.match(/^(POST|PUT|PATCH|DELETE) /gm) ?? []).length;
    times.push(idle);
  }
  return {
    what: `sync of what is in place (${writes} writes)`,
    fedctl: summarise(times),
    reach: "no write",
    reached: writes === 0,
  };
}

function nameOf(index: number): string {
  return `settings-${String(index).padStart(5, "0")}`;
}

async function federateAll(earth: ClusterDetails, objects: number): Promise<void> {
  for (let start = 0; start < objects; start += 50) {
    const batch = Array.from({ length: Math.min(50, objects - start) }, (_, index) => nameOf(start + index));
    await Promise.all(
      batch.map((name) =>
        rawCreate(earth, federatedPath, {
          apiVersion: "types.kubefed.io/v1beta1",
          kind: "FederatedConfigMap",
          metadata: { name, namespace },
          spec: { template: { data }, placement: { clusterSelector: {} } },
        }),
      ),
    );
  }
}

async function writeInput(
  { folder, objects }: SyncBench,
  earth: ClusterDetails,
  members: readonly ClusterDetails[],
): Promise<string> {
  const access = ({ server, caPem: ca, adminCertificatePem: cert, adminKeyPem: key }: ClusterDetails) => ({
    server,
    ca,
    cert,
    key,
  });
  const names = Array.from({ length: objects }, (_, index) => nameOf(index));
  const path = join(folder, "sync.json");
  const input = { host: access(earth), members: members.map(access), namespace, names, data };
  writeFileSync(path, JSON.stringify(input));
  return Promise.resolve(path);
}

/** Nothing propagates it away: the finalizers go by hand. */
async function clear(earth: ClusterDetails, members: readonly ClusterDetails[]): Promise<void> {
  const versions = `/apis/core.kubefed.io/v1alpha1/namespaces/${namespace}/propagatedversions`;
  const held = await rawList<{ metadata: { name: string } }>(earth, federatedPath);
  await remove(earth, federatedPath);
  for (let start = 0; start < held.length; start += 50) {
    const batch = held.slice(start, start + 50);
    await Promise.all(
      batch.map(({ metadata }) =>
        rawRequest(earth, {
          method: "PATCH",
          path: `${federatedPath}/${metadata.name}`,
          body: { metadata: { finalizers: null } },
        }),
      ),
    );
  }
  await remove(earth, versions);
  for (const member of members) await remove(member, `${copiesPath}?labelSelector=kubefed.io%2Fmanaged%3Dtrue`);
}

async function remove(cluster: ClusterDetails, path: string): Promise<void> {
  const { status, text } = await rawRequest(cluster, { method: "DELETE", path });
  if (status !== 200) throw new Error(`cannot delete ${path}: ${text}`);
}
