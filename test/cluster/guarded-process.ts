import { spawn } from "node:child_process";
import type { ChildProcess, SpawnOptions } from "node:child_process";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";

const guardian = fileURLToPath(new URL("guardian.sh", import.meta.url));

export interface GuardedProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string | undefined;
  /** A file descriptor, or "pipe". */
  readonly stdout: number | "pipe";
  readonly stderr: number | "pipe";
}

export interface GuardedProcess {
  readonly child: ChildProcess;
  /** Settles when the process has ended, with its exit code (137 when it was killed). */
  readonly ended: Promise<number>;
  /** Kills the process with everything it started; settles when it is gone. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a process that cannot outlive this one: it ends when this process ends, by any signal, SIGKILL included.
 * It does not keep this process alive, and has a session of its own, so a Ctrl-C in the terminal does not reach it first.
 */
export function startGuarded(options: GuardedProcessOptions): GuardedProcess {
  const { child, ended } = spawnDetached([guardian, options.command, ...options.args], {
    cwd: options.cwd,
    env: options.env,
    stdio: ["pipe", options.stdout, options.stderr],
  });
  return { child, ended, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<number>): Promise<void> {
  // While it is being stopped it is waited for: the event loop must not run dry before it is gone.
  child.ref();
  child.stdin?.end();
  await ended;
}

/**
 * Removes `folder` when this process is gone, in whatever way. The returned function calls it off.
 * The folder has to exist; a folder that is to stay needs no call of this.
 */
export function removeWhenOrphaned(folder: string): () => Promise<void> {
  // After the components, which see the end of their pipes at the same moment and may still be writing.
  const script = 'read -r called_off && exit 0; sleep 1; rm -rf "$1" || { sleep 1; rm -rf "$1"; }';
  const { child, ended } = spawnDetached(["-c", script, "janitor", folder], { stdio: ["pipe", "ignore", "ignore"] });
  return async () => {
    child.ref();
    child.stdin?.end("called off\n");
    await ended;
  };
}

function spawnDetached(shellArgs: readonly string[], options: SpawnOptions): Pick<GuardedProcess, "child" | "ended"> {
  const child = spawn("/bin/sh", shellArgs, { ...options, detached: true });
  const ended = new Promise<number>((resolve) => {
    child.once("error", () => {
      resolve(127);
    });
    child.once("exit", (code) => {
      resolve(code ?? 137);
    });
  });
  // The other end may be gone when the pipe is closed; that is what was wanted.
  child.stdin?.on("error", () => undefined);
  child.unref();
  // Pipes to a child are sockets, which @types/node does not say.
  for (const stream of [child.stdin, child.stdout, child.stderr]) if (stream instanceof Socket) stream.unref();
  return { child, ended };
}
