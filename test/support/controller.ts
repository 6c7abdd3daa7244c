import { onTestFinished } from "vitest";
import { type ControllerOptions, runController } from "../../src/engine/controller.ts";
import { createEngineLog } from "../../src/engine/engine-log.ts";
import type { Connection } from "../../src/federation/deps.ts";
import { connectThrough, connectWithToken } from "./kubeconfig-connection.ts";
import { realClock } from "./core-run.ts";

export interface ControllerLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** A controller that runs in this process. */
export interface RunningController {
  readonly log: readonly ControllerLine[];
  /** Rejects with what it refused. */
  readonly ended: Promise<void>;
  /** As with SIGTERM; resolves when it has ended, rejects with what it refused. */
  stop(): Promise<void>;
  /** As with kill -9: whatever is under way breaks off, and nothing is given back. */
  kill(): void;
}

export interface ControllerPlace extends Partial<ControllerOptions> {
  readonly kubeconfigPath: string;
  /** Instead of by the kubeconfig. */
  readonly connect?: (signal: AbortSignal) => Promise<Connection>;
  readonly kubefedNamespace: string;
}

/** Starts one, without HTTP endpoints unless told otherwise. It ends with the test. */
export function startController({ kubeconfigPath, connect, ...options }: ControllerPlace): RunningController {
  const log: ControllerLine[] = [];
  const [stop, kill] = [new AbortController(), new AbortController()];
  const running = runController(
    {
      hostClusterContext: "earth",
      shards: 1,
      shard: undefined,
      leaderElect: true,
      concurrency: 32,
      metricsAddress: undefined,
      healthAddress: undefined,
      name: "controller",
      graceMs: 20_000,
      writesNormalEvents: false,
      ...options,
    },
    {
      connect: (context) => connect?.(kill.signal) ?? connectThrough(kubeconfigPath, context, kill.signal),
      connectWith: (config, token) => Promise.resolve(connectWithToken(config, token, { signal: kill.signal })),
      clock: realClock,
      random: Math.random,
      log: createEngineLog({
        write: (text) => void log.push(JSON.parse(text) as ControllerLine),
        now: () => Date.now(),
        level: "debug",
      }),
      signal: AbortSignal.any([stop.signal, kill.signal]),
    },
  );
  running.catch(() => undefined);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  onTestFinished(async () => {
    kill.abort();
    await running.catch(() => undefined);
  });
  return {
    log,
    ended: running,
    stop: end,
    kill: () => {
      kill.abort();
    },
  };
}
