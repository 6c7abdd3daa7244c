import { loadAll } from "js-yaml";
import { afterAll, beforeAll, expect, it } from "vitest";
import { installKubeFed } from "../../src/federation/install/install.ts";
import { defaultKubefedNamespace } from "../../src/federation/kubefed-types.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { startClusters } from "../cluster/start.ts";
import type { ClusterSet } from "../cluster/start.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { uniqueName } from "../support/clusters.ts";
import { coreRun } from "../support/core-run.ts";
import { federateDifferences } from "../support/federate-differences.ts";
import { replayFederate } from "../support/federate-replay.ts";
import { applyDifferences, loadRecording } from "../support/recordings.ts";

let set: ClusterSet;
let host: ClusterDetails;

// A cluster of its own: what appears in all of it is compared.
beforeAll(async () => {
  set = await startClusters(["earth"]);
  host = set.cluster("earth").details;
  const { deps } = coreRun(connectTo(host));
  await installKubeFed({ kubefedNamespace: defaultKubefedNamespace, dryRun: false, scope: "Cluster" }, deps);
});
afterAll(() => set.stop());

it.each([
  "federate_namespace",
  "federate_one",
  "federate_contents",
  "federate_contents_enable",
  "federate_yaml",
  "federate_errors",
])("does what kubefedctl did in %s", async (name) => {
  const namespace = uniqueName("demo");
  const recording = await loadRecording(name, namespace);
  const { runs, state } = await replayFederate(recording, connectTo(host));
  expect(runs.map(({ succeeded }) => succeeded)).toEqual(recording.runs.map(({ rc }) => rc === 0));
  const printed = loadAll(recording.runs.map(({ stdout }) => stdout).join(""));
  if (name === "federate_yaml") expect(runs.flatMap(({ objects }) => objects)).toEqual(printed);
  const recorded = recording.state["earth"] ?? {};
  expect(state).toEqual(applyDifferences(recorded, federateDifferences(name, namespace)));
});
