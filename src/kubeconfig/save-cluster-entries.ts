import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { FedctlError } from "../errors.ts";
import { type ClusterEntries, putClusterEntries } from "./cluster-entries.ts";
import { KubeconfigDocument } from "./document.ts";
import { sameData } from "../yaml/same-data.ts";
import { writeYaml } from "../yaml/write-yaml.ts";
import { editKubeconfigFile } from "./edit.ts";
import { redacted, redactedYaml } from "./redacted.ts";
import { requireWritable } from "./require-writable.ts";
import type { KubeconfigSources } from "./types.ts";

export interface SaveOptions extends KubeconfigSources {
  readonly signal?: AbortSignal | undefined;
  readonly setCurrent: boolean;
  readonly overwrite: boolean;
  readonly dryRun: boolean;
}

/** What became of one cluster's entries. */
export interface SavedEntries {
  readonly entries: ClusterEntries;
  /** Absolute. */
  readonly file: string;
  /** False: the file had the cluster already. */
  readonly isNew: boolean;
  /** False: the file has been as it is. */
  readonly isChanged: boolean;
  readonly warnings: readonly string[];
  /** Context, user and cluster as they stand in the file now, as YAML, what is secret taken out. */
  readonly shown: string;
  /** Nothing was put. */
  readonly error: FedctlError | undefined;
}

export interface SavedFile {
  readonly file: string;
  readonly saved: readonly SavedEntries[];
  /** About the file as a whole. */
  readonly warnings: readonly string[];
  /** The file as it is to be, as YAML, what is secret taken out. */
  readonly text: string;
}

/**
 * Puts clusters' entries into the files where aws would put them: of the list the first that has the cluster, else the
 * first, existing or not. Each file is locked and written once. Entries that are refused do not keep others out.
 * @throws FedctlError KubeconfigUnreadable, KubeconfigLocked, KubeconfigNotWritten
 */
export async function saveClusterEntries(
  all: readonly ClusterEntries[],
  options: SaveOptions,
): Promise<readonly SavedFile[]> {
  const files = candidates(options);
  const documents = (await Promise.all(files.map(readable))).filter((document) => document !== undefined);
  const byFile = new Map<string, ClusterEntries[]>();
  for (const entries of all) {
    const home = documents.find((document) => document.names("clusters").includes(entries.clusterName));
    const file = home?.file ?? files[0] ?? "";
    byFile.set(file, [...(byFile.get(file) ?? []), entries]);
  }
  const results: SavedFile[] = [];
  for (const [file, entries] of byFile) {
    const others = documents.filter((document) => document.file !== file);
    results.push(await saveInFile({ file, entries, others }, options));
  }
  return results;
}

interface FileJob {
  readonly file: string;
  readonly entries: readonly ClusterEntries[];
  readonly others: readonly KubeconfigDocument[];
}

async function saveInFile({ file, entries, others }: FileJob, options: SaveOptions): Promise<SavedFile> {
  const { cwd, signal, dryRun } = options;
  const change = (document: KubeconfigDocument): SavedFile => {
    requireWritable(document);
    const saved = entries.map((each) => put(document, each, { ...options, others }));
    const flaw = document.flaw();
    const warnings = flaw === undefined ? [] : [`kubectl does not read this kubeconfig: ${flaw}`];
    return { file, saved, warnings, text: dryRun ? redactedYaml(document) : "" };
  };
  return editKubeconfigFile(file, change, { cwd, signal, dryRun, tool: "aws" });
}

function put(
  document: KubeconfigDocument,
  entries: ClusterEntries,
  options: SaveOptions & Pick<FileJob, "others">,
): SavedEntries {
  const { file } = document;
  const before = stateOf(document, entries);
  try {
    const outcome = putClusterEntries(document, entries, options);
    return {
      entries,
      file,
      ...outcome,
      isChanged: !sameData(before, stateOf(document, entries)),
      shown: shown(document, entries),
      error: undefined,
    };
  } catch (error) {
    if (!(error instanceof FedctlError) || error.code !== "KubeconfigEntryTaken") throw error;
    return { entries, file, isNew: false, isChanged: false, warnings: [], shown: "", error };
  }
}

function stateOf(document: KubeconfigDocument, { clusterName, userName, contextName }: ClusterEntries): unknown {
  const { currentContext } = document;
  const cluster = document.entry("clusters", clusterName);
  return [cluster, document.entry("users", userName), document.entry("contexts", contextName), currentContext];
}

/** As aws lists them with --verbose. */
function shown(document: KubeconfigDocument, { contextName, userName, clusterName }: ClusterEntries): string {
  const context = { context: document.entry("contexts", contextName), name: contextName };
  const user = { name: userName, user: document.entry("users", userName) };
  const cluster = { cluster: document.entry("clusters", clusterName), name: clusterName };
  return [context, user, cluster]
    .map((entry) => `${writeYaml(redacted(new Map(Object.entries(entry))), "aws")}\n`)
    .join("");
}

/** As aws reads the list: blank elements count for nothing, others are not trimmed; `~` is a home folder. */
function candidates({ explicitPath, env, cwd }: KubeconfigSources): readonly string[] {
  const listed = (env["KUBECONFIG"] ?? "").split(delimiter).filter((element) => element.trim() !== "");
  const fallback = listed.length === 0 ? ["~/.kube/config"] : listed;
  const named = explicitPath === undefined ? fallback : [explicitPath];
  const home = env["HOME"] ?? homedir();
  return named.map((file) => resolve(cwd, /^~(\/|$)/.test(file) ? join(home, file.slice(1)) : file));
}

const settleMs = 1_000;

/** Files that cannot be read have no cluster; but one that kubectl is writing, which empties it first, is read again. */
async function readable(file: string): Promise<KubeconfigDocument | undefined> {
  const startMs = Date.now();
  for (;;) {
    const document = await tryRead(file);
    const isWhole = document !== undefined && document.text() !== "";
    if (isWhole || !existsSync(`${file}.lock`) || Date.now() - startMs > settleMs) return document;
    await delay(20);
  }
}

async function tryRead(file: string): Promise<KubeconfigDocument | undefined> {
  try {
    const document = new KubeconfigDocument(await readFile(file, "utf8"), file, "aws");
    requireWritable(document);
    return document;
  } catch {
    return undefined;
  }
}
