import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../bin/fedctl.js", import.meta.url));

export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Null when a signal ended it. */
  readonly code: number | null;
}

export interface CliOptions {
  /** Added to an environment that knows nothing of the user's own kubeconfig. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it runs. Default: its HOME. */
  readonly cwd?: string;
  /** What it reads from standard input; nothing by default. */
  readonly stdin?: string;
  /** Called once it runs; for signals. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs the built program in an empty HOME of its own and gathers both streams apart. */
export async function runFedctl(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const home = mkdtempSync(join(tmpdir(), "fedctl-cli-"));
  try {
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, TZ: "UTC", ...options.env };
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: options.cwd ?? home,
      env,
      stdio: ["pipe", "pipe", "pipe"],
    });
    // Whoever ends before it read all closes the pipe.
    child.stdin.on("error", () => undefined).end(options.stdin ?? "");
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    options.onStart?.(child);
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once("error", reject).once("close", resolve),
    );
    return { stdout, stderr, code };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** The document that `--json` printed. @throws when stdout is not exactly one JSON document */
export function parseResult(result: CliResult): Record<string, unknown> {
  // JSON.parse tells nothing of the shape; tests compare the fields they name.
  return JSON.parse(result.stdout) as Record<string, unknown>;
}
