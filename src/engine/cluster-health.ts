import { FedctlError, hasCode } from "../errors.ts";
import type { Clock } from "../federation/deps.ts";
import { nameOf } from "../federation/describe.ts";
import { kubefedClusterType, type KubeFedCluster } from "../federation/kubefed-types.ts";
import type { KubeApi } from "../kube/kube-api.ts";
import type { ClusterClients } from "./cluster-clients.ts";
import type { HealthSettings } from "./controller-settings.ts";
import { type Health, healthAfter, isReady, type Probe, saysTheSame } from "./health-status.ts";
import { probeCluster } from "./probe-cluster.ts";

/** Keeps asking the registered clusters how they are, and writes it where everybody looks: to the status of their KubeFedClusters. */
export interface ClusterHealth {
  /** A cluster is registered, or was registered differently: it is asked at once. */
  set(cluster: KubeFedCluster): void;
  remove(name: string): void;
  /** Resolves when nothing is under way any more; only after the signal. */
  ended(): Promise<void>;
}

export interface ClusterHealthOptions {
  readonly host: KubeApi;
  readonly clients: ClusterClients;
  readonly settings: HealthSettings;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** After each probe. */
  readonly onProbe: (cluster: string, probe: Probe, ready: boolean) => void;
  /** That a status could not be written. */
  readonly onError: (error: FedctlError) => void;
}

interface Watched {
  /** Of the registration; another spec means another cluster. */
  readonly spec: string;
  readonly stop: AbortController;
  readonly work: Promise<void>;
}

/** The time of the last probe is written at least so often while nothing changes: each write wakes everybody who watches. */
const heartbeatMs = 60_000;

/** Makes {@link ClusterHealth}. */
export function createClusterHealth(options: ClusterHealthOptions): ClusterHealth {
  const watched = new Map<string, Watched>();
  const working = new Set<Promise<void>>();
  const remove = (name: string): void => {
    watched.get(name)?.stop.abort();
    watched.delete(name);
  };
  return {
    set(cluster) {
      const name = nameOf(cluster);
      const spec = JSON.stringify([cluster.metadata?.uid, cluster.spec]);
      const known = watched.get(name);
      if (known?.spec === spec) return;
      remove(name);
      const stop = new AbortController();
      const work = follow(cluster, { ...options, signal: AbortSignal.any([options.signal, stop.signal]) });
      watched.set(name, { spec, stop, work });
      working.add(work);
      void work.finally(() => working.delete(work));
    },
    remove,
    async ended() {
      await Promise.all(working);
    },
  };
}

async function follow(cluster: KubeFedCluster, options: ClusterHealthOptions): Promise<void> {
  const { settings, clock, signal } = options;
  let health: Health | undefined;
  let live = cluster;
  for (;;) {
    if (signal.aborted) return;
    const startedMs = performance.now();
    try {
      const probe = await probeCluster(cluster, { clients: options.clients, timeoutMs: settings.timeoutMs, signal });
      health = healthAfter(probe, health, { settings, now: wholeSeconds(clock.now()), recorded: live.status });
      options.onProbe(nameOf(cluster), probe, isReady(health.status));
      live = await record(live, health.status, options);
    } catch (error) {
      if (!(error instanceof FedctlError)) throw error;
      if (error.code !== "Interrupted") options.onError(error);
    }
    const restMs = settings.periodMs - (performance.now() - startedMs);
    await clock.sleep(Math.max(0, restMs), signal).catch(() => undefined);
  }
}

function wholeSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

type Status = Health["status"];

/** Writes a status that says something new, or that is old. Gives the registration as it is known then. @throws FedctlError Server* */
async function record(
  known: KubeFedCluster,
  status: Status,
  { host, clock, signal }: ClusterHealthOptions,
): Promise<KubeFedCluster> {
  if (isFresh(known.status, status, clock.now())) return known;
  const { namespace, name = "" } = known.metadata ?? {};
  let live: KubeFedCluster | undefined = known;
  for (let tries = 0; live !== undefined && tries < 3; tries += 1) {
    try {
      return await host.updateStatus<KubeFedCluster>(
        kubefedClusterType,
        { ...live, status: merged(live.status, status) },
        { signal },
      );
    } catch (error) {
      if (hasCode(error, "ServerNotFound")) return known;
      if (!hasCode(error, "ServerConflict")) throw error;
      live = await host.get<KubeFedCluster>({ type: kubefedClusterType, namespace, name }, { signal });
    }
  }
  return live ?? known;
}

/** Zones and region, which nothing here knows of, stay; so does the version of a cluster that cannot be asked. */
function merged(live: Status | undefined, status: Status): Status {
  return { ...live, ...status };
}

function isFresh(last: Status | undefined, next: Status, nowMs: number): boolean {
  if (!saysTheSame(last, merged(last, next))) return false;
  const ageMs = nowMs - Date.parse(last?.conditions?.[0]?.lastProbeTime ?? "");
  // A time in the future is of a clock that was set: nobody can tell how old it is.
  return ageMs >= 0 && ageMs < heartbeatMs;
}
