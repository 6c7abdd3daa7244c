import { type ChildProcess, spawn } from "node:child_process";
import { execPath } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { installKubeFed } from "../../src/federation/install/install.ts";
import type { KubeObject } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { writeKubeconfig } from "../cluster/kubeconfig-file.ts";
import { rawCreate, rawGet, rawPatch } from "../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../cluster/start.ts";
import { testClusters, type TestHome } from "../support/clusters.ts";
import { coreRun } from "../support/core-run.ts";
import {
  federateConfigMap,
  federateNamespace,
  inClusters,
  openEngineFederation,
  propagatedIn,
  until,
  valueIn,
} from "../support/engine-federation.ts";
import { runFedctl } from "../support/fedctl.ts";
import type { Federation } from "../support/federation.ts";
import { connectThrough } from "../support/kubeconfig-connection.ts";
import { adminEntry } from "../cluster/kubeconfig-file.ts";

const bin = fileURLToPath(new URL("../../bin/fedctl.js", import.meta.url));
const vulcanOnly = inClusters("vulcan");
let set: ClusterSet;
let earth: ClusterDetails;
let vulcan: ClusterDetails;
let federation: Federation;
let home: TestHome;

beforeAll(async () => {
  set = await startClusters(["earth", "vulcan"]);
  [earth, vulcan] = [set.cluster("earth").details, set.cluster("vulcan").details];
  federation = await openEngineFederation(set, ["vulcan"]);
  home = await testClusters().createHome(set.clusters.map(adminEntry));
});
afterAll(() => set.stop());

interface Running {
  readonly child: ChildProcess;
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly ended: Promise<number | null>;
  stdout(): string;
}

/** Any free ports for its endpoints; it is killed with the test. */
function start(more: readonly string[] = [], env: Readonly<Record<string, string>> = home.env): Running {
  const addresses = ["--metrics-address", "127.0.0.1:0", "--health-address", "127.0.0.1:0"];
  const child = spawn(execPath, [bin, "controller", ...addresses, ...more], { env, cwd: home.folder });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: Readonly<Record<string, unknown>>[] = [];
  let [rest, out] = ["", ""];
  child.stderr.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split("\n");
    rest = parts.pop() ?? "";
    // A line that is no JSON fails the test.
    for (const part of parts) lines.push(JSON.parse(part) as Readonly<Record<string, unknown>>);
  });
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, lines, ended, stdout: () => out };
}

const says = ({ lines }: Running, message: string) => lines.find((line) => line["message"] === message);
const isSaid = (running: Running, message: string) =>
  until(() => Promise.resolve(says(running, message) !== undefined));

async function addressesOf(running: Running): Promise<string[]> {
  await isSaid(running, "listening");
  return String(says(running, "listening")?.["addresses"]).split(", ");
}

