import { setTimeout as sleep } from "node:timers/promises";
import { ExitCode, FedctlError } from "../../src/errors.ts";
import type { Clock, Connection, FederationDeps } from "../../src/federation/deps.ts";
import type { Change, Warning } from "../../src/federation/report.ts";
import { connectWithToken } from "./kubeconfig-connection.ts";

/** One run of the core, and what it told. */
export interface CoreRun {
  readonly deps: FederationDeps;
  readonly changes: readonly Change[];
  readonly warnings: readonly Warning[];
}

/** The clock of the program. */
export const realClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {
      throw new FedctlError("Interrupted", "interrupted", { exitCode: ExitCode.Interrupted });
    });
  },
};

/** Gives a run of the core one connection, whatever context it asks for, or a way to connect. */
export function coreRun(
  connection: Connection | FederationDeps["connect"],
  signal: AbortSignal = new AbortController().signal,
): CoreRun {
  const changes: Change[] = [];
  const warnings: Warning[] = [];
  const deps: FederationDeps = {
    connect: typeof connection === "function" ? connection : () => Promise.resolve(connection),
    connectWith: (config, token) => Promise.resolve(connectWithToken(config, token, { signal })),
    clock: realClock,
    signal,
    report: {
      change: (change) => void changes.push(change),
      warn: (warning) => void warnings.push(warning),
      cluster: () => undefined,
      progress: () => undefined,
    },
  };
  return { deps, changes, warnings };
}

/** `create ConfigMap a`, with what became of it where it was not done. */
export function describeChange({ action, object, outcome }: Change): string {
  return `${action} ${object.kind} ${object.name}${outcome === "done" ? "" : ` (${outcome})`}`;
}
