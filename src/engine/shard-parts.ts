import { FedctlError } from "../errors.ts";
import { nameOf } from "../federation/describe.ts";
import { type KubeFedCluster, typeConfigType } from "../federation/kubefed-types.ts";
import type { KubeApi } from "../kube/kube-api.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { readPreference, scheduledKinds } from "../propagation/replica-preference.ts";
import { type ClusterClients, createClusterClients } from "./cluster-clients.ts";
import { type ClusterHealth, createClusterHealth } from "./cluster-health.ts";
import { expand } from "./compact-object.ts";
import { createDelayedKeys, type DelayedKeys } from "./delayed-keys.ts";
import { createEventRecorder, type EventRecorder } from "./event-recorder.ts";
import { createHostCaches, type HostCaches, type Whole } from "./host-caches.ts";
import { createInformedWorld } from "./informed-world.ts";
import { keyFor, nameFrom } from "./key.ts";
import { createMembers, type Members } from "./members.ts";
import type { CacheChange } from "./object-cache.ts";
import { observedApi } from "./observed-api.ts";
import type { Subject } from "./reconcile-plan.ts";
import { scheduleReplicas } from "./schedule-replicas.ts";
import type { ShardOptions } from "./shard.ts";
import { createShardWork, namespacesName, type ShardWork } from "./shard-work.ts";
import { createTypeManager, type TypeManager } from "./type-manager.ts";
import { createTypeRuns, type TypeRuns } from "./type-runs.ts";
import type { World } from "./world.ts";

/** What a shard is made of, each part told of what concerns it. */
export interface ShardParts {
  readonly work: ShardWork;
  readonly caches: HostCaches;
  readonly runs: TypeRuns;
  readonly members: Members;
  readonly typeManager: TypeManager;
  readonly events: EventRecorder;
  readonly clients: ClusterClients;
  /** Of the one shard that asks clusters how they are. */
  readonly health: ClusterHealth | undefined;
  /** Clusters that are not ready, until their objects are looked at. */
  readonly unready: DelayedKeys;
}

/** Parts that call each other: each is there before anything is called. */
type Late = { -readonly [Part in keyof ShardParts]: ShardParts[Part] } & { world: World };

interface Base {
  readonly options: ShardOptions;
  /** Ends every request. */
  readonly signal: AbortSignal;
  readonly late: Late;
}

/** Puts the parts of a shard together; nothing runs yet. @param signal ends every request */
export function assembleShard(options: ShardOptions, signal: AbortSignal): ShardParts {
  const late = {} as Late; // Filled below, before it is given away.
  const base: Base = { options, signal, late };
  const { kubefedNamespace, settings, clock } = options;
  const host = observe("", options.host, base);
  late.clients = createClusterClients({ host, kubefedNamespace, connectWith: options.connectWith });
  late.events = createEventRecorder(host, { clock, writesNormal: options.writesNormalEvents });
  late.work = createWork(base);
  late.runs = createRuns(base);
  late.members = createMembersPart(base, host);
  late.unready = createDelayedKeys((name) => {
    if (late.members.list().some((member) => member.name === name && !member.ready)) late.runs.lookAtAll();
  });
  late.health = options.range.index === 0 ? createHealth(base, host) : undefined;
  late.typeManager = createTypes(base, host);
  late.caches = createCaches(base);
  const { events, members, caches, runs } = late;
  const plane = { ...settings, kubefedNamespace, abandonAfterMs: options.abandonAfterMs };
  late.world = createInformedWorld({ host, settings: plane, clock, events, signal, members, caches, runs });
  return late;
}

function observe(cluster: string, api: KubeApi, { options, signal, late }: Base): KubeApi {
  return observedApi(api, {
    signal,
    onWritten: (type, written) => {
      const object = written as UnknownObject; // Any object is one.
      if (!late.runs.takeOver(cluster, type, object)) return;
      late.work.own.add(cluster, object.metadata?.resourceVersion);
      if (cluster === "") late.caches.takeOver(type, object);
    },
    onWrite: (verb, error) => {
      options.metrics.wrote(cluster, verb, error);
    },
  });
}

function createRuns({ options, late }: Base): TypeRuns {
  const { settings, kubefedNamespace } = options;
  return createTypeRuns({
    ...options,
    namespace: settings.scope === "Namespaced" ? kubefedNamespace : undefined,
    work: late.work,
    openMembers: () => late.members.open(),
    clusters: () => late.members.list(),
    isSettling: () => late.members.isSettling(),
    isHostSynced: () => late.caches.synced,
  });
}

function createMembersPart(base: Base, host: KubeApi): Members {
  const { options, signal, late } = base;
  const { log, clock, settings } = options;
  return createMembers({
    host,
    clients: late.clients,
    clock,
    signal,
    observe: (cluster, api) => observe(cluster, api, base),
    onOpen: (member) => {
      late.runs.memberOpened(member);
    },
    onClose: (name) => {
      late.runs.memberClosed(name);
    },
    onChange(name, change) {
      log.info("cluster changed", { cluster: name, change });
      if (change === "unready") late.unready.add(name, settings.unavailableDelayMs);
      else late.unready.remove(name);
      if (change === "ready") late.runs.memberReady(name);
      if (change === "placement") late.runs.lookAtAll();
    },
    onError: (cluster, error) => {
      log.warn("cluster cannot be talked to", { cluster, error: error.message });
      // It is waited for no more; that is known a moment later.
      setImmediate(late.runs.proceed);
    },
  });
}

