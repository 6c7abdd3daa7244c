import { randomUUID } from "node:crypto";
import { link, readFile, rename, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProgressLine } from "./progress-line.ts";

export interface BuildLockOptions {
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
  readonly progress: ProgressLine;
}

/** How often a holder says that it is alive, and after how long a silent one counts as dead (a pid may be in use again). */
const heartbeatMs = 5_000;
const silentMs = 60_000;
const pollMs = 300;

/** Runs `work` while no other process does so under the same path. Waits for a living holder, replaces a dead one. */
export async function withBuildLock<T>(options: BuildLockOptions, work: () => Promise<T>): Promise<T> {
  await acquire(options);
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(options.path, now, now).catch(() => undefined);
  }, heartbeatMs);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await unlink(options.path).catch(() => undefined);
  }
}

async function acquire({ path, signal, progress }: BuildLockOptions): Promise<void> {
  const sinceMs = Date.now();
  let told: string | undefined;
  while (!(await tryAcquire(path))) {
    signal?.throwIfAborted();
    const holder = await readHolder(path);
    if (holder === undefined) continue;
    if (holder.dead) {
      await removeStale(path, holder.text);
      continue;
    }
    const who = `process ${holder.pid}`;
    if (told !== who) progress.say(`test clusters: ${who} is building the binaries; waiting for it`);
    told = who;
    progress.update(`test clusters: waiting for ${who}, ${Math.round((Date.now() - sinceMs) / 1000)} s`);
    await sleep(pollMs, undefined, { signal });
  }
}

/** A hard link appears with its content, and only where nothing is: a lock is never seen half written. */
async function tryAcquire(path: string): Promise<boolean> {
  const own = `${path}.${randomUUID()}`;
  await writeFile(own, JSON.stringify({ pid: process.pid, host: hostname(), at: Date.now() }));
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await unlink(own);
  }
}

interface Holder {
  readonly pid: number;
  readonly text: string;
  readonly dead: boolean;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    const { pid, host } = JSON.parse(text) as { pid: number; host: string }; // Written by tryAcquire alone.
    return { pid, text, dead: Date.now() - mtimeMs > silentMs || (host === hostname() && !isAlive(pid)) };
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Takes a dead holder's lock away, unless someone was faster and it is a living one's by now. */
async function removeStale(path: string, staleText: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, "utf8")) !== staleText) await link(aside, path);
    await unlink(aside);
  } catch (error) {
    if (!isCode(error, "ENOENT") && !isCode(error, "EEXIST")) throw error;
  }
}

/** True while a process of that id exists, be it someone else's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, "EPERM");
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
