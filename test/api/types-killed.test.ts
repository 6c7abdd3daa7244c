import { afterAll, beforeAll, expect, test } from "vitest";
import { disableTypes } from "../../src/federation/disable/disable.ts";
import { enableTypes } from "../../src/federation/enable/enable.ts";
import { installKubeFed } from "../../src/federation/install/install.ts";
import { syncFinalizer, typeConfigFinalizer } from "../../src/federation/kubefed-types.ts";
import { rawCreate, rawGet, rawPatch } from "../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../cluster/start.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { coreRun } from "../support/core-run.ts";
import { connectUntil } from "../support/cut-connection.ts";

const host = { kubefedNamespace: "kube-federation-system", dryRun: false } as const;
const name = "limitranges";

let clusters: ClusterSet;
const juno = () => clusters.cluster("juno").details;
type Deps = ReturnType<typeof coreRun>["deps"];

beforeAll(async () => {
  clusters = await startClusters(["juno"]);
  await installKubeFed({ ...host, scope: "Cluster" }, coreRun(connectTo(juno())).deps);
});
afterAll(() => clusters.stop());

/** Runs until so many calls are answered; true when it ended before. */
async function runUntil(answered: number, verb: (deps: Deps) => Promise<unknown>): Promise<boolean> {
  const { connection, signal } = connectUntil(juno(), answered);
  const { deps } = coreRun(connection, signal);
  await verb(deps).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return !signal.aborted;
}

const whole = (verb: (deps: Deps) => Promise<unknown>) => verb(coreRun(connectTo(juno())).deps);
const configPath = `/apis/core.kubefed.io/v1beta1/namespaces/${host.kubefedNamespace}/federatedtypeconfigs/${name}`;

async function isEnabled(group: string): Promise<boolean[]> {
  const crdPath = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/federated${name}.${group}`;
  const found = await Promise.all([configPath, crdPath].map((path) => rawGet(juno(), path)));
  return found.map((object) => object !== undefined);
}

const enable = (federatedGroup: string) => (deps: Deps) =>
  enableTypes({ ...host, names: [name], federatedGroup }, deps);
const disable = (deps: Deps) =>
  disableTypes({ ...host, names: [name], deleteCrd: true, instances: "delete", timeoutMs: 60_000 }, deps);

/** What a controller left that does not run any more. */
async function leaveFinalizers(group: string): Promise<void> {
  await rawPatch(juno(), configPath, { metadata: { finalizers: [typeConfigFinalizer] } });
  await rawCreate(juno(), `/apis/${group}/v1beta1/namespaces/default/federated${name}`, {
    apiVersion: `${group}/v1beta1`,
    kind: "FederatedLimitRange",
    metadata: { name: "x", finalizers: [syncFinalizer] },
    spec: {},
  });
}

test(
  "enable and disable end as if they had not been killed, whichever request was the last",
  { timeout: 300_000 },
  async () => {
    let [wasEnableWhole, wasDisableWhole, runs] = [false, false, 0];
    for (; !wasEnableWhole || !wasDisableWhole; runs += 1) {
      // A group for each run: an API server is slow to serve a type again that was just deleted.
      const group = `f${runs}.example.com`;
      if (!wasEnableWhole) wasEnableWhole = await runUntil(runs + 1, enable(group));
      await whole(enable(group));
      expect(await isEnabled(group)).toEqual([true, true]);
      await leaveFinalizers(group);
      if (!wasDisableWhole) wasDisableWhole = await runUntil(runs + 1, disable);
      await whole(disable);
      expect(await isEnabled(group)).toEqual([false, false]);
    }
    expect(runs).toBeGreaterThan(15);
  },
);
