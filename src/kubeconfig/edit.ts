import { isUtf8 } from "node:buffer";
import { readFile, realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { FedctlError } from "../errors.ts";
import { KubeconfigDocument, type Tool } from "./document.ts";
import { errnoOf, goReadError, goReason } from "./internal/go-file-error.ts";
import { type HeldLock, type LockOptions, takeLock } from "./internal/lock-file.ts";
import { replaceFile } from "./internal/replace-file.ts";

export interface EditOptions extends LockOptions {
  /** Whose habits are followed in reading and writing. Default: kubectl's. */
  readonly tool?: Tool | undefined;
  /** Where relative names start. */
  readonly cwd: string;
  /** Changes are made and checked, but not written, and nothing is locked. */
  readonly dryRun?: boolean | undefined;
}

/**
 * Changes one kubeconfig file, which need not exist: locks it as client-go does, reads it, lets `change` work on it and
 * replaces it in one step. Resolves to what `change` returned. Nothing changed, or `change` threw: nothing is written.
 * @throws FedctlError KubeconfigLocked, KubeconfigUnreadable, KubeconfigNotWritten
 */
export async function editKubeconfigFile<T>(
  file: string,
  change: (document: KubeconfigDocument) => T | Promise<T>,
  options: EditOptions,
): Promise<T> {
  return editKubeconfigFiles([file], ([document]) => change(document ?? new KubeconfigDocument("", file)), options);
}

/**
 * kubectl reads before it locks, and takes what was added in between for removed. Whoever has read before our write finds
 * the lock still there, and gives up; without this, 20 writers beside kubectl lost entries in each round, with it in none of 20.
 */
const heldOnMs = 20;

/** The same for several files at once: all are locked, then read, and those that changed are written. */
export async function editKubeconfigFiles<T>(
  files: readonly string[],
  change: (documents: readonly KubeconfigDocument[]) => T | Promise<T>,
  options: EditOptions,
): Promise<T> {
  const locks = options.dryRun === true ? [] : await lockAll(files, options);
  try {
    const documents = await readAll(files, options);
    const result = await change(documents);
    const changed = documents.filter((document) => document.isChanged);
    if (options.dryRun === true) return result;
    options.signal?.throwIfAborted();
    for (const document of changed) await write(document, options.cwd);
    if (changed.length > 0) await delay(heldOnMs);
    return result;
  } finally {
    for (const lock of locks.reverse()) lock.release();
  }
}

/** In the order of their names, so that two programs never wait for each other. */
async function lockAll(files: readonly string[], options: EditOptions): Promise<HeldLock[]> {
  const paths = new Map<string, string>();
  for (const file of files) {
    const path = resolve(options.cwd, file);
    paths.set(path, file);
    // Another program may know a linked file by its own name.
    const real = await realPath(path);
    if (!paths.has(real)) paths.set(real, real);
  }
  const locks: HeldLock[] = [];
  try {
    for (const [path, file] of [...paths].sort(([a], [b]) => (a < b ? -1 : 1))) {
      locks.push(await takeLock(path, file, options));
    }
    return locks;
  } catch (error) {
    for (const lock of locks.reverse()) lock.release();
    throw error;
  }
}

async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path;
  }
}

/** Several bad files are named together. */
async function readAll(files: readonly string[], options: EditOptions): Promise<readonly KubeconfigDocument[]> {
  const outcomes = await Promise.allSettled(files.map((file) => readDocument(file, options)));
  const errors = outcomes.flatMap((outcome): unknown[] => (outcome.status === "rejected" ? [outcome.reason] : []));
  const [first] = errors;
  if (errors.length > 1 && errors.every((error) => error instanceof FedctlError)) {
    throw new FedctlError("KubeconfigUnreadable", `[${errors.map(({ message }) => message).join(", ")}]`, {
      hint: "correct these files, or use another one with --kubeconfig",
      cause: first,
    });
  }
  if (first !== undefined) throw first instanceof Error ? first : new Error("reading failed");
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
}

async function readDocument(file: string, { cwd, tool }: EditOptions): Promise<KubeconfigDocument> {
  let bytes = Buffer.alloc(0);
  try {
    bytes = await readFile(resolve(cwd, file));
  } catch (cause) {
    if (errnoOf(cause) !== "ENOENT") {
      throw new FedctlError(
        "KubeconfigUnreadable",
        `error loading config file "${file}": ${goReadError(cause, file)}`,
        { hint: `check ${file}, or use another file with --kubeconfig`, cause },
      );
    }
  }
  // What is no text would not come back as the bytes it was.
  if (!isUtf8(bytes)) {
    throw new FedctlError("KubeconfigUnreadable", `error loading config file "${file}": yaml: invalid UTF-8`, {
      hint: `save ${file} as UTF-8, or use another file with --kubeconfig`,
    });
  }
  return new KubeconfigDocument(bytes.toString("utf8"), file, tool);
}

async function write(document: KubeconfigDocument, cwd: string): Promise<void> {
  const { file } = document;
  try {
    await replaceFile(resolve(cwd, file), document.text());
  } catch (cause) {
    if (cause instanceof FedctlError) throw cause;
    const reason = errnoOf(cause) === "" && cause instanceof Error ? cause.message : goReason(cause);
    throw new FedctlError("KubeconfigNotWritten", `cannot write kubeconfig file "${file}": ${reason}`, {
      hint: `the file is as it was; make room or check who may write ${file}, then run the command again`,
      cause,
    });
  }
}
