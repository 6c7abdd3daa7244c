import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startGuarded } from "./guarded-process.ts";

/** A component ended by itself. The message shows the end of its log and where the rest is. */
export class ComponentDied extends Error {
  override readonly name = "ComponentDied";
  readonly log: string;

  constructor(what: string, { exitCode, log, logPath }: { exitCode: number; log: string; logPath: string }) {
    const tail = log.trimEnd().split("\n").slice(-8).join("\n");
    super(`${what} ended with exit code ${exitCode} while it was needed; the end of its log (${logPath}):\n${tail}`);
    this.log = log;
  }
}

export interface Component {
  readonly name: string;
  readonly pid: number;
  readonly logPath: string;
  /** Rejects with ComponentDied when the component ends unasked; never fulfils. */
  readonly died: Promise<never>;
  readonly stop: () => Promise<void>;
}

export interface ComponentOptions {
  readonly name: string;
  /** For messages: which cluster it belongs to. */
  readonly cluster: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly logDir: string;
  /** Added to an environment in which there is nothing of the user's. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a component of a cluster with its output going to `<logDir>/<name>.log`. */
export async function startComponent(options: ComponentOptions): Promise<Component> {
  const { name, cluster, command, args, folder, logDir, env } = options;
  const logPath = join(logDir, `${name}.log`);
  const log = await open(logPath, "w");
  const running = startGuarded({
    command,
    args,
    cwd: folder,
    // Nothing of the user's: neither proxies nor a home with a kubeconfig.
    env: { PATH: "/usr/bin:/bin", HOME: folder, ...env },
    stdout: log.fd,
    stderr: log.fd,
  });
  await log.close();
  let stopping = false;
  const died = running.ended.then(async (exitCode) => {
    if (stopping) return await new Promise<never>(() => undefined);
    throw new ComponentDied(`${name} of ${cluster}`, { exitCode, log: await readFile(logPath, "utf8"), logPath });
  });
  // Whoever waits for the cluster sees it; between waits nobody needs to.
  died.catch(() => undefined);
  const stop = (): Promise<void> => {
    stopping = true;
    return running.stop();
  };
  return { name, pid: running.child.pid ?? 0, logPath, died, stop };
}

export interface WaitOptions {
  /** What is waited for, for the message when it does not come. */
  readonly what: string;
  readonly components: readonly Component[];
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

/** Asks once whether it is there; a question that stays open is cut off by the signal. */
export type Probe = (signal: AbortSignal) => Promise<boolean>;

const probeTimeoutMs = 5_000;

/** Polls `probe` until it is true. Throws when it stays false for too long, or when one of the components dies. */
export async function waitUntil(probe: Probe, options: WaitOptions): Promise<void> {
  const { what, components, signal, timeoutMs = 60_000 } = options;
  const deaths = components.map((component) => component.died);
  const deadline = Date.now() + timeoutMs;
  // A server that is starting refuses connections, or breaks them.
  const ask = (): Promise<boolean> => probe(AbortSignal.timeout(probeTimeoutMs)).catch(() => false);
  while (!(await Promise.race([ask(), ...deaths]))) {
    signal?.throwIfAborted();
    if (Date.now() > deadline) {
      const logs = components.map((component) => component.logPath).join(", ");
      throw new Error(`waited ${timeoutMs / 1000} s for ${what}; logs: ${logs}`);
    }
    await Promise.race([sleep(50), ...deaths]);
  }
}