describe("fedctl controller", () => {
  test("serves its health and its metrics, logs JSON lines, and ends on SIGTERM with nothing on stdout", async () => {
    const running = start();
    const [health = "", metrics = ""] = await addressesOf(running);
    const namespace = await federateNamespace(earth, vulcanOnly);
    await federateConfigMap(earth, { namespace, name: "a" }, { placement: vulcanOnly });
    await until(async () => (await valueIn(vulcan, { namespace, name: "a" })) === "1");
    expect(await (await fetch(`http://${health}/healthz`)).text()).toBe("ok\n");
    await until(async () => (await fetch(`http://${health}/readyz`)).status === 200);
    const page = await (await fetch(`http://${metrics}/metrics`)).text();
    expect(page).toContain('fedctl_leader{shard="0"} 1');
    expect(page).toContain('fedctl_cluster_ready{cluster="vulcan"} 1');
    expect(page).toMatch(/fedctl_writes_total\{cluster="vulcan",verb="create",outcome="ok"\} \d/);
    expect(page).toContain('fedctl_cached_objects{shard="0",type="configmaps",cluster=""} 1');
    expect((await fetch(`http://${health}/metrics`)).status).toBe(404);
    expect((await fetch(`http://${health}/healthz`, { method: "POST" })).status).toBe(405);
    running.child.kill("SIGTERM");
    expect(await running.ended).toBe(0);
    expect(running.stdout()).toBe("");
    expect(says(running, "stopped")).toBeDefined();
    const lease = await rawGet<{ spec: { holderIdentity: string } }>(
      earth,
      `/apis/coordination.k8s.io/v1/namespaces/${federation.namespace}/leases/fedctl-controller`,
    );
    expect(running.lines.filter(({ error }) => String(error).includes("interrupted"))).toEqual([]);
    // Given back, so that another can lead at once.
    expect(lease?.spec.holderIdentity).toBe("");
  });

  test("killed amid work and started again, it finishes", async () => {
    const namespace = await federateNamespace(earth, vulcanOnly);
    const names = Array.from({ length: 100 }, (_, index) => `c${index}`);
    const first = start();
    await Promise.all(names.map((name) => federateConfigMap(earth, { namespace, name }, { placement: vulcanOnly })));
    await isSaid(first, "leading");
    await sleep(300);
    first.child.kill("SIGKILL");
    await first.ended;
    const second = start();
    await until(async () => (await propagatedIn(earth, namespace)) === names.length, 90_000);
    second.child.kill("SIGTERM");
    expect(await second.ended).toBe(0);
  });

  test("works with the permissions that install --controller gives it, and no others", async () => {
    const { deps } = coreRun((context) => connectThrough(set.kubeconfigPath, context, new AbortController().signal));
    const options = { hostClusterContext: "earth", kubefedNamespace: federation.namespace, dryRun: false } as const;
    await installKubeFed(
      { ...options, scope: "Cluster", controller: { image: "example.com/fedctl:1", replicas: 1 } },
      deps,
    );
    const account = `/api/v1/namespaces/${federation.namespace}/serviceaccounts/fedctl-controller/token`;
    const { status } = await rawCreate<{ status: { token: string } }>(earth, account, { spec: {} });
    const kubeconfigPath = `${home.folder}/in-cluster`;
    await writeKubeconfig(kubeconfigPath, [{ ...adminEntry(earth), user: { token: status.token } }]);
    const running = start(["--kubeconfig", kubeconfigPath]);
    const namespace = await federateNamespace(earth, vulcanOnly);
    await federateConfigMap(earth, { namespace, name: "a" }, { placement: vulcanOnly });
    await until(async () => (await valueIn(vulcan, { namespace, name: "a" })) === "1", 60_000);
    running.child.kill("SIGTERM");
    expect(await running.ended).toBe(0);
    expect(running.lines.filter((line) => /forbidden/i.test(JSON.stringify(line)))).toEqual([]);
  });
});

describe("a controller that cannot run as it is told is refused with one line and what to do", () => {
  const configPath = (): string =>
    `/apis/core.kubefed.io/v1beta1/namespaces/${federation.namespace}/kubefedconfigs/kubefed`;

  test.each<[string[], number, string]>([
    [["--kubefed-namespace", "nowhere"], 1, 'KubeFed is not installed: cluster "earth" has no KubeFedConfig'],
    [["--shards", "2", "--shard", "2"], 2, "there is no shard 2 of 2: the first is 0"],
    [["--metrics-address", "nonsense"], 2, 'wrong --metrics-address: "nonsense" is no address to listen on'],
    [["--health-address", "192.0.2.1:80"], 2, "wrong --health-address: cannot listen on 192.0.2.1:80"],
    [["--host-cluster-context", "mars"], 1, 'context "mars" does not exist'],
  ])("%j", async (args, code, words) => {
    const result = await runFedctl(["controller", ...args], { env: home.env });
    expect(result.stderr.split("\n")[0]).toContain(words);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe("");
  });

  test("settings of the KubeFedConfig that no controller could run with", async () => {
    await rawPatch<KubeObject>(earth, configPath(), { spec: { leaderElect: { leaseDuration: "1s" } } });
    const result = await runFedctl(["controller"], { env: home.env });
    expect(result.stderr).toContain("error: wrong spec.leaderElect.renewDeadline of KubeFedConfig");
    expect(result.code).toBe(2);
  });
});
