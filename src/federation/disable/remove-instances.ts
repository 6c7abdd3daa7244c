import type { FedctlError } from "../../errors.ts";
import { hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import { forEachInParallel } from "../in-parallel.ts";
import { keyOf } from "../install/left-behind.ts";
import { syncFinalizer } from "../kubefed-types.ts";
import { orphanAnnotation } from "../orphaning/facts.ts";
import { performStep, plannedChange, type Step } from "../step.ts";
import { removeFinalizer } from "./finalizers.ts";
import { isHeld } from "./instances.ts";
import { type ControllerWait, type DisableDeps, timedOut, waitForController } from "./limits.ts";
import type { InstancePolicy } from "./options.ts";
import type { DisableTypePlan } from "./plan.ts";
import { waitUntilDeleted } from "./wait-deleted.ts";

/** As many as one connection carries at a time. */
const inFlight = 100;
/** More names than these help nobody. */
const named = 5;

/**
 * Deletes federated objects while their controller runs, and waits until it has let go of them: of what they placed in
 * clusters too, unless it is to stay. When the controller ends meanwhile, its finalizer is removed in its place.
 * @returns whether the controller is still there
 * @throws FedctlError TimedOut naming what is still there
 */
export async function deleteWhileRun(
  { deletions, instances }: DisableTypePlan,
  policy: InstancePolicy,
  wait: ControllerWait,
): Promise<boolean> {
  const { api, deps } = wait;
  const { federatedType: type, reach } = instances;
  if (deletions.length === 0 || type === undefined) return true;
  await forEachInParallel(deletions, inFlight, async (step) => {
    if (policy === "orphan") await leaveInClusters(step, api);
    await performStep(api, step, deps.report);
  });
  const byUid = new Map(deletions.map((step) => [step.object.metadata?.uid ?? "", step]));
  let left = [...deletions];
  const onLeft = (uids: ReadonlySet<string>): void => {
    left = [...byUid].filter(([uid]) => uids.has(uid)).map(([, step]) => step);
    deps.report.progress(`waiting for ${type.kind} to be deleted`, { done: byUid.size - uids.size, total: byUid.size });
  };
  const isDone = await waitForController(
    wait,
    (signal) => waitUntilDeleted(api, { type, reach, uids: new Set(byUid.keys()), onLeft }, { ...deps, signal }),
    () => notLetGo(left, deletions.length, deps),
  );
  if (!isDone) await forEachInParallel(left, inFlight, (step) => removeFinalizer(api, keyOf(step), syncFinalizer));
  return isDone;
}

function notLetGo(left: readonly Step[], total: number, deps: DisableDeps): FedctlError {
  const names = left.map(labelOf).sort();
  const list = `${names.slice(0, named).join(", ")}${names.length > named ? ", ..." : ""}`;
  const [first] = left;
  return timedOut(deps, {
    what: `the controller did not let go of ${left.length} of ${total} ${first?.type.kind ?? ""} in cluster "${first?.cluster ?? ""}"`,
    detail: `, so the type stays enabled: ${list}`,
    hint:
      "a cluster that is not ready holds them, see fedctl get clusters; run the same command again, or leave what is in " +
      "clusters with --instances=orphan",
  });
}

function labelOf({ object }: Step): string {
  const { namespace, name = "" } = object.metadata ?? {};
  return `"${namespace === undefined ? name : `${namespace}/${name}`}"`;
}

async function leaveInClusters(step: Step, api: KubeApi): Promise<void> {
  try {
    await api.patch(keyOf(step), {
      type: "merge",
      body: { metadata: { annotations: { [orphanAnnotation]: "true" } } },
    });
  } catch (error) {
    if (!hasCode(error, "ServerNotFound")) throw error;
  }
}

/** Takes the place of a controller that does not run: removes its finalizer, and the object where it is to go. */
export async function release(steps: readonly Step[], api: KubeApi, { report }: DisableDeps): Promise<void> {
  await forEachInParallel(steps, inFlight, async (step) => {
    if (step.action === "delete") await performStep(api, step, report);
    if (isHeld(step.object)) await removeFinalizer(api, keyOf(step), syncFinalizer);
    if (step.action === "update") report.change({ ...plannedChange(step), outcome: "done" });
  });
}
