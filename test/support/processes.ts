import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** The command lines of all running processes that contain `text`. */
export async function findProcesses(text: string): Promise<string[]> {
  const lines = process.platform === "linux" ? await readProc() : await runPs();
  return lines.filter((line) => line.includes(text));
}

/** Slim container images have no ps. Processes that have ended but were not reaped have no command line, so none is given. */
async function readProc(): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")), // Ended in the meantime.
  );
  return lines.map((line) => line.replaceAll("\0", " ").trimEnd());
}

async function runPs(): Promise<string[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "args="]);
  return stdout.split("\n");
}
