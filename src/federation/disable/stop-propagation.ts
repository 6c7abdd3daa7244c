import { hasCode } from "../../errors.ts";
import type { KubeApi, ObjectKey } from "../../kube/kube-api.ts";
import { withDeadline } from "../deadline.ts";
import { type FederatedTypeConfig, typeConfigType } from "../kubefed-types.ts";
import { plannedChange, type Step } from "../step.ts";
import { findController } from "./controller-presence.ts";
import { type DisableDeps, remainingMs, timedOut } from "./limits.ts";
import { isStopped } from "./stopped.ts";

/** How long a controller may be silent before its lock is looked at again: KubeFed's leases end after 15 s. */
const silenceMs = 16_000;
const pauseMs = 200;

/**
 * Ends the propagation of a type and, where a controller runs, waits until it says so of what was just written (B-DI4).
 * @returns false when no controller was there to say so, or it ended meanwhile
 * @throws FedctlError TimedOut; of the failed request
 */
export async function stopPropagation(
  step: Step<FederatedTypeConfig>,
  isWatched: boolean,
  { api, deps }: { readonly api: KubeApi; readonly deps: DisableDeps },
): Promise<boolean> {
  const generation = await disablePropagation(step, api, deps);
  const name = step.object.metadata?.name ?? "";
  if (!isWatched || generation === undefined) return isWatched;
  const namespace = step.object.metadata?.namespace ?? "";
  deps.report.progress(`waiting for the controller of ${name} to stop`);
  while (remainingMs(deps) > 0) {
    if (await saysStopped(api, { type: typeConfigType, namespace, name }, deps)) return true;
    if ((await findController(api, namespace, deps)).state === "absent") {
      deps.report.warn({
        code: "NoController",
        message: `the controller in namespace "${namespace}" of cluster "${api.context}" ended before it said that ${name} is stopped`,
      });
      return false;
    }
  }
  throw timedOut(
    `the controller in namespace "${namespace}" of cluster "${api.context}" did not say that it has stopped "${name}"`,
    deps,
  );
}

/** The generation that the controller has to have seen; undefined when there is nothing to wait for. */
async function disablePropagation(
  step: Step<FederatedTypeConfig>,
  api: KubeApi,
  { report }: DisableDeps,
): Promise<number | undefined> {
  if (step.action !== "update") return isStopped(step.object) ? undefined : step.object.metadata?.generation;
  const { name = "", namespace } = step.object.metadata ?? {};
  try {
    // A patch: the controller writes the status meanwhile.
    const written = await api.patch<FederatedTypeConfig>(
      { type: typeConfigType, namespace, name },
      { type: "merge", body: { spec: { propagation: "Disabled" } } },
    );
    report.change({ ...plannedChange(step), outcome: "done" });
    return written.metadata?.generation;
  } catch (error) {
    // Somebody else has deleted it.
    if (hasCode(error, "ServerNotFound")) return undefined;
    throw error;
  }
}

/** False when the time that one may be silent is over. */
async function saysStopped(api: KubeApi, key: ObjectKey, deps: DisableDeps): Promise<boolean> {
  try {
    return await withDeadline({ ...deps, timeoutMs: Math.min(silenceMs, remainingMs(deps)) }, (signal) =>
      watchUntilStopped(api, key, { ...deps, signal }),
    );
  } catch (error) {
    if (hasCode(error, "TimedOut")) return false;
    throw error;
  }
}

async function watchUntilStopped(api: KubeApi, key: ObjectKey, { signal, clock }: DisableDeps): Promise<boolean> {
  for (;;) {
    const { namespace, name } = key;
    for await (const event of api.watch<FederatedTypeConfig>(key.type, { namespace, name, signal })) {
      if (event.type === "DELETED") return true;
      if (event.type !== "BOOKMARK" && isStopped(event.object)) return true;
    }
    // The server ended the watch; a short rest keeps one that always does from being flooded.
    await clock.sleep(pauseMs, signal);
  }
}
