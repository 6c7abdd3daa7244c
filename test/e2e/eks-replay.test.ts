import { describe, test } from "vitest";
import { readManifestDocuments } from "../../src/yaml/manifest-documents.ts";
import { intendedDifferences, type Part } from "../support/eks/intended-differences.ts";
import { type EksRecording, eksRecordings, type RecordedRequest } from "../support/eks/recording.ts";
import { type Replayed, replayEks } from "../support/eks/replay.ts";

const requestPart = ({ method, path, host, body, ...signing }: RecordedRequest): unknown => ({
  method,
  path,
  host,
  keyId: signing.signingAccessKeyId,
  region: signing.signingRegion,
  service: signing.signingService,
  body: body ?? null,
});

/** What the files say, however it is written. */
function dataOf(files: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, readText(text)]));
}

function readText(text: string): unknown {
  try {
    return readManifestDocuments(text, "-").map(({ value }) => value);
  } catch {
    return text;
  }
}

function partsOf(recording: EksRecording): Readonly<Record<Part, unknown>> {
  return {
    success: recording.exitCode === 0,
    stdout: recording.stdout,
    quiet: recording.stderr === "",
    files: recording.filesAfter ?? {},
    data: dataOf(recording.filesAfter ?? {}),
    modes: recording.modesAfter ?? {},
    dirs: recording.dirsAfter ?? {},
    requests: (recording.requests ?? []).map(requestPart),
  };
}

function partsOfReplay(replayed: Replayed): Readonly<Record<Part, unknown>> {
  return {
    ...replayed,
    success: replayed.succeeded,
    quiet: replayed.stderr === "",
    data: dataOf(replayed.files),
    requests: replayed.requests.map(requestPart),
  };
}

describe.each(["gt-", "uk-"])("does what aws did: %s", (prefix) => {
  test.concurrent.for(eksRecordings(prefix).map((recording) => [recording.name, recording] as const))(
    "%s",
    async ([name, recording], { expect }) => {
      const replayed = await replayEks(recording);
      const wanted = partsOf(recording);
      const got = partsOfReplay(replayed);
      const isDifferent = (part: Part): boolean =>
        JSON.stringify(sortKeys(wanted[part])) !== JSON.stringify(sortKeys(got[part]));
      const intended = intendedDifferences.filter((each) => each.recording === name).flatMap(({ parts }) => parts);
      for (const part of Object.keys(wanted) as Part[]) {
        if (!intended.includes(part)) expect(got[part], `${part}; stderr: ${replayed.stderr}`).toEqual(wanted[part]);
        else expect(isDifferent(part), `${part} is as recorded: no difference to intend`).toBe(true);
      }
    },
  );
});

function sortKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