function createTypes({ options, signal, late }: Base, host: KubeApi): TypeManager {
  const { kubefedNamespace, settings, range, log } = options;
  return createTypeManager({
    host,
    settings,
    signal,
    configOf: (name) => late.caches.typeConfigs.get(`${kubefedNamespace}/${name}`)?.object,
    names: () => typeNames(late.caches),
    isSynced: () => late.caches.typeConfigs.state.synced,
    ownsConfigs: range.index === 0,
    start: (type) => {
      late.runs.start(type);
    },
    end: (name) => late.runs.end(name),
    onRest: (name, why) => {
      log.warn("type is not propagated", { type: name, why });
    },
    onError: (name, error) => {
      log.warn("type cannot be looked after", { type: name, error: error.message });
    },
  });
}

function typeNames({ typeConfigs }: HostCaches): readonly string[] {
  return [...typeConfigs.keys()].map((key) => nameFrom(key).name);
}

function createCaches({ options, late }: Base): HostCaches {
  return createHostCaches({
    ...options,
    host: options.hostWatch,
    scope: options.settings.scope,
    schedulesReplicas: options.settings.schedulesReplicas,
    shard: options.range,
    onCluster: (change) => {
      clusterChanged(change, late);
    },
    onTypeConfig: ({ key }) => {
      late.typeManager.changed(nameFrom(key).name);
    },
    onNamespace: (key) => {
      late.runs.hostNamespaceChanged(key);
    },
    onPreference: ({ key }) => {
      for (const { name, federated } of late.runs.types()) {
        if (scheduledKinds.includes(federated.kind)) late.work.add({ type: name, key });
      }
    },
    onState(type, error) {
      if (error !== undefined) options.log.warn("host cannot be read", { type, error: error.message });
      if (type === typeConfigType.plural) for (const name of typeNames(late.caches)) late.typeManager.changed(name);
      late.runs.proceed();
    },
  });
}

/** Preferences are looked at again so often: pods that find no place tell nobody. */
const scheduleAgainMs = 30_000;
/** So soon while nobody can tell yet which clusters are ready. */
const pendingMs = 1_000;

/** Decides placement and replicas of an object that has a preference, before it is looked at. */
async function scheduleFor({ type, key }: Subject, { options, late }: Base): Promise<void> {
  if (!scheduledKinds.includes(type.federated.kind)) return;
  const kept = late.caches.preferences?.get(keyFor(key));
  if (kept === undefined) return;
  const preference = expand(kept);
  if (readPreference(preference).targetKind !== type.federated.kind) return;
  const isPending = late.members.list().some((member) => member.isPending === true);
  late.work.add({ type: type.name, key: keyFor(key) }, isPending ? pendingMs : scheduleAgainMs);
  try {
    await scheduleReplicas(late.world, preference);
  } catch (error) {
    if (!(error instanceof FedctlError)) throw error;
    options.log.warn("replicas cannot be distributed", { type: type.name, key: keyFor(key), error: error.message });
  }
}

function createWork(base: Base): ShardWork {
  const { options, late } = base;
  const { workers, reconcile, log, metrics } = options;
  return createShardWork({
    workers,
    isSettled: (name) => late.runs.isSettled(name),
    typeOf: (name) => late.runs.cachesOf(name)?.type,
    reconcile: async (type, key) => {
      await scheduleFor({ type, key }, base);
      // Meanwhile the type may have ended, and begun otherwise.
      const isSame = late.runs.cachesOf(type.name)?.type === type;
      if (!isSame || !late.runs.isSettled(type.name)) return { members: [], reason: "", next: "recheck" };
      return reconcile(late.world, { type, key });
    },
    onDone: ({ type, key }, outcome, ms) => {
      metrics.reconciled(type, outcome.next, ms);
      const isMade =
        type === namespacesName && outcome.members.some(({ action, status }) => action === "create" && status === "");
      if (isMade) late.runs.namespaceMade(nameFrom(key).name);
      const fields = { type, key, reason: outcome.reason, next: outcome.next, ms: Math.round(ms) };
      if (outcome.error !== undefined) log.warn("reconciliation failed", { ...fields, error: outcome.error.message });
      for (const { cluster, action, status, message } of outcome.members) {
        if (message !== undefined)
          log.warn("not as it is to be", { type, key, cluster, action, status, error: message });
      }
      log.debug("reconciled", fields);
    },
    onFailure: ({ type, key }, error) => {
      metrics.reconciled(type, "retry", 0);
      log.error("reconciliation failed unexpectedly", {
        type,
        key,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    },
  });
}

function createHealth({ options, signal, late }: Base, host: KubeApi): ClusterHealth {
  const { settings, clock, log, metrics } = options;
  return createClusterHealth({
    host,
    clients: late.clients,
    settings: settings.health,
    clock,
    signal,
    onProbe: (cluster, probe, ready) => {
      metrics.probed(cluster, probe.kind, ready);
      if (probe.kind === "unreachable" || probe.kind === "malformed")
        log.warn("cluster is not well", { cluster, finding: probe.kind, error: probe.why });
    },
    onError: (error) => {
      log.warn("health of a cluster cannot be recorded", { error: error.message });
    },
  });
}

function clusterChanged(
  { before, now }: CacheChange<Whole<KubeFedCluster>>,
  { members, health, clients }: Pick<ShardParts, "members" | "health" | "clients">,
): void {
  if (now !== undefined) {
    members.set(now.object);
    health?.set(now.object);
    return;
  }
  if (before === undefined) return;
  const name = nameOf(before.object);
  members.remove(name);
  health?.remove(name);
  clients.forget(name);
}
