import { hasCode } from "../../errors.ts";
import type { KubeApi, ObjectKey } from "../../kube/kube-api.ts";
import { keyOf } from "../install/left-behind.ts";
import type { FederatedTypeConfig } from "../kubefed-types.ts";
import { plannedChange, type Step } from "../step.ts";
import { type DisableDeps, timedOut, waitForController } from "./limits.ts";
import { isStopped } from "./stopped.ts";

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
  const mustBeSaid = await disablePropagation(step, api, deps);
  if (!isWatched || !mustBeSaid) return isWatched;
  const { name, namespace = "" } = keyOf(step);
  deps.report.progress(`waiting for the controller of ${name} to stop`);
  return waitForController(
    { api, namespace, deps },
    (signal) => watchUntilStopped(api, keyOf(step), { ...deps, signal }),
    () =>
      timedOut(deps, {
        what: `no controller said of FederatedTypeConfig "${name}" in namespace "${namespace}" of cluster "${api.context}" that it has stopped`,
      }),
  );
}

/** @returns whether the controller has still to say that it has stopped */
async function disablePropagation(
  step: Step<FederatedTypeConfig>,
  api: KubeApi,
  { report }: DisableDeps,
): Promise<boolean> {
  if (step.action !== "update") return !isStopped(step.object);
  try {
    // A patch: the controller writes the status meanwhile.
    await api.patch(keyOf(step), { type: "merge", body: { spec: { propagation: "Disabled" } } });
    report.change({ ...plannedChange(step), outcome: "done" });
    return true;
  } catch (error) {
    // Somebody else has deleted it.
    if (hasCode(error, "ServerNotFound")) return false;
    throw error;
  }
}

/** It is looked at as it is now, so its generation is that of the patch, or later. */
async function watchUntilStopped(api: KubeApi, key: ObjectKey, { signal, clock }: DisableDeps): Promise<void> {
  for (;;) {
    const live = await api.get<FederatedTypeConfig>(key, { signal });
    if (live === undefined || isStopped(live)) return;
    const resourceVersion = live.metadata?.resourceVersion;
    if (await seesItStop(api, key, { signal, resourceVersion })) return;
    // The server ended the watch; a short rest keeps one that always does from being flooded.
    await clock.sleep(pauseMs, signal);
  }
}

async function seesItStop(
  api: KubeApi,
  { type, namespace, name }: ObjectKey,
  from: { readonly signal: AbortSignal; readonly resourceVersion: string | undefined },
): Promise<boolean> {
  try {
    for await (const event of api.watch<FederatedTypeConfig>(type, { ...from, namespace, name })) {
      if (event.type === "DELETED") return true;
      if (event.type !== "BOOKMARK" && isStopped(event.object)) return true;
    }
    return false;
  } catch (error) {
    // Too old a version, or somebody who may get but not watch: look again.
    if (hasCode(error, "ServerError", "ServerForbidden")) return false;
    throw error;
  }
}
