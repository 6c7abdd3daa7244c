import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeApi, ResourceType } from "../../src/kube/kube-api.ts";
import type { UnknownObject } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { adminEntry, writeKubeconfig } from "../cluster/kubeconfig-file.ts";
import { rawGet, rawRequest } from "../cluster/raw-client.ts";
import { relayTo, startRelayProcess, throughRelay } from "../cluster/relay.ts";
import { startClusters } from "../cluster/start.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { type CommandLine, measure, type Run } from "./measure.ts";

const core = { group: "", version: "v1" };
const federated = { group: "types.kubefed.io", version: "v1beta1", namespaced: true };
const namespaceType: ResourceType = { ...core, kind: "Namespace", plural: "namespaces", namespaced: false };
const federatedNamespaces: ResourceType = { ...federated, kind: "FederatedNamespace", plural: "federatednamespaces" };
const federatedConfigMaps: ResourceType = { ...federated, kind: "FederatedConfigMap", plural: "federatedconfigmaps" };
/** ConfigMaps of about 600 bytes, as settings usually are. */
const data = { "settings.properties": "key=value\n".repeat(50) };
const namespacePrefix = "bench";

export interface PropagationBench {
  readonly folder: string;
  readonly fedctl: (...args: readonly string[]) => CommandLine;
}

/** What is to be propagated: so many FederatedConfigMaps, in a namespace of their own. */
export interface Propagation {
  readonly namespace: string;
  readonly objects: number;
  readonly members: readonly ClusterDetails[];
}

export interface PropagationClusters extends AsyncDisposable {
  /** A kubeconfig whose current context is the host's. */
  readonly kubeconfigPath: string;
  /** fedctl on these clusters. */
  command(...args: readonly string[]): CommandLine;
  /** Federates to the first so many members; their namespaces are there, and nothing else is. */
  federate(amount: Amount): Promise<Propagation>;
  /** Takes all of it away, without anything that would propagate that. */
  clear(propagation: Propagation): Promise<void>;
  /** Input of the bare client, as a file: the same writes. */
  bareInput(propagation: Propagation): string;
  /** Resolves when all copies and all version records are there, with the time since the first. */
  propagated(propagation: Propagation): Promise<number>;
}

export interface Amount {
  readonly objects: number;
  readonly members: number;
}

interface Options {
  readonly members: readonly string[];
  /** Of the way to each member. */
  readonly rttMs: number;
}

/** A host cluster with a control plane, and its members, joined. */
export async function openPropagationClusters(bench: PropagationBench, options: Options): Promise<PropagationClusters> {
  const set = await startClusters(["earth", ...options.members]);
  const host = set.cluster("earth").details;
  const near = options.members.map((name) => set.cluster(name).details);
  const relays =
    options.rttMs === 0
      ? []
      : await Promise.all(near.map((member) => startRelayProcess(relayTo(member, options.rttMs))));
  const members = near.map((member, index) => {
    const relay = relays[index];
    return relay === undefined ? member : throughRelay(member, relay);
  });
  const kubeconfigPath = join(set.root, "bench-kubeconfig");
  await writeKubeconfig(kubeconfigPath, [host, ...members].map(adminEntry));
  const env = { ...process.env, KUBECONFIG: kubeconfigPath };
  const command = (...args: readonly string[]): CommandLine => ({ ...bench.fedctl(...args), env });
  await measure(command("install"));
  for (const { name } of members) await measure(command("join", name));
  const { api } = connectTo(host);
  let made = 0;
  return {
    kubeconfigPath,
    command,
    federate: async (amount) => {
      made += 1;
      const namespace = `${namespacePrefix}-${made}`;
      const propagation = { namespace, objects: amount.objects, members: members.slice(0, amount.members) };
      await federateAll({ api, run: (...args) => measure(command(...args)) }, propagation);
      return propagation;
    },
    clear: (propagation) => clear(api, host, propagation),
    bareInput: (propagation) => writeInput(bench, host, propagation),
    propagated: (propagation) => propagated(host, propagation),
    [Symbol.asyncDispose]: async () => {
      api.close();
      await Promise.all(relays.map((relay) => relay.stop()));
      await set.stop();
    },
  };
}

