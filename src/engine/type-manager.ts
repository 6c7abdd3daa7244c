import { FedctlError, hasCode } from "../errors.ts";
import { nameOf } from "../federation/describe.ts";
import { type FederatedTypeConfig, typeConfigFinalizer, typeConfigType } from "../federation/kubefed-types.ts";
import type { KubeApi, ObjectKey } from "../kube/kube-api.ts";
import type { PropagatedType } from "../propagation/types.ts";
import type { ControllerSettings } from "./controller-settings.ts";
import { namespacesName } from "./shard-work.ts";
import { isSameStatus, planType, propagatesNamespaces, type TypePlan, typeStatus } from "./type-plan.ts";
import { createWorkQueue, type WorkResult } from "./work-queue.ts";

/** Begins and ends the propagation of types as their FederatedTypeConfigs say. */
export interface TypeManager {
  /** A config came, changed or went. */
  changed(name: string): void;
  /** Ends what is under way; types that are propagated go on. */
  stop(): Promise<void>;
}

export interface TypeManagerOptions {
  readonly host: KubeApi;
  readonly settings: Pick<ControllerSettings, "scope" | "collectsRawStatus">;
  readonly signal: AbortSignal;
  readonly configOf: (name: string) => FederatedTypeConfig | undefined;
  readonly names: () => Iterable<string>;
  /** All configs are known; `changed` is called for each when that comes true. */
  readonly isSynced: () => boolean;
  /** Writes status and finalizers of the configs; of several shards one does. */
  readonly ownsConfigs: boolean;
  readonly start: (type: PropagatedType) => void;
  readonly end: (name: string) => Promise<void>;
  readonly onRest: (name: string, why: string) => void;
  readonly onError: (name: string, error: FedctlError) => void;
}

/** Makes a {@link TypeManager}. */
export function createTypeManager(options: TypeManagerOptions): TypeManager {
  const running = new Map<string, string>();
  const queue = createWorkQueue({
    workers: 8,
    firstPauseMs: 1_000,
    longestPauseMs: 30_000,
    work: (name) => work(name, running, options),
  });
  return {
    changed(name) {
      queue.add(name);
      // Whether they may run hangs on that one.
      if (name === namespacesName) for (const other of options.names()) queue.add(other);
    },
    stop: () => queue.stop(),
  };
}

async function work(name: string, running: Map<string, string>, options: TypeManagerOptions): Promise<WorkResult> {
  try {
    await reconcileType(name, running, options);
    return { kind: "done" };
  } catch (error) {
    if (!(error instanceof FedctlError)) throw error;
    if (!options.signal.aborted && !hasCode(error, "ServerConflict")) options.onError(name, error);
    return { kind: "retry" };
  }
}

async function reconcileType(name: string, running: Map<string, string>, options: TypeManagerOptions): Promise<void> {
  if (!options.isSynced()) return;
  const config = options.configOf(name);
  const plan = planOf(config, options);
  await endIfOther(name, running, { plan, end: options.end });
  if (plan.kind === "rest" && plan.why !== undefined) options.onRest(name, plan.why);
  if (config === undefined) return;
  const current = options.ownsConfigs ? await holdOrRelease(config, options) : config;
  if (plan.kind === "run" && !running.has(name)) {
    running.set(name, textOf(plan.type));
    options.start(plan.type);
  }
  if (options.ownsConfigs && current !== undefined) await writeStatus(current, runningType(plan), options);
}

function runningType(plan: TypePlan): PropagatedType | undefined {
  return plan.kind === "run" ? plan.type : undefined;
}

const textOf = (type: PropagatedType): string => JSON.stringify(type);

/** Ends a type that is propagated no more, or in another way. */
async function endIfOther(
  name: string,
  running: Map<string, string>,
  { plan, end }: Pick<TypeManagerOptions, "end"> & { readonly plan: TypePlan },
): Promise<void> {
  if (!running.has(name) || (plan.kind === "run" && running.get(name) === textOf(plan.type))) return;
  running.delete(name);
  await end(name);
}

function planOf(config: FederatedTypeConfig | undefined, { settings, configOf }: TypeManagerOptions): TypePlan {
  if (config === undefined) return { kind: "rest" };
  return planType(config, settings, propagatesNamespaces(configOf(namespacesName)));
}

function keyOf(config: FederatedTypeConfig): ObjectKey {
  return { type: typeConfigType, namespace: config.metadata?.namespace, name: nameOf(config) };
}

/** The finalizer is there for as long as the config is wanted, and goes when its type rests. Undefined: the config may be gone. */
async function holdOrRelease(
  config: FederatedTypeConfig,
  { host, signal }: TypeManagerOptions,
): Promise<FederatedTypeConfig | undefined> {
  const { finalizers = [], deletionTimestamp, resourceVersion } = config.metadata ?? {};
  const isGoing = deletionTimestamp !== undefined;
  if (finalizers.includes(typeConfigFinalizer) !== isGoing) return isGoing ? undefined : config;
  const others = finalizers.filter((each) => each !== typeConfigFinalizer);
  const next = isGoing ? others : [...others, typeConfigFinalizer];
  const body = { metadata: { resourceVersion, finalizers: next } };
  try {
    const written = await host.patch<FederatedTypeConfig>(keyOf(config), { type: "merge", body }, { signal });
    return isGoing ? undefined : written;
  } catch (error) {
    if (hasCode(error, "ServerNotFound")) return undefined;
    throw error;
  }
}

async function writeStatus(
  config: FederatedTypeConfig,
  running: PropagatedType | undefined,
  { host, signal }: TypeManagerOptions,
): Promise<void> {
  const status = typeStatus(config, running);
  if (isSameStatus(config.status, status)) return;
  try {
    await host.updateStatus(typeConfigType, { ...config, status }, { signal });
  } catch (error) {
    if (!hasCode(error, "ServerNotFound")) throw error;
  }
}
