import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cluster } from "../cluster/cluster.ts";
import { adminEntry, writeKubeconfig } from "../cluster/kubeconfig-file.ts";
import { rawCreate, rawList, rawRequest } from "../cluster/raw-client.ts";
import { relayTo, startRelayProcess, throughRelay } from "../cluster/relay.ts";
import { type ClusterSet, startClusters } from "../cluster/start.ts";
import { fillWithTenTypes, tenTypes } from "./ten-types.ts";

const bin = fileURLToPath(new URL("../../bin/fedctl.js", import.meta.url));

export interface BareWrite {
  readonly path: string;
  readonly body: unknown;
}

/** Two clusters with KubeFed on the first and a namespace full of ConfigMaps, reachable at once and over a long way. */
export interface BenchClusters extends AsyncDisposable {
  readonly folder: string;
  /** Environment of a command that reaches the clusters with this round trip: 0 or the one that was asked for. */
  env(rttMs: number): NodeJS.ProcessEnv;
  /** Takes what a join made away again. */
  unjoin(name: string): Promise<void>;
  /** What `federate --contents` has written, as input of the bare writer. */
  bareWrites(namespace: string, rttMs: number): Promise<BareInput>;
  /** Deletes the federated objects of a namespace. */
  removeFederated(namespace: string): Promise<void>;
  /** Makes a namespace with one object of each of ten types that are not enabled. */
  fillWithTenTypes(namespace: string): Promise<void>;
  /** Has these types not enabled any more. */
  disableTenTypes(): void;
}

export interface BareInput {
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly writes: readonly BareWrite[];
}

interface BenchOptions {
  readonly folder: string;
  readonly namespace: string;
  readonly objects: number;
  readonly rttMs: number;
}

export async function startBenchClusters({ folder, namespace, objects, rttMs }: BenchOptions): Promise<BenchClusters> {
  const set = await startClusters(["earth", "vulcan"]);
  const relays = await Promise.all(set.clusters.map((cluster) => startRelayProcess(relayTo(cluster, rttMs))));
  const far = set.clusters.map((cluster, index) => {
    const relay = relays[index];
    if (relay === undefined) throw new Error("internal: a relay for each cluster");
    return throughRelay(cluster, relay);
  });
  const farKubeconfig = join(folder, "far-kubeconfig");
  await writeKubeconfig(farKubeconfig, far.map(adminEntry));
  const env = (rtt: number): NodeJS.ProcessEnv => ({
    ...process.env,
    KUBECONFIG: rtt === 0 ? set.kubeconfigPath : farKubeconfig,
  });
  const run = (...args: readonly string[]): void => {
    runFedctl(args, env(0));
  };
  run("install", "--host-cluster-context", "earth");
  const earth = set.cluster("earth");
  await fillNamespace(earth, namespace, objects);
  return {
    folder,
    env,
    unjoin: async (name) => {
      run("unjoin", name, "--host-cluster-context", "earth");
      return Promise.resolve();
    },
    bareWrites: async (of, rtt) => {
      const { caPem: ca, adminCertificatePem: cert, adminKeyPem: key } = earth;
      const server = rtt === 0 ? earth.server : (far[0]?.server ?? earth.server);
      return { server, ca, cert, key, writes: await readWrites(earth, of) };
    },
    removeFederated: (of) => removeFederated(earth, of),
    fillWithTenTypes: (of) => fillWithTenTypes(earth, of),
    disableTenTypes: () => {
      run("disable", ...tenTypes, "--delete-crd", "--instances=delete", "--host-cluster-context", "earth");
    },
    [Symbol.asyncDispose]: () => stopAll(set, relays),
  };
}

async function stopAll(set: ClusterSet, relays: readonly { stop(): Promise<void> }[]): Promise<void> {
  await Promise.all(relays.map((relay) => relay.stop()));
  await set.stop();
}

function runFedctl(args: readonly string[], env: NodeJS.ProcessEnv): void {
  const { status, stderr } = spawnSync(process.execPath, [bin, ...args], { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`fedctl ${args.join(" ")}: ${stderr}`);
}

/** ConfigMaps of about 600 bytes, as settings usually are. */
async function fillNamespace(cluster: Cluster, namespace: string, objects: number): Promise<void> {
  await rawCreate(cluster, "/api/v1/namespaces", { metadata: { name: namespace } });
  const data = { "settings.properties": "key=value\n".repeat(50) };
  const names = Array.from({ length: objects }, (_, index) => `settings-${String(index).padStart(5, "0")}`);
  for (let start = 0; start < names.length; start += 50) {
    const batch = names.slice(start, start + 50);
    await Promise.all(
      batch.map((name) =>
        rawCreate(cluster, `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name }, data }),
      ),
    );
  }
}

const federatedPath = (namespace: string, plural: string): string =>
  `/apis/types.kubefed.io/v1beta1/namespaces/${namespace}/${plural}`;

interface Listed {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: unknown;
}

/** The namespace comes first, as it has to. */
async function readWrites(cluster: Cluster, namespace: string): Promise<BareWrite[]> {
  const kinds = { federatednamespaces: "FederatedNamespace", federatedconfigmaps: "FederatedConfigMap" };
  const writes: BareWrite[] = [];
  for (const [plural, kind] of Object.entries(kinds)) {
    const path = federatedPath(namespace, plural);
    for (const { metadata, spec } of await rawList<Listed>(cluster, path)) {
      const { name } = metadata;
      writes.push({
        path,
        body: { apiVersion: "types.kubefed.io/v1beta1", kind, metadata: { name, namespace }, spec },
      });
    }
  }
  return writes;
}

/** A reference CLI also federates the ServiceAccount `default`. */
async function removeFederated(cluster: Cluster, namespace: string): Promise<void> {
  for (const plural of ["federatednamespaces", "federatedconfigmaps", "federatedserviceaccounts"]) {
    const path = federatedPath(namespace, plural);
    const { status, text } = await rawRequest(cluster, { method: "DELETE", path });
    if (status !== 200) throw new Error(`cannot delete ${path}: ${text}`);
  }
}
