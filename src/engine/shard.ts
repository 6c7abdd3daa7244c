import type { Clock, FederationDeps } from "../federation/deps.ts";
import type { KubeApi } from "../kube/kube-api.ts";
import type { ControllerSettings } from "./controller-settings.ts";
import type { EngineLog } from "./engine-log.ts";
import type { EngineGauges, EngineMetrics } from "./engine-metrics.ts";
import type { ReconcileOutcome } from "./outcome.ts";
import type { Subject } from "./reconcile-plan.ts";
import type { ShardRange } from "./shard-key.ts";
import { assembleShard } from "./shard-parts.ts";
import type { World } from "./world.ts";

export type Reconcile = (world: World, subject: Subject) => Promise<ReconcileOutcome>;

export interface ShardOptions {
  readonly range: ShardRange;
  readonly kubefedNamespace: string;
  readonly settings: ControllerSettings;
  readonly host: KubeApi;
  /** Of the host, for watches. */
  readonly hostWatch: KubeApi;
  readonly connectWith: FederationDeps["connectWith"];
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: EngineLog;
  readonly metrics: EngineMetrics;
  readonly reconcile: Reconcile;
  /** Also of what was done as it was to be. */
  readonly writesNormalEvents: boolean;
  /** Federated objects worked on at a time. */
  readonly workers: number;
  /** How long a deletion waits for clusters that cannot be reached. */
  readonly abandonAfterMs: number;
  /** How long what is under way may take to end. */
  readonly graceMs: number;
}

/** One part of the federation, propagated. */
export interface Shard {
  /** The caches of the host were read. */
  readonly synced: boolean;
  gauges(): EngineGauges;
  /**
   * Works until the signal fires, ends what is under way, and resolves then. `lost` fires when somebody else may lead already, so that
   * nothing may be written any more.
   */
  run(signal: AbortSignal, lost: AbortSignal): Promise<void>;
}

/** Makes a {@link Shard}. */
export function createShard(options: ShardOptions): Shard {
  const { range, metrics } = options;
  const hard = new AbortController();
  const parts = assembleShard(options, hard.signal);
  const name = `${range.index}`;
  return {
    get synced() {
      return parts.caches.synced;
    },
    gauges: () => ({
      shard: name,
      depth: parts.work.depth,
      waiting: parts.work.waiting,
      cached: [...parts.runs.sizes()],
    }),
    async run(signal, lost) {
      const watching = new AbortController();
      const running = parts.caches.run(watching.signal);
      metrics.leading(name, true);
      await fired(signal);
      metrics.leading(name, false);
      const breakOff = (): void => {
        hard.abort();
      };
      lost.addEventListener("abort", breakOff, { once: true });
      if (lost.aborted) breakOff();
      const timer = setTimeout(breakOff, options.graceMs);
      await Promise.all([parts.work.stop(), parts.typeManager.stop()]);
      await parts.events.flush();
      clearTimeout(timer);
      parts.unready.clear();
      hard.abort();
      watching.abort();
      await Promise.all([running, parts.runs.endAll(), parts.health?.ended()]);
      parts.clients.close();
    },
  };
}

async function fired(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => {
    signal.addEventListener("abort", resolve, { once: true });
  });
}