interface Host {
  readonly api: KubeApi;
  readonly run: (...args: readonly string[]) => Promise<Run>;
}

async function federateAll({ api, run }: Host, propagation: Propagation): Promise<void> {
  const { namespace, members } = propagation;
  const placement = { clusters: members.map(({ name }) => ({ name })) };
  await api.create<UnknownObject>(namespaceType, { metadata: { name: namespace } });
  await api.create<UnknownObject>(federatedNamespaces, {
    metadata: { name: namespace, namespace },
    spec: { placement },
  });
  await run("sync", "namespaces", "-n", namespace);
  await Promise.all(
    namesOf(propagation).map((name) =>
      api.create<UnknownObject>(federatedConfigMaps, {
        metadata: { name, namespace },
        spec: { template: { data }, placement },
      }),
    ),
  );
}

function namesOf({ objects }: Propagation): readonly string[] {
  return Array.from({ length: objects }, (_, index) => `settings-${String(index).padStart(5, "0")}`);
}

async function clear(api: KubeApi, host: ClusterDetails, propagation: Propagation): Promise<void> {
  const { namespace, members } = propagation;
  const versions = `/apis/core.kubefed.io/v1alpha1/namespaces/${namespace}/propagatedversions`;
  await remove(host, `/apis/types.kubefed.io/v1beta1/namespaces/${namespace}/federatedconfigmaps`);
  await Promise.all(
    namesOf(propagation).map((name) =>
      api.patch(
        { type: federatedConfigMaps, namespace, name },
        { type: "merge", body: { metadata: { finalizers: null } } },
      ),
    ),
  );
  await remove(host, versions);
  for (const member of members) await remove(member, `/api/v1/namespaces/${namespace}/configmaps`);
}

async function remove(cluster: ClusterDetails, path: string): Promise<void> {
  const { status, text } = await rawRequest(cluster, { method: "DELETE", path });
  if (status !== 200) throw new Error(`cannot delete ${path}: ${text}`);
}

function writeInput(bench: PropagationBench, host: ClusterDetails, propagation: Propagation): string {
  const path = join(bench.folder, "propagation.json");
  const { namespace, members } = propagation;
  const input = { host: accessTo(host), members: members.map(accessTo), namespace, names: namesOf(propagation), data };
  writeFileSync(path, JSON.stringify(input));
  return path;
}

function accessTo({ server, caPem: ca, adminCertificatePem: cert, adminKeyPem: key }: ClusterDetails) {
  return { server, ca, cert, key };
}

const pollMs = 50;

async function propagated(host: ClusterDetails, { namespace, members, objects }: Propagation): Promise<number> {
  const versions = `/apis/core.kubefed.io/v1alpha1/namespaces/${namespace}/propagatedversions`;
  let firstMs: number | undefined;
  for (;;) {
    // Each namespace has the authority of its cluster besides.
    const copies = members.map((member) => count(member, `/api/v1/namespaces/${namespace}/configmaps`, 1));
    const counts = await Promise.all([...copies, count(host, versions, 0)]);
    if (firstMs === undefined && counts.some((number) => number > 0)) firstMs = performance.now();
    if (counts.every((number) => number >= objects)) return (performance.now() - (firstMs ?? 0)) / 1000;
    await sleep(pollMs);
  }
}

interface ListHead {
  readonly items: readonly unknown[];
  readonly metadata: { readonly remainingItemCount?: number };
}

/** Of a collection, without reading it. */
async function count(cluster: ClusterDetails, path: string, others: number): Promise<number> {
  const list = await rawGet<ListHead>(cluster, `${path}?limit=1`);
  return (list?.items.length ?? 0) + (list?.metadata.remainingItemCount ?? 0) - others;
}
