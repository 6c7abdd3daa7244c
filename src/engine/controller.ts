import { randomUUID } from "node:crypto";
import { ExitCode, FedctlError } from "../errors.ts";
import type { Clock, FederationDeps } from "../federation/deps.ts";
import { clusterWords } from "../federation/describe.ts";
import { kubefedConfigName, kubefedConfigType, type KubeFedConfig } from "../federation/kubefed-types.ts";
import { suggestCommand } from "../federation/suggest.ts";
import type { KubeApi } from "../kube/kube-api.ts";
import { type ControllerSettings, controllerSettings } from "./controller-settings.ts";
import type { EngineLog } from "./engine-log.ts";
import { type HttpEndpoint, openEndpoint, textPage } from "./http-endpoints.ts";
import { standForLeader } from "./leader-election.ts";
import { createMetrics, type MetricsPage } from "./metrics.ts";
import { reconcile } from "./reconcile.ts";
import { createShard, type Shard } from "./shard.ts";
import { claimsFor, refuseOtherController } from "./shard-claims.ts";
import { createShardBalance, type ShardBalance } from "./shard-balance.ts";
import type { ShardRange } from "./shard-key.ts";
import { defaultAbandonAfterMs } from "./world.ts";

export interface ControllerOptions {
  /** Of the kubeconfig; undefined: its current context, or the cluster this runs in. */
  readonly hostClusterContext: string | undefined;
  readonly kubefedNamespace: string;
  /** Parts that the work is divided into, by namespace. */
  readonly shards: number;
  /** The one part that this process works on; undefined: whichever is free. */
  readonly shard: number | undefined;
  readonly leaderElect: boolean;
  /** Federated objects worked on at a time, in each shard. */
  readonly concurrency: number;
  /** Also of what was done as it was to be. */
  readonly writesNormalEvents: boolean;
  /** Undefined: nothing listens. */
  readonly metricsAddress: string | undefined;
  readonly healthAddress: string | undefined;
  /** Of this process; what it stands for leader as begins so. */
  readonly name: string;
  /** How long a deletion waits for clusters that cannot be reached. Default: ten minutes. */
  readonly abandonAfterMs?: number;
  /** How long writes under way may take to end after the signal. */
  readonly graceMs: number;
}

export interface ControllerDeps extends Pick<FederationDeps, "connect" | "connectWith"> {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: EngineLog;
  /** Ends the controller: what is under way ends, and leadership is given back. Connections must outlive it. */
  readonly signal: AbortSignal;
}

interface Process {
  readonly options: ControllerOptions;
  readonly deps: ControllerDeps;
  readonly settings: ControllerSettings;
  readonly host: KubeApi;
  readonly hostWatch: KubeApi;
  /** Those that this process leads, by number. */
  readonly led: Map<number, Shard>;
  /** The one that this process stands for at the moment. */
  claiming: number | undefined;
  readonly balance: ShardBalance;
  /** No other process has it, so that none takes a lock of this one for its own. */
  readonly identity: string;
  readonly page: MetricsPage;
}

/** Propagates what a control plane federates, until the signal fires. @throws FedctlError at the start, when it cannot run as it is set */
export async function runController(options: ControllerOptions, deps: ControllerDeps): Promise<void> {
  const ranges = rangesOf(options);
  const [{ api: host }, { api: hostWatch }] = await Promise.all([
    deps.connect(options.hostClusterContext),
    deps.connect(options.hostClusterContext),
  ]);
  const settings = await readSettings(host, options);
  if (!options.leaderElect) await refuseOtherController({ host, ...options }, deps.signal);
  const led = new Map<number, Shard>();
  const page = createMetrics(() => [...led.values()].map((shard) => shard.gauges()));
  const identity = `${options.name}_${randomUUID()}`;
  const balance = createShardBalance({
    shards: options.shards,
    isPinned: options.shard !== undefined || !options.leaderElect,
    identity,
    leaseMs: settings.lease.leaseMs,
    nowMs: () => performance.now(),
  });
  const common = { options, deps, settings, host, hostWatch, led, identity, page, balance };
  const controller: Process = { ...common, claiming: undefined };
  const endpoints = await openEndpoints(controller);
  deps.log.info("started", {
    cluster: host.context || undefined,
    namespace: options.kubefedNamespace,
    scope: settings.scope,
    shards: options.shards,
    identity,
  });
  try {
    await Promise.all(ranges.map((range) => runShard(range, controller)));
  } finally {
    await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  }
  deps.log.info("stopped");
}

function rangesOf({ shards, shard }: ControllerOptions): readonly ShardRange[] {
  if (shard !== undefined && shard >= shards) {
    throw new FedctlError("Usage", `there is no shard ${shard} of ${shards}: the first is 0`, {
      exitCode: ExitCode.Usage,
      hint: `give one of 0 to ${shards - 1}, or leave --shard out`,
    });
  }
  const all = Array.from({ length: shards }, (_, index) => ({ index, count: shards }));
  return shard === undefined ? all : all.filter(({ index }) => index === shard);
}

