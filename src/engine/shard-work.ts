import type { FederatedKey, PropagatedType } from "../propagation/types.ts";
import { type Key, nameFrom } from "./key.ts";
import type { ReconcileOutcome } from "./outcome.ts";
import { createOwnWrites, type OwnWrites } from "./own-writes.ts";
import { createWorkQueue, type WorkResult } from "./work-queue.ts";

/** A federated object to be looked at. */
export interface Task {
  readonly type: string;
  readonly key: Key;
}

/** Something that happened to an object; it is no news when an own write did it. */
export interface Happening {
  readonly cluster: string;
  /** Undefined of a deletion. */
  readonly resourceVersion: string | undefined;
}

/** The queue of a shard. */
export interface ShardWork {
  /** Puts a federated object in; while it is being worked on, happenings wait, since they may be of its own doing. */
  readonly add: (task: Task, delayMs?: number, happening?: Happening) => void;
  readonly own: OwnWrites;
  readonly stop: () => Promise<void>;
  readonly idle: () => Promise<void>;
  readonly depth: number;
  readonly waiting: number;
}

export interface ShardWorkOptions {
  readonly workers: number;
  /** What there is of a type is known as far as it can be. */
  readonly isSettled: (type: string) => boolean;
  readonly typeOf: (name: string) => PropagatedType | undefined;
  readonly reconcile: (type: PropagatedType, key: FederatedKey) => Promise<ReconcileOutcome>;
  readonly onDone: (task: Task, outcome: ReconcileOutcome, ms: number) => void;
  /** It threw: interrupted, or a bug. The key is tried again, as after any failure. */
  readonly onFailure: (task: Task, error: unknown) => void;
}

/** Name of the type of namespaces. */
export const namespacesName = "namespaces";

interface Parked extends Happening {
  readonly delayMs: number;
}

/** KubeFed's: a finalizer of a member's object, say, is looked after so long later where no event tells of it. */
const recheckMs = 10_000;

/** What is in a namespace waits while that itself is seen to: without it nothing can be made there. */
const housingMs = 20;

/** While a cluster that has just become ready is read, nobody can tell what it has. It answers, or fails, within the limit of a request. */
const settlingMs = 200;

/** Makes {@link ShardWork}. */
export function createShardWork(options: ShardWorkOptions): ShardWork {
  const own = createOwnWrites();
  const parked = new Map<string, Parked[]>();
  const queue = createWorkQueue({ workers: options.workers, work });

  async function work(id: string): Promise<WorkResult> {
    const task = taskOf(id);
    const housing = housingOf(task, options);
    if (housing !== undefined && queue.has(housing)) return { kind: "again", afterMs: housingMs };
    if (!options.isSettled(task.type)) return { kind: "again", afterMs: settlingMs };
    const happenings: Parked[] = [];
    parked.set(id, happenings);
    const result = await runTask(task, options);
    parked.delete(id);
    for (const { cluster, resourceVersion, delayMs } of happenings) {
      if (resourceVersion === undefined || !own.has(cluster, resourceVersion)) queue.add(id, delayMs);
    }
    return result;
  }

  return {
    own,
    add(task, delayMs = 0, happening) {
      const id = idOf(task);
      const waiting = parked.get(id);
      if (happening === undefined || waiting === undefined) queue.add(id, delayMs);
      else waiting.push({ ...happening, delayMs });
    },
    stop: queue.stop,
    idle: queue.idle,
    get depth() {
      return queue.depth;
    },
    get waiting() {
      return queue.waiting;
    },
  };
}

function idOf({ type, key }: Task): string {
  return `${type} ${key}`;
}

/** No name of a type has a space in it. */
function taskOf(id: string): Task {
  const space = id.indexOf(" ");
  return { type: id.slice(0, space), key: id.slice(space + 1) };
}

/** The federated namespace that an object is in, as it stands in the queue. */
function housingOf({ type: name, key }: Task, { typeOf }: ShardWorkOptions): string | undefined {
  const { namespace } = nameFrom(key);
  if (namespace === undefined || typeOf(name)?.target.namespaced !== true) return undefined;
  return idOf({ type: namespacesName, key: `${namespace}/${namespace}` });
}

async function runTask(task: Task, options: ShardWorkOptions): Promise<WorkResult> {
  const type = options.typeOf(task.type);
  if (type === undefined) return { kind: "done" };
  const startedMs = performance.now();
  try {
    const outcome = await options.reconcile(type, nameFrom(task.key));
    options.onDone(task, outcome, performance.now() - startedMs);
    return resultOf(outcome);
  } catch (error) {
    options.onFailure(task, error);
    return { kind: "retry" };
  }
}

function resultOf({ next }: ReconcileOutcome): WorkResult {
  switch (next) {
    case "settled":
      return { kind: "done" };
    case "retry":
      return { kind: "retry" };
    case "recheck":
      return { kind: "again", afterMs: recheckMs };
  }
}
