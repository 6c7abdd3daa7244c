import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { platform } from "node:os";
import { kill } from "node:process";
import { StringDecoder } from "node:string_decoder";
import { goReason } from "./go-file-error.ts";
import { ExecFailure, printable } from "./exec-failure.ts";

export interface PluginCommand {
  /** The file to run, found in PATH already. */
  readonly file: string;
  /** As the kubeconfig names it. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** True: the plugin may talk to the person at our standard input. */
  readonly interactive: boolean;
  readonly stderr: "inherit" | ((chunk: Uint8Array) => void);
}

/** How long a plugin may take to end after SIGTERM before it is killed. */
const graceMs = 500;
/** Of the last line of stderr this much goes into an error. */
const lastLineLimit = 300;

/** Runs a plugin, never through a shell, and resolves to its stdout. When `signal` fires the child is ended first. @throws ExecFailure */
export async function runPlugin(command: PluginCommand, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const child = start(command);
  const stdout: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
  const lastLine = relayStderr(child, command.stderr);
  const stop = (): void => {
    end(child, command.interactive);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    const code = await exitOf(child, command.file);
    signal.throwIfAborted();
    if (code !== 0) throw failedWith(code, command.command, lastLine());
    return Buffer.concat(stdout).toString("utf8");
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function start({ file, command, args, env, cwd, interactive, stderr }: PluginCommand): ChildProcess {
  try {
    return spawn(file, args, {
      argv0: command,
      cwd,
      env,
      stdio: [interactive ? "inherit" : "ignore", "pipe", stderr === "inherit" ? "inherit" : "pipe"],
      // A process group of its own, so that whatever the plugin starts ends with it. One that talks to the person at the
      // terminal stays in ours: Node makes a group only with a new session, which has no terminal.
      detached: !interactive && platform() !== "win32",
      windowsHide: true,
    });
  } catch (error) {
    // Some errnos are thrown, others emitted.
    throw new ExecFailure(`exec: fork/exec ${file}: ${goReason(error)}`);
  }
}

/** Exit code, -1 for a signal as in Go. A process that was told to stop is not waited for beyond its own end. */
function exitOf(child: ChildProcess, file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      reject(new ExecFailure(`exec: fork/exec ${file}: ${goReason(error)}`));
    });
    child.once("close", (code) => {
      resolve(code ?? -1);
    });
  });
}

function end(child: ChildProcess, interactive: boolean): void {
  const send = (name: NodeJS.Signals): void => {
    if (interactive || platform() === "win32" || !signalGroup(child.pid, name)) child.kill(name);
  };
  send("SIGTERM");
  const timer = setTimeout(() => {
    send("SIGKILL");
  }, graceMs);
  const afterExit = (): void => {
    clearTimeout(timer);
    // What the plugin started and left behind, which may hold the pipes open.
    send("SIGKILL");
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  if (child.exitCode !== null || child.signalCode !== null) afterExit();
  else child.once("exit", afterExit);
}

/** False when there is no such group any more. */
function signalGroup(leader: number | undefined, name: NodeJS.Signals): boolean {
  if (leader === undefined) return false;
  try {
    return kill(-leader, name);
  } catch {
    return false;
  }
}

/** Passes stderr on as it comes; returns a way to ask for its last line. */
function relayStderr(child: ChildProcess, sink: PluginCommand["stderr"]): () => string {
  const decoder = new StringDecoder("utf8");
  let tail = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    if (sink !== "inherit") sink(chunk);
    tail = (tail + decoder.write(chunk)).slice(-4096);
  });
  return () => {
    const lines = tail.split(/[\r\n]+/).filter((line) => line.trim() !== "");
    return printable(lines.at(-1)?.trim() ?? "").slice(0, lastLineLimit);
  };
}

function failedWith(code: number, command: string, lastLine: string): ExecFailure {
  const text = `exec: executable ${command} failed with exit code ${code}`;
  return new ExecFailure(lastLine === "" ? text : `${text}: ${lastLine}`);
}
