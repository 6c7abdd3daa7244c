import { env } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { diffFederation } from "../../../src/engine/diff.ts";
import type { ClusterDetails } from "../../cluster/details.ts";
import { rawPatch } from "../../cluster/raw-client.ts";
import { type HangingRelay, relayTo, startRelay } from "../../cluster/relay.ts";
import { type ClusterSet, startClusters } from "../../cluster/start.ts";
import { registrationPath } from "../../support/cluster-pair.ts";
import { startController } from "../../support/controller.ts";
import { coreRun } from "../../support/core-run.ts";
import {
  federateNamespace,
  inClusters,
  openEngineFederation,
  readinessOf,
  until,
} from "../../support/engine-federation.ts";
import type { Federation } from "../../support/federation.ts";
import { connectThrough } from "../../support/kubeconfig-connection.ts";
import { editAtRandom, editedObjects, strayings } from "../../support/random-edits.ts";
import { randomNumbers } from "../../support/seeded-faults.ts";

/** Each takes half a minute: CONVERGENCE_SEEDS says how many are tried. */
const seeds = Array.from({ length: Number(env["CONVERGENCE_SEEDS"] ?? 1) }, (_, index) => index + 1);
const edits = Number(env["CONVERGENCE_EDITS"] ?? 150);

let set: ClusterSet;
let earth: ClusterDetails;
let vulcan: ClusterDetails;
let relay: HangingRelay;
let federation: Federation;

beforeAll(async () => {
  set = await startClusters(["earth", "vulcan"]);
  [earth, vulcan] = [set.cluster("earth").details, set.cluster("vulcan").details];
  federation = await openEngineFederation(set, ["earth", "vulcan"]);
  relay = await startRelay(relayTo(vulcan, 0));
  const apiEndpoint = `https://127.0.0.1:${relay.port}`;
  await rawPatch(earth, registrationPath(federation.namespace, "vulcan"), { spec: { apiEndpoint } });
});
afterAll(async () => {
  await relay.stop();
  await set.stop();
});

/** What `fedctl diff` ends with: exit code 0 where neither is there. */
async function differences(): Promise<unknown> {
  const { deps } = coreRun((context) => connectThrough(set.kubeconfigPath, context, new AbortController().signal));
  const { namespace: kubefedNamespace } = federation;
  const result = await diffFederation({ hostClusterContext: "earth", kubefedNamespace, dryRun: true }, deps);
  const { diffs, differs, incomplete } = result;
  const told = diffs.map(({ change }) => `${change.cluster}: ${change.object.kind} ${change.object.name}`);
  return { told, differs: differs?.message, incomplete: incomplete?.message };
}

describe("whatever people do, and whenever a member is cut off", { timeout: 180_000 }, () => {
  test.each(seeds)("the clusters come to what was said last, with seed %i", async (seed) => {
    const random = randomNumbers(seed);
    const controller = startController({ kubeconfigPath: set.kubeconfigPath, kubefedNamespace: federation.namespace });
    const both = inClusters("earth", "vulcan");
    const namespaces = [
      await federateNamespace(earth, both),
      await federateNamespace(earth, both),
      await federateNamespace(earth, both),
    ];
    const objects = editedObjects(30, namespaces);
    for (let edit = 0; edit < edits; edit += 1) {
      const edited = objects[Math.floor(random() * objects.length)];
      if (edited !== undefined) await editAtRandom(edited, { earth, vulcan, random, value: `v${edit}` });
      const phase = edit % 60;
      // For long enough to be called not ready, in every other case.
      if (phase === 20) relay.hang();
      if (phase === 35 && edit % 120 < 60) await sleep(4_000);
      if (phase === 40) relay.resume();
      if (random() < 0.2) await sleep(100);
    }
    relay.resume();
    await until(async () => (await readinessOf(earth, federation, "vulcan")) === "Ready", 60_000);
    const expectAll = async (): Promise<void> => {
      expect(await strayings(objects, [earth, vulcan])).toEqual([]);
    };
    await vi.waitFor(expectAll, { timeout: 90_000, interval: 500 });
    expect(await differences()).toEqual({ told: [], differs: undefined, incomplete: undefined });
    await controller.stop();
  });
});
