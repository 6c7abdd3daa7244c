import { readdir, readFile } from "node:fs/promises";
import type { JsonObject } from "./json.ts";

/** What kubefedctl 0.10 did on two fresh clusters of Kubernetes 1.34, `earth` (the host) and `vulcan`. */
export interface Recording {
  readonly name: string;
  readonly steps: readonly (readonly string[])[];
  /** One for each step `ctl`. */
  readonly runs: readonly RecordedRun[];
  /** By cluster, then by `group/version/resource namespace/name`: what was otherwise at the end than before the first `ctl`. */
  readonly state: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
}

export interface RecordedRun {
  readonly argv: readonly string[];
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

const folder = new URL("../../fixtures/parity/", import.meta.url);

export async function recordingNames(): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files.map((file) => file.replace(/\.json$/, "")).sort();
}

export async function loadRecording(name: string): Promise<Recording> {
  return JSON.parse(await readFile(new URL(`${name}.json`, folder), "utf8")) as Recording; // recorded by a program of ours
}
