import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adminEntry } from "../cluster/kubeconfig-file.ts";
import { rawCreate, rawDelete, rawPatch } from "../cluster/raw-client.ts";
import { type ClusterPair, startClusterPair } from "../support/cluster-pair.ts";
import { testClusters, type TestHome } from "../support/clusters.ts";
import {
  changeSpec,
  configMapPath,
  federate,
  federatedConfigMap,
  federatedNamespace,
  inClusters,
} from "../support/engine-runs.ts";
import { type CliOptions, type CliResult, parseResult, runFedctl } from "../support/fedctl.ts";

let pair: ClusterPair;
let home: TestHome;
/** Of a namespace that is federated to vulcan. */
let shop: string;
const vulcanOnly = inClusters("vulcan");

beforeAll(async () => {
  pair = await startClusterPair();
  home = await testClusters().createHome([pair.earth, pair.vulcan].map(adminEntry));
  const { namespace } = await pair.openFederation({ namespace: "kube-federation-system" });
  expect(namespace).toBe("kube-federation-system");
  expect((await fedctl(["join", "vulcan", "--host-cluster-context", "earth"])).code).toBe(0);
  shop = await federatedNamespace(pair.earth, vulcanOnly);
});
afterAll(() => pair.stop());

function fedctl(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return runFedctl(args, { env: home.env, ...options });
}

const pass = (command: string, ...args: readonly string[]): Promise<CliResult> =>
  fedctl([command, ...args, "-n", shop, "--host-cluster-context", "earth"]);

describe("what a CI job sees of a pass", () => {
  test("differences are 3, their deed is 0, and then there are none", async () => {
    await federate(pair.earth, federatedConfigMap(shop, "a"), {
      template: { data: { x: "1" } },
      placement: vulcanOnly,
    });
    const planned = await pass("sync", "--dry-run");
    expect(planned).toMatchObject({ code: 0, stderr: "" });
    expect(planned.stdout).toMatch(/\+ {2}x: '1'\n[^]*dry run: nothing was written\n$/);
    const differs = await pass("diff");
    expect(differs.code).toBe(3);
    expect(differs.stderr).toBe(
      "error: 2 objects of members are not as the federated objects say\n" +
        `hint: bring them there: fedctl sync -n ${shop} --host-cluster-context earth\n`,
    );
    const done = await pass("sync");
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(done.stdout).toMatch(/^vulcan +\S+ +configmap\/a +created$/m);
    expect(await pass("diff")).toEqual({
      code: 0,
      stderr: "",
      stdout: "2 federated objects compared: nothing differs\n",
    });
  });

  test("what cannot be propagated is 4, with what to type next", async () => {
    const b = federatedConfigMap(shop, "b");
    await federate(pair.earth, b, { template: { data: { x: "1" } }, placement: inClusters("vulcan", "nowhere") });
    const { code, stderr } = await pass("sync", "configmaps", "b");
    expect(code).toBe(4);
    expect(stderr).toMatch(/^error: 1 of 1 object is not .* cluster "nowhere".*\nhint: .*fedctl join nowhere .*\n$/);
    const document = parseResult(await pass("diff", "configmaps", "b", "--json"));
    expect(document).toMatchObject({ kind: "DiffResult", status: "PartlyFailed", error: { exitCode: 4 } });
    await changeSpec(pair.earth, b, { placement: vulcanOnly });
    expect((await pass("sync", "configmaps", "b")).code).toBe(0);
  });

  test("a deletion that does not end is 5, and Ctrl-C tells what was done", async () => {
    await federate(pair.earth, federatedConfigMap(shop, "c"), {
      template: { data: { x: "1" } },
      placement: vulcanOnly,
    });
    expect((await pass("sync", "configmaps", "c")).code).toBe(0);
    const path = configMapPath(shop, "c");
    await rawPatch(pair.vulcan, path, { metadata: { finalizers: ["example.com/held"] } });
    await rawDelete(pair.vulcan, path);
    const { code, stdout, stderr } = await pass("sync", "configmaps", "c", "--timeout", "200ms");
    expect(code).toBe(5);
    expect(stdout).toContain("failed to delete (it is still there)");
    expect(stderr).toContain(`hint: with more time: fedctl sync configmaps c -n ${shop} --host-cluster-context earth`);
    const interrupted = await fedctl(["sync", "configmaps", "c", "-n", shop, "--host-cluster-context", "earth"], {
      onStart: (child) => void sleep(3_000).then(() => child.kill("SIGINT")),
    });
    expect(interrupted).toMatchObject({
      code: 130,
      stdout: expect.stringMatching(/configmap\/c +deleted \(it is being deleted\)/) as string,
      stderr: "error: interrupted\nhint: run the same command again to continue\n",
    });
    await rawPatch(pair.vulcan, path, { metadata: { finalizers: null } });
    expect((await pass("sync", "configmaps", "c")).code).toBe(0);
  });
});

test("no value of a Secret is shown, whatever is asked for", async () => {
  const value = Buffer.from("not to be seen").toString("base64");
  const secret = { kind: "FederatedSecret", plural: "federatedsecrets", namespace: shop, name: "s" };
  await federate(pair.earth, secret, { template: { data: { key: value } }, placement: vulcanOnly });
  const before = [await pass("diff", "secrets"), await pass("sync", "secrets", "--dry-run", "--json", "-v", "9")];
  await pass("sync", "secrets", "-v", "9");
  const applied = { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({ data: { key: value } }) };
  await rawPatch(pair.vulcan, `/api/v1/namespaces/${shop}/secrets/s`, {
    data: { key: "b3RoZXI=" },
    metadata: { annotations: applied },
  });
  const after = [await pass("diff", "secrets", "-v", "9"), await pass("diff", "secrets", "--json")];
  expect([...before, ...after].map(({ code }) => code)).toEqual([3, 0, 3, 3]);
  for (const { stdout, stderr } of [...before, ...after]) {
    expect(stdout + stderr).not.toContain(value);
    expect(stdout + stderr).not.toContain("b3RoZXI=");
    expect(stdout).toContain("***");
  }
});

test("a cluster without a control plane says how to install one", async () => {
  await rawCreate(pair.vulcan, "/api/v1/namespaces", { metadata: { name: "elsewhere" } });
  const result = await fedctl(["sync", "--host-cluster-context", "vulcan", "--kubefed-namespace", "elsewhere"]);
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(/^error: .*\nhint: .*fedctl install --host-cluster-context vulcan --kubefed-namespace/);
});
