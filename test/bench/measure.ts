import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

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

const pollMs = 10;

/** Runs a command to its end. @throws when it fails, with what it wrote on stderr */
export async function measure({ command, args, env = process.env }: CommandLine): Promise<Run> {
  const startedAt = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"], env });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  let peakMb: number | undefined;
  // VmHWM is a high-water mark, so only what is allocated in the last few milliseconds can be missed.
  const poll = setInterval(() => (peakMb = readPeakMb(child.pid) ?? peakMb), pollMs);
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  clearInterval(poll);
  const seconds = (performance.now() - startedAt) / 1000;
  if (code !== 0)
    throw new Error(`${command} ${args.join(" ")} exited ${code ?? "by a signal"}: ${stderr.slice(-2000)}`);
  return { seconds, peakMb, stderr };
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
