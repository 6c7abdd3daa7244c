import { close, open, rmSync, stat } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { FedctlError } from "../../errors.ts";
import { errnoOf, goReason } from "./go-file-error.ts";

const openFile = promisify(open);
const closeFile = promisify(close);
const statFile = promisify(stat);

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long one and the same lock is waited for. Locks that come and go belong to others at work. */
  readonly lockTimeoutMs?: number | undefined;
}

const sameLockMs = 5_000;
const allLocksMs = 60_000;

/** A lock that is held; releasing is synchronous, so that nothing comes between. */
export interface HeldLock {
  release(): void;
}

/**
 * Takes client-go's lock: `<file>.lock`, created exclusively with mode 0. Waits for a lock that is there, names it when it
 * stays, never removes it. Where nobody can create one (a folder that is not writable), none is taken.
 * @throws FedctlError KubeconfigLocked
 */
export async function takeLock(file: string, shownAs: string, options: LockOptions = {}): Promise<HeldLock> {
  const path = `${file}.lock`;
  const wait = new LockWait(path, options.lockTimeoutMs ?? sameLockMs);
  for (;;) {
    options.signal?.throwIfAborted();
    const outcome = await tryLock(path, file);
    if (outcome === "taken")
      return {
        release: () => {
          rmSync(path, { force: true });
        },
      };
    if (outcome === "impossible") return { release: () => undefined };
    if (await wait.isOver()) throw locked(`${shownAs}.lock`, shownAs);
    await delay(10 + Math.random() * 40);
  }
}

type Outcome = "taken" | "held" | "impossible";

async function tryLock(path: string, file: string): Promise<Outcome> {
  let noFolder: unknown;
  try {
    // As client-go makes it, for a file that does not exist yet.
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  } catch (cause) {
    // What is there instead of a folder is no lock.
    if (!isForbidden(cause)) throw notLockable(errnoOf(cause) === "EEXIST" ? "not a directory" : goReason(cause));
    noFolder = cause;
  }
  try {
    await closeFile(await openFile(path, "wx", 0));
    return "taken";
  } catch (cause) {
    if (errnoOf(cause) === "EEXIST") return "held";
    // Nobody else can make a lock there either; whether the file itself can be written shows later.
    if (isForbidden(cause)) return "impossible";
    throw notLockable(goReason(errnoOf(cause) === "ENOENT" && noFolder !== undefined ? noFolder : cause));
  }

  function notLockable(reason: string): FedctlError {
    return new FedctlError("KubeconfigNotWritten", `open ${path}: ${reason}`, {
      hint: `check the folder ${dirname(file)}, or name another file with --kubeconfig`,
    });
  }
}

function isForbidden(cause: unknown): boolean {
  return ["EACCES", "EPERM", "EROFS"].includes(errnoOf(cause));
}

/** Counts how long the same lock is there. */
class LockWait {
  readonly #path: string;
  readonly #limitMs: number;
  readonly #startMs = Date.now();
  #sinceMs = Date.now();
  #identity = "";

  constructor(path: string, limitMs: number) {
    this.#path = path;
    this.#limitMs = limitMs;
  }

  async isOver(): Promise<boolean> {
    const identity = await identityOf(this.#path);
    if (identity !== this.#identity) {
      this.#identity = identity;
      this.#sinceMs = Date.now();
    }
    const now = Date.now();
    return now - this.#sinceMs > this.#limitMs || now - this.#startMs > Math.max(allLocksMs, this.#limitMs);
  }
}

async function identityOf(path: string): Promise<string> {
  try {
    const { ino, mtimeMs } = await statFile(path);
    return `${ino} ${mtimeMs}`;
  } catch {
    return "gone";
  }
}

function locked(lock: string, file: string): FedctlError {
  return new FedctlError("KubeconfigLocked", `open ${lock}: file exists`, {
    hint: `another program is writing ${file}; if none is, remove ${lock} and run the command again`,
  });
}
