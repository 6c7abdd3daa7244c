import type { FedctlError } from "../errors.ts";
import type { Clock } from "../federation/deps.ts";
import type { KubeApi, ResourceType } from "../kube/kube-api.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { federatedKey, isNamespaceType } from "../propagation/target-key.ts";
import type { PropagatedType } from "../propagation/types.ts";
import type { CompactObject } from "./compact-object.ts";
import type { EngineLog } from "./engine-log.ts";
import type { EngineGauges } from "./engine-metrics.ts";
import { keyFor, keyOf, nameFrom } from "./key.ts";
import { createMendDelays } from "./mend-delays.ts";
import type { OpenMember } from "./members.ts";
import type { CacheChange } from "./object-cache.ts";
import { concernsContents, isNewsOfMember, isOwnDoing } from "./object-news.ts";
import { isSameType } from "./same-type.ts";
import type { ShardRange } from "./shard-key.ts";
import { lookAtMember, lookAtStrays, lookAtType, type Run } from "./type-run.ts";
import { namespacesName, type ShardWork } from "./shard-work.ts";
import { createTypeCaches, isRefusal, type TypeCaches } from "./type-caches.ts";
import type { MemberCluster } from "./world.ts";

/** The types that are propagated, and what has their objects looked at. */
export interface TypeRuns {
  readonly cachesOf: (name: string) => TypeCaches | undefined;
  readonly types: () => readonly PropagatedType[];
  /** What decisions are made from is known: federated objects and namespaces, and of each ready cluster its copies, or that they cannot be. */
  readonly isSettled: (name: string) => boolean;
  start(type: PropagatedType): void;
  end(name: string): Promise<void>;
  endAll(): Promise<void>;
  memberOpened(member: OpenMember): void;
  memberClosed(name: string): void;
  /** A cluster is ready again. */
  memberReady(name: string): void;
  /** Placements, or what clusters say of themselves, may mean something else now. */
  lookAtAll(): void;
  hostNamespaceChanged(name: string): void;
  /** A namespace was made in a cluster: what is in it can be, too. */
  namespaceMade(name: string): void;
  /** More is known: types that waited for it begin. */
  readonly proceed: () => void;
  /** What a write gave back; cluster "" is the host. False where it holds what others wrote, so that its event is news. */
  takeOver(cluster: string, type: ResourceType, object: UnknownObject): boolean;
  sizes(): Iterable<EngineGauges["cached"][number]>;
}

export interface TypeRunsOptions {
  readonly hostWatch: KubeApi;
  /** Undefined: all. */
  readonly namespace: string | undefined;
  readonly range: ShardRange;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: EngineLog;
  readonly work: ShardWork;
  readonly openMembers: () => Iterable<OpenMember>;
  readonly clusters: () => readonly MemberCluster[];
  readonly isSettling: () => boolean;
  readonly isHostSynced: () => boolean;
}

/** What a member's object says of itself is gathered a moment later: it mostly says more soon. */
const statusDelayMs = 1_000;
/** A cluster that is called ready and does not list its objects holds nobody up for longer. */
const patienceMs = 30_000;

/** Makes {@link TypeRuns}. */
export function createTypeRuns(options: TypeRunsOptions): TypeRuns {
  const runs = new Map<string, Run>();
  const proceed = (): void => {
    for (const run of runs.values()) if (!run.isOpen && mayOpen(run, runs, options)) open(run, options);
  };
  async function end(name: string): Promise<void> {
    const run = runs.get(name);
    if (run === undefined) return;
    runs.delete(name);
    clearTimeout(run.timer);
    await run.caches.end();
  }
  return {
    isSettled: (name) => {
      const run = runs.get(name);
      return run === undefined || (run.isOpen && hasNamespaces(run, runs, options) && isSettled(run, options));
    },
    cachesOf: (name) => runs.get(name)?.caches,
    types: () => [...runs.values()].map(({ caches }) => caches.type).sort(byName),
    start(type) {
      const run = startRun(type, { ...options, runs, proceed });
      runs.set(type.name, run);
      for (const member of options.openMembers()) run.caches.openMember(member);
      options.log.info("type is propagated", { type: type.name });
    },
    end,
    async endAll() {
      await Promise.all([...runs.keys()].map(end));
    },
    proceed,
    lookAtAll() {
      for (const run of runs.values()) lookAtType(run, options.work);
    },
    ...memberMethods(runs, { ...options, proceed }),
    ...cacheMethods(runs, options),
  };
}

type Runs = ReadonlyMap<string, Run>;

function memberMethods(
  runs: Runs,
  { work, proceed }: Pick<StartOptions, "work" | "proceed">,
): Pick<TypeRuns, "memberOpened" | "memberClosed" | "memberReady"> {
  return {
    memberOpened(member) {
      for (const { caches, known } of runs.values()) {
        known.delete(member.name);
        caches.openMember(member);
      }
    },
    memberClosed(name) {
      for (const { caches, known } of runs.values()) {
        known.delete(name);
        caches.closeMember(name);
      }
    },
    memberReady(name) {
      for (const run of runs.values()) {
        run.caches.retryMember(name);
        // Also copies of what was deleted while the cluster was away.
        if (run.known.has(name)) lookAtMember(run, name, work);
      }
      proceed();
    },
  };
}

