import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { KubeApi, ResourceType } from "../../src/kube/kube-api.ts";
import type { UnknownObject } from "../../src/kube/objects.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { type ClusterSet, startClusters } from "../cluster/start.ts";

/**
 * What `fedctl controller` costs: propagating, idle, and started with all in place.
 * `tsx test/bench/controller.ts [objects, 10000] [idle seconds, 60]`
 */
const [objects = 10_000, idleSeconds = 60] = process.argv.slice(2).map(Number);
const bin = fileURLToPath(new URL("../../bin/fedctl.js", import.meta.url));
const namespace = "bench";
const types = { group: "types.kubefed.io", version: "v1beta1", namespaced: true };
const federatedConfigMaps: ResourceType = { ...types, kind: "FederatedConfigMap", plural: "federatedconfigmaps" };
const federatedNamespaces: ResourceType = { ...types, kind: "FederatedNamespace", plural: "federatednamespaces" };
const namespaces: ResourceType = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
};

await using set = await startClusters(["earth", "vulcan"]);
const env = { PATH: process.env["PATH"] ?? "", HOME: set.root, KUBECONFIG: set.kubeconfigPath };
for (const args of [["install"], ["join", "vulcan"]]) {
  const { status, stderr } = spawnSync(process.execPath, [bin, ...args], { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`fedctl ${args.join(" ")}: ${stderr}`);
}
const { api } = connectTo(set.cluster("earth").details);
await fill(api);

const first = await start(set);
const startedMs = performance.now();
await until(
  async () => (await metric(first, /^fedctl_cached_objects\{.*type="configmaps",cluster="vulcan"\} (\d+)/m)) >= objects,
);
await until(async () => (await metric(first, /^fedctl_queue_depth\{shard="0"\} (\d+)/m)) === 0);
const seconds = (performance.now() - startedMs) / 1_000;
report(
  `first propagation of ${objects} FederatedConfigMaps to one member`,
  `${seconds.toFixed(1)} s, ${(objects / seconds).toFixed(0)} objects/s`,
);
report("writes", await writes(first));
await sleep(5_000);
report("CPU for all of it", `${(await cpuSeconds(first)).toFixed(1)} s`);
await idle(first);
await stop(first);

const second = await start(set);
const againMs = performance.now();
await until(async () => (await sum(second, /^fedctl_reconciliations_total\{type="configmaps".*\} (\d+)/gm)) >= objects);
report("start with all in place, until all were looked at", `${((performance.now() - againMs) / 1_000).toFixed(1)} s`);
report("writes", await writes(second));
await idle(second);
await stop(second);

async function fill(host: KubeApi): Promise<void> {
  const placement = { clusters: [{ name: "vulcan" }] };
  await host.create(namespaces, { metadata: { name: namespace } });
  await host.create<UnknownObject>(federatedNamespaces, {
    metadata: { name: namespace, namespace },
    spec: { placement },
  });
  const names = Array.from({ length: objects }, (_, index) => `c${String(index).padStart(6, "0")}`);
  const startMs = performance.now();
  await Promise.all(
    names.map((name) =>
      host.create<UnknownObject>(federatedConfigMaps, {
        metadata: { name, namespace },
        spec: { template: { data: { value: name, text: "x".repeat(500) } }, placement },
      }),
    ),
  );
  report(`creating ${objects} FederatedConfigMaps`, `${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
}

interface Running {
  readonly child: ChildProcess;
  readonly metrics: string;
}

async function start({ root }: ClusterSet): Promise<Running> {
  const args = [bin, "controller", "--metrics-address", "127.0.0.1:0", "--health-address", "off"];
  const child = spawn(process.execPath, args, { env, cwd: root, stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-20_000);
  });
  for (;;) {
    const address = /"addresses":"([^"]+)"/.exec(log)?.[1];
    if (address !== undefined) return { child, metrics: `http://${address}/metrics` };
    if (child.exitCode !== null) throw new Error(log);
    await sleep(50);
  }
}

async function stop({ child }: Running): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

async function page({ metrics }: Running): Promise<string> {
  return (await fetch(metrics)).text();
}

async function metric(running: Running, pattern: RegExp): Promise<number> {
  return Number(pattern.exec(await page(running))?.[1] ?? Number.NaN);
}

async function sum(running: Running, pattern: RegExp): Promise<number> {
  return [...(await page(running)).matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);
}

async function writes(running: Running): Promise<string> {
  const lines = (await page(running)).matchAll(
    /^fedctl_writes_total\{cluster="(.*)",verb="(.*)",outcome="(.*)"\} (\d+)/gm,
  );
  const texts = [...lines].map(
    ([, cluster, verb, outcome, count]) => `${cluster || "host"} ${verb} ${outcome} ${count}`,
  );
  return texts.length === 0 ? "none" : texts.join(", ");
}

/** Of the process, user and system. Linux. */
async function cpuSeconds({ child }: Running): Promise<number> {
  const fields = (await readFile(`/proc/${child.pid}/stat`, "utf8")).replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function residentMegabytes({ child }: Running): Promise<number> {
  const text = await readFile(`/proc/${child.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(text)?.[1]) / 1_024;
}

async function idle(running: Running): Promise<void> {
  const before = await cpuSeconds(running);
  await sleep(idleSeconds * 1_000);
  const percent = ((await cpuSeconds(running)) - before) / idleSeconds;
  report(
    `idle for ${idleSeconds} s`,
    `${(percent * 100).toFixed(2)} % CPU, ${(await residentMegabytes(running)).toFixed(0)} MB resident`,
  );
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(250);
}

function report(what: string, result: string): void {
  console.log(`${what}: ${result}`);
}
