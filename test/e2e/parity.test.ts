import { loadAll } from "js-yaml";
import { describe, test } from "vitest";
import { startClusters } from "../cluster/start.ts";
import { intendedDifferences } from "../support/parity/intended-differences.ts";
import { intendedChanges, intendedSuccesses } from "../support/parity/differences.ts";
import { type Json, toJson } from "../support/parity/json.ts";
import { mask, maskChanges, recordedServers, type Servers } from "../support/parity/masks.ts";
import { loadRecording, recordingNames } from "../support/parity/recordings.ts";
import { replay, serversOf } from "../support/parity/replay.ts";

const names = await recordingNames();

/** What a call printed as far as it is a result: documents of objects, or a word. */
function results(stdout: string, servers: Servers): Json {
  if (stdout.startsWith("---\n")) return mask(toJson(loadAll(stdout)), servers);
  return /^\w+\n$/.test(stdout) ? stdout : null;
}

describe("does what kubefedctl did", () => {
  test.concurrent.for(names)("%s", async (name, { expect }) => {
    const recording = await loadRecording(name);
    const differences = intendedDifferences.filter((each) => each.recording === name);
    await using set = await startClusters(["earth", "vulcan"]);
    const { runs, changes } = await replay(recording, set);

    const recordedSuccesses = recording.runs.map(({ rc }) => rc === 0);
    const wanted = intendedSuccesses(recordedSuccesses, differences);
    const said = runs.map(({ code, stderr }, index) =>
      (code === 0) === wanted[index] ? "" : `exit ${code ?? ""}: ${stderr}`,
    );
    expect(said).toEqual(wanted.map(() => ""));
    recording.runs.forEach(({ stdout }, index) => {
      const printed = results(stdout, recordedServers);
      if (printed !== null) expect(results(runs[index]?.stdout ?? "", serversOf(set))).toEqual(printed);
    });

    const intended = intendedChanges(maskChanges(recording.state, recordedServers), differences);
    // Namespaces go, and get their ConfigMap, some time after a command ended.
    await expect.poll(changes, { timeout: 20_000, interval: 500 }).toEqual(intended);
  });
});

test("every intended difference is of a recording", ({ expect }) => {
  expect(names).toEqual(expect.arrayContaining(intendedDifferences.map(({ recording }) => recording)));
});
