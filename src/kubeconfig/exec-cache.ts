import { encodeCluster } from "./internal/exec-info.ts";
import { encodeGoJson } from "./internal/go-json.ts";
import { shareRun } from "./internal/shared-run.ts";
import type { SharedRun } from "./internal/shared-run.ts";
import type { ExecCredential, ExecRequest, ExecRunner } from "./exec-credential.ts";

/** The credentials of exec plugins, shared by all connections of a process. Nothing is kept on disk. */
export interface ExecCache {
  /**
   * The cached credential while it is valid, else that of one run, however many ask at once.
   * An expired one is still returned when `accept` takes it: what was just fetched is good for the request at hand.
   * @throws ExecFailure (internal), or the signal's reason
   */
  get(request: ExecRequest, options?: ExecCacheOptions): Promise<ExecCredential>;
  /** Forgets `stale` if it is still the cached credential; another caller may have renewed it already. */
  invalidate(request: ExecRequest, stale: ExecCredential): void;
}

export interface ExecCacheOptions {
  readonly signal?: AbortSignal | undefined;
  readonly accept?: ((expired: ExecCredential) => boolean) | undefined;
}

interface Slot {
  credential: ExecCredential | undefined;
  run: SharedRun<ExecCredential> | undefined;
}

/** One per process, made in the composition root: contexts with the same exec section then cost one login. */
export function createExecCache(runner: ExecRunner, clock: { now(): number }): ExecCache {
  const slots = new Map<string, Slot>();
  const slotOf = (request: ExecRequest): Slot => {
    const key = keyOf(request);
    const slot = slots.get(key) ?? { credential: undefined, run: undefined };
    slots.set(key, slot);
    return slot;
  };
  return {
    async get(request, { signal, accept } = {}) {
      signal?.throwIfAborted();
      const slot = slotOf(request);
      const { credential } = slot;
      const usable = credential !== undefined && (isValid(credential, clock.now()) || accept?.(credential) === true);
      if (usable) return credential;
      slot.run ??= startRun(slot, (runSignal) => runner(request, runSignal));
      return slot.run.join(signal);
    },
    invalidate(request, stale) {
      const slot = slotOf(request);
      if (slot.credential === stale) slot.credential = undefined;
    },
  };
}

function isValid({ expiresAtMs }: ExecCredential, nowMs: number): boolean {
  return expiresAtMs === undefined || nowMs <= expiresAtMs;
}

function startRun(slot: Slot, run: (signal: AbortSignal) => Promise<ExecCredential>): SharedRun<ExecCredential> {
  const work = async (signal: AbortSignal): Promise<ExecCredential> => {
    try {
      const credential = await run(signal);
      slot.credential = credential;
      return credential;
    } finally {
      if (slot.run === shared) slot.run = undefined;
    }
  };
  const forget = (): void => {
    if (slot.run === shared) slot.run = undefined;
  };
  const shared: SharedRun<ExecCredential> = shareRun(work, forget);
  return shared;
}

/** client-go's key: the exec section, the cluster's extension, and the cluster when the plugin is told about it. */
function keyOf({ exec, clusterExtension, cluster }: ExecRequest): string {
  return JSON.stringify([
    exec.command,
    exec.args,
    exec.env.map(({ name, value }) => [name, value]),
    exec.apiVersion,
    exec.installHint,
    exec.provideClusterInfo,
    exec.interactiveMode,
    encodeGoJson(clusterExtension),
    cluster === undefined ? null : encodeCluster(cluster, null),
  ]);
}