async function readSettings(host: KubeApi, options: ControllerOptions): Promise<ControllerSettings> {
  const { kubefedNamespace: namespace } = options;
  const key = { type: kubefedConfigType, namespace, name: kubefedConfigName };
  const config = await host.get<KubeFedConfig>(key);
  if (config !== undefined) return controllerSettings(config);
  throw new FedctlError(
    "KubeFedNotInstalled",
    `KubeFed is not installed: ${clusterWords(host.context)} has no KubeFedConfig "${kubefedConfigName}" in namespace "${namespace}"`,
    { hint: `install it: ${suggestCommand("install", options)}` },
  );
}

async function openEndpoints({ options, led, page, deps }: Process): Promise<readonly HttpEndpoint[]> {
  const readiness = () => {
    const waiting = [...led.entries()].filter(([, shard]) => !shard.synced).map(([index]) => index);
    return waiting.length === 0
      ? textPage(200, "ok")
      : textPage(503, `the host's objects are not read yet for shard ${waiting.join(", ")}`);
  };
  const health = new Map([
    ["/healthz", () => textPage(200, "ok")],
    ["/readyz", readiness],
  ]);
  const metrics = new Map([
    ["/metrics", async () => ({ status: 200, contentType: page.contentType, body: await page.render() })],
  ]);
  const { healthAddress, metricsAddress } = options;
  const opened: HttpEndpoint[] = [];
  try {
    if (healthAddress !== undefined)
      opened.push(await openEndpoint({ flag: "--health-address", address: healthAddress, pages: health }));
    if (metricsAddress !== undefined)
      opened.push(await openEndpoint({ flag: "--metrics-address", address: metricsAddress, pages: metrics }));
  } catch (error) {
    await Promise.all(opened.map((endpoint) => endpoint.close()));
    throw error;
  }
  deps.log.info("listening", { addresses: opened.map(({ address }) => address).join(", ") });
  return opened;
}

async function runShard(range: ShardRange, controller: Process): Promise<void> {
  const { options, deps, settings, hostWatch, identity, balance } = controller;
  if (!options.leaderElect) return lead(range, { signal: deps.signal, lost: new AbortController().signal }, controller);
  const name = `${range.index}`;
  let lastWord = "";
  const sayOnce = (word: string, say: () => void): void => {
    if (word !== lastWord) say();
    lastWord = word;
  };
  await standForLeader({
    // Not behind a hundred writes: a lock that is renewed too late is lost.
    claims: claimsFor(range, { ...options, host: hostWatch, settings, identity, clock: deps.clock, balance }),
    times: settings.lease,
    clock: deps.clock,
    signal: deps.signal,
    requests: new AbortController().signal,
    mayClaim: () => mayTakeMore(range, controller),
    lead: (signal, lost) => {
      controller.claiming = undefined;
      sayOnce("leads", () => {
        deps.log.info("leading", { shard: name });
      });
      return leadForNow(range, { signal, lost }, controller);
    },
    onWaiting: (lock, holder) => {
      controller.claiming = undefined;
      sayOnce(`${lock} ${holder}`, () => {
        deps.log.info("waiting: somebody else leads", { shard: name, lock, holder });
      });
    },
    onError: (error) => {
      controller.claiming = undefined;
      deps.log.warn("leader lock cannot be had", { shard: name, error: error.message });
    },
  });
}

/** Leads until the signal fires, or others are to have the shard. */
async function leadForNow(range: ShardRange, { signal, lost }: LeadSignals, controller: Process): Promise<void> {
  const { balance, deps } = controller;
  const { index } = range;
  const giveBack = balance.began(index);
  try {
    await lead(range, { signal: AbortSignal.any([signal, giveBack]), lost }, controller);
  } finally {
    balance.ended(index);
    if (giveBack.aborted) deps.log.info("shard is given back, for others to have their part", { shard: `${index}` });
  }
}

/** Others that start at the same time shall have their part: shards are taken one by one, and with a lease's time in between. */
function mayTakeMore({ index }: ShardRange, controller: Process): boolean {
  const { led, settings, options, claiming, balance } = controller;
  if (options.shards === 1) return true;
  if (!balance.mayClaim(index)) return false;
  if (claiming !== undefined && claiming !== index) return false;
  if (led.size > 0 && performance.now() - lastTakenMs(led) <= settings.lease.leaseMs) return false;
  controller.claiming = index;
  return true;
}

const takenAt = new WeakMap<Shard, number>();

function lastTakenMs(led: ReadonlyMap<number, Shard>): number {
  return Math.max(...[...led.values()].map((shard) => takenAt.get(shard) ?? 0));
}

interface LeadSignals {
  readonly signal: AbortSignal;
  readonly lost: AbortSignal;
}

async function lead(range: ShardRange, { signal, lost }: LeadSignals, controller: Process): Promise<void> {
  const { options, deps, settings, host, hostWatch, led, page } = controller;
  const { kubefedNamespace, concurrency: workers, graceMs } = options;
  const shard = createShard({
    range,
    kubefedNamespace,
    settings,
    host,
    hostWatch,
    connectWith: deps.connectWith,
    clock: deps.clock,
    random: deps.random,
    log: deps.log,
    metrics: page.metrics,
    reconcile,
    workers,
    graceMs,
    writesNormalEvents: options.writesNormalEvents,
    abandonAfterMs: options.abandonAfterMs ?? defaultAbandonAfterMs,
  });
  takenAt.set(shard, performance.now());
  led.set(range.index, shard);
  try {
    await shard.run(signal, lost);
  } finally {
    led.delete(range.index);
  }
}
