import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pid } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withBuildLock } from "../../cluster/build-lock.ts";
import { createProgress } from "../../cluster/progress-line.ts";

let folder = "";
let said = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fedctl-lock-"));
  said = "";
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const options = (signal?: AbortSignal) => ({
  path: join(folder, "key.lock"),
  progress: createProgress({ write: (text) => (said += text) }),
  signal,
});

async function leaveLock(holder: number, host = hostname()): Promise<void> {
  await writeFile(options().path, JSON.stringify({ pid: holder, host, at: 0 }));
}

test("one at a time; the others wait, and say so", async () => {
  const events: string[] = [];
  const work = (name: string) => async () => {
    events.push(`${name} begins`);
    await sleep(50);
    events.push(`${name} ends`);
    return name;
  };
  const results = await Promise.all(["a", "b", "c"].map((name) => withBuildLock(options(), work(name))));
  expect(results).toEqual(["a", "b", "c"]);
  for (let i = 0; i < 6; i += 2) expect(events[i + 1]).toBe(events[i]?.replace("begins", "ends"));
  expect(said).toContain(`test clusters: process ${pid} is building the binaries; waiting for it\n`);
  expect(await readdir(folder)).toEqual([]);
});

test("is free again after a failure", async () => {
  await expect(withBuildLock(options(), () => Promise.reject(new Error("no compiler")))).rejects.toThrow("no compiler");
  expect(await withBuildLock(options(), () => Promise.resolve("built"))).toBe("built");
});

test("replaces the lock of a dead process", async () => {
  await leaveLock(spawnSync("/bin/sh", ["-c", "true"]).pid);
  expect(await withBuildLock(options(), () => Promise.resolve("built"))).toBe("built");
  expect(await readdir(folder)).toEqual([]);
});

test("replaces a lock that nobody has renewed for a minute, whoever has its pid now", async () => {
  await leaveLock(pid);
  const past = new Date(Date.now() - 61_000);
  await utimes(options().path, past, past);
  expect(await withBuildLock(options(), () => Promise.resolve("built"))).toBe("built");
});

test("respects a fresh lock from another machine", async () => {
  await leaveLock(1, "elsewhere");
  const waiting = withBuildLock(options(AbortSignal.timeout(500)), () => Promise.resolve("built"));
  await expect(waiting).rejects.toThrow();
  expect(await readdir(folder)).toEqual(["key.lock"]);
});

test("stops waiting when it is aborted", async () => {
  await leaveLock(pid);
  const waiting = withBuildLock(options(AbortSignal.timeout(100)), () => Promise.resolve("built"));
  await expect(waiting).rejects.toThrow();
});
