import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import type { Readable } from "node:stream";

/** A whole process, measured. */
export interface Run {
  readonly seconds: number;
  /** Peak resident memory in MB; undefined where the system does not tell (no /proc). */
  readonly peakMb: number | undefined;
  /** What it wrote. */
  readonly stderr: string;
}

export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

export interface Service extends CommandLine {
  /** Resolves when it has done what it is measured by; it is told to end then. */
  readonly until: (running: RunningService) => Promise<void>;
}

export interface RunningService {
  readonly pid: number;
  /** What it has written so far. */
  readonly output: () => string;
}

const pollMs = 10;

/** Runs a command to its end. @throws when it fails, with what it wrote on stderr */
export async function measure(line: CommandLine): Promise<Run> {
  const { code, ...run } = await observe(startedAs(line));
  if (code === 0) return run;
  throw new Error(`${textOf(line)} exited ${code ?? "by a signal"}: ${run.stderr.slice(-2000)}`);
}

/** Runs a command that does not end by itself: the time is that until its work was done. @throws when it ends before, and what `until` throws */
export async function measureService({ until, ...line }: Service): Promise<Run> {
  const child = startedAs(line);
  let output = "";
  child.stderr.on("data", (chunk: string) => (output += chunk));
  const whole = observe(child);
  const startedAt = performance.now();
  const done = until({ pid: child.pid ?? 0, output: () => output }).then(() => performance.now());
  try {
    const doneAt = await Promise.race([done, whole]);
    if (typeof doneAt !== "number") throw new Error(`${textOf(line)} ended by itself: ${output.slice(-2000)}`);
    child.kill("SIGTERM");
    return { ...(await whole), seconds: (doneAt - startedAt) / 1000 };
  } finally {
    child.kill("SIGKILL");
  }
}

function textOf({ command, args }: CommandLine): string {
  return `${command} ${args.join(" ")}`;
}

type Child = ChildProcessByStdio<null, null, Readable>;

function startedAs({ command, args, env = process.env }: CommandLine): Child {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"], env });
  child.stderr.setEncoding("utf8");
  return child;
}

async function observe(child: Child): Promise<Run & { readonly code: number | null }> {
  const startedAt = performance.now();
  let stderr = "";
  child.stderr.on("data", (chunk: string) => (stderr += chunk));
  let peakMb: number | undefined;
  // VmHWM is a high-water mark, so only what is allocated in the last few milliseconds can be missed.
  const poll = setInterval(() => (peakMb = readPeakMb(child.pid) ?? peakMb), pollMs);
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  clearInterval(poll);
  return { code, seconds: (performance.now() - startedAt) / 1000, peakMb, stderr };
}

function readPeakMb(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] =
    sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : [sorted[middle - 1], sorted[middle]];
  return (low + high) / 2;
}

export interface Summary {
  readonly runs: number;
  readonly seconds: { readonly min: number; readonly median: number; readonly max: number };
  readonly peakMb: number | undefined;
}

export function summarise(runs: readonly Run[]): Summary {
  const seconds = runs.map((run) => run.seconds);
  const peaks = runs.flatMap((run) => run.peakMb ?? []);
  return {
    runs: runs.length,
    seconds: { min: Math.min(...seconds), median: median(seconds), max: Math.max(...seconds) },
    peakMb: peaks.length === 0 ? undefined : median(peaks),
  };
}
