import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ClusterPair, startClusterPair } from "../support/cluster-pair.ts";
import { uniqueName } from "../support/clusters.ts";
import { joinDifferences, loadJoinRecording, replayJoin } from "../support/join-replay.ts";
import { applyDifferences } from "../support/recordings.ts";

let pair: ClusterPair;
beforeAll(async () => {
  pair = await startClusterPair();
});
afterEach(() => pair.clear());
afterAll(() => pair.stop());

describe("does what kubefedctl did", () => {
  it.each([
    "join_two",
    "join_flags",
    "join_twice",
    "join_dry_run",
    "join_errors",
    "unjoin_basic",
    "unjoin_host",
    "unjoin_not_joined",
  ])("%s", async (name) => {
    const namespace = uniqueName("plane");
    const recording = await loadJoinRecording(name, pair, namespace);
    const { succeeded, state, gone } = await replayJoin(recording, pair, namespace);
    expect(succeeded).toEqual(recording.runs.map(({ rc }) => rc === 0));
    // kubefedctl's recordings have nothing that went away.
    expect(await gone()).toEqual([]);
    const differences = joinDifferences(name, namespace);
    for (const cluster of ["earth", "vulcan"]) {
      const expected = applyDifferences(recording.state[cluster] ?? {}, differences[cluster] ?? []);
      // Every new namespace gets a service account and a ConfigMap in time.
      await expect.poll(async () => (await state())[cluster], { timeout: 10_000 }).toEqual(expected);
    }
  });
});