function cacheMethods(
  runs: Runs,
  { work }: Pick<TypeRunsOptions, "work">,
): Pick<TypeRuns, "hostNamespaceChanged" | "namespaceMade" | "takeOver" | "sizes"> {
  return {
    namespaceMade(name) {
      for (const run of runs.values()) if (!isNamespaceType(run.caches.type)) lookAtType(run, work, `${name}/`);
    },
    hostNamespaceChanged(name) {
      const run = runs.get(namespacesName);
      const key = `${name}/${name}`;
      if (run?.isOpen === true && run.caches.federated.get(key) !== undefined) work.add({ type: namespacesName, key });
    },
    takeOver(cluster, type, object) {
      for (const { caches } of runs.values()) {
        if (cluster !== "" && isSameType(caches.type.target, type)) caches.takeOver(cluster, object);
        if (cluster !== "" || !isSameType(caches.type.federated, type)) continue;
        const known = caches.federated.get(keyOf(object));
        if (known !== undefined && !isOwnDoing(known, object)) return false;
        caches.federated.apply(object);
      }
      return true;
    },
    *sizes() {
      for (const { caches } of runs.values()) {
        yield { type: caches.type.name, cluster: "", count: caches.federated.size };
        for (const [cluster, count] of caches.memberSizes()) yield { type: caches.type.name, cluster, count };
      }
    },
  };
}

function byName(one: PropagatedType, other: PropagatedType): number {
  return one.name < other.name ? -1 : 1;
}

interface StartOptions extends TypeRunsOptions {
  readonly runs: ReadonlyMap<string, Run>;
  readonly proceed: () => void;
}

function startRun(type: PropagatedType, options: StartOptions): Run {
  const { hostWatch, namespace, range, clock, random, log, proceed } = options;
  const run: Run = {
    isOpen: false,
    known: new Set(),
    isImpatient: false,
    mends: createMendDelays(),
    timer: setTimeout(() => {
      run.isImpatient = true;
      proceed();
    }, patienceMs),
    caches: createTypeCaches({
      type,
      host: hostWatch,
      namespace,
      shard: range,
      clock,
      random,
      onFederated: (change) => {
        federatedChanged(run, change, options);
      },
      onMember: (cluster, change) => {
        memberChanged(run, { cluster, change }, options.work);
      },
      onState: (cluster, error) => {
        if (error !== undefined)
          log.warn("objects cannot be read", { type: type.name, cluster: cluster ?? "", error: error.message });
        stateChanged(run, { cluster, error }, options);
      },
    }),
  };
  return run;
}

function federatedChanged(run: Run, change: CacheChange<CompactObject>, { work, runs }: StartOptions): void {
  const { type } = run.caches;
  const { key, now } = change;
  if (run.isOpen) work.add({ type: type.name, key }, 0, { cluster: "", resourceVersion: now?.resourceVersion });
  // Those of other types may be looked at already when namespaces are not yet.
  const { namespace, name } = nameFrom(key);
  if (!isNamespaceType(type) || namespace !== name || !concernsContents(change)) return;
  for (const other of runs.values()) if (other !== run) lookAtType(other, work, `${name}/`);
}

interface MemberEvent {
  readonly cluster: string;
  readonly change: CacheChange<CompactObject>;
}

function memberChanged(run: Run, { cluster, change }: MemberEvent, work: ShardWork): void {
  const { type } = run.caches;
  // What a first list tells is looked at when all of it is known.
  if (!run.isOpen || !run.known.has(cluster) || !isNewsOfMember(change, type.collectsStatus)) return;
  const key = keyFor(federatedKey(type, nameFrom(change.key)));
  const delayMs = delayOf(run, change);
  work.add({ type: type.name, key }, delayMs, {
    cluster,
    resourceVersion: change.now?.resourceVersion,
  });
}

function delayOf({ caches, mends }: Run, { key, now }: CacheChange<CompactObject>): number {
  if (caches.type.collectsStatus && now !== undefined) return statusDelayMs;
  return mends.next(key, { nowMs: performance.now(), isGone: now === undefined });
}

interface StateEvent {
  /** Undefined: the host. */
  readonly cluster: string | undefined;
  readonly error: FedctlError | undefined;
}

function stateChanged(run: Run, { cluster, error }: StateEvent, { proceed, work }: StartOptions): void {
  proceed();
  if (cluster === undefined || !run.isOpen) return;
  const wasKnown = run.known.has(cluster);
  const isKnown = run.caches.isKnown(cluster);
  if (isKnown) run.known.add(cluster);
  else run.known.delete(cluster);
  // Known for the first time or again, or known no more.
  if (isKnown !== wasKnown || isRefusal(error)) lookAtMember(run, cluster, work);
}

function mayOpen(run: Run, runs: Runs, options: TypeRunsOptions): boolean {
  if (!options.isHostSynced() || !run.caches.federated.state.synced) return false;
  return hasNamespaces(run, runs, options) && (run.isImpatient || isSettled(run, options));
}

/** Without its federated namespace an object is wanted nowhere: while none of those are known, nobody can tell, and what is there stays. */
function hasNamespaces({ caches }: Run, runs: Runs, { namespace }: Pick<TypeRunsOptions, "namespace">): boolean {
  if (namespace !== undefined || !caches.type.target.namespaced) return true;
  return runs.get(namespacesName)?.caches.federated.state.synced === true;
}

function isSettled({ caches }: Run, { clusters, isSettling }: TypeRunsOptions): boolean {
  const ready = clusters().filter((cluster) => cluster.ready);
  return !isSettling() && caches.isComplete(ready.map(({ name }) => name));
}

function open(run: Run, { work, clusters, log }: TypeRunsOptions): void {
  run.isOpen = true;
  clearTimeout(run.timer);
  const names = clusters().map(({ name }) => name);
  for (const name of names) if (run.caches.isKnown(name)) run.known.add(name);
  lookAtType(run, work);
  for (const name of names) lookAtStrays(run, name, work);
  log.info("type is up to date in the caches", { type: run.caches.type.name, objects: run.caches.federated.size });
}
