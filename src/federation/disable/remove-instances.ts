import { hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import { withDeadline } from "../deadline.ts";
import { forEachInParallel } from "../federate/in-parallel.ts";
import { syncFinalizer } from "../kubefed-types.ts";
import { orphanAnnotation } from "../orphaning/facts.ts";
import { keyOf } from "../install/left-behind.ts";
import { performStep, plannedChange, type Step } from "../step.ts";
import { removeFinalizer } from "./finalizers.ts";
import { isHeld } from "./instances.ts";
import { type DisableDeps, remainingMs, timedOut } from "./limits.ts";
import type { InstancePolicy } from "./options.ts";
import type { DisableTypePlan } from "./plan.ts";
import { waitUntilDeleted } from "./wait-deleted.ts";

/** As many as one connection carries at a time. */
const inFlight = 100;
/** More names than these help nobody. */
const named = 5;

/**
 * Deletes federated objects while their controller runs, and waits until it has let go of them: of what they placed in
 * clusters too, unless it is to stay.
 * @throws FedctlError TimedOut naming what is still there
 */
export async function deleteWhileRun(
  { deletions, instances, name }: DisableTypePlan,
  policy: InstancePolicy,
  { api, deps }: { readonly api: KubeApi; readonly deps: DisableDeps },
): Promise<void> {
  const type = instances.federatedType;
  if (deletions.length === 0 || type === undefined) return;
  await forEachInParallel(deletions, inFlight, async (step) => {
    if (policy === "orphan") await leaveInClusters(step, api);
    await performStep(api, step, deps.report);
  });
  const byUid = new Map(deletions.map((step) => [step.object.metadata?.uid ?? "", step]));
  let left: ReadonlySet<string> = new Set();
  const onLeft = (uids: ReadonlySet<string>): void => {
    left = uids;
    deps.report.progress(`waiting for ${type.kind} to be deleted`, { done: byUid.size - uids.size, total: byUid.size });
  };
  try {
    await withDeadline({ ...deps, timeoutMs: Math.max(remainingMs(deps), 1) }, (signal) =>
      waitUntilDeleted(api, { type, reach: instances.reach, uids: new Set(byUid.keys()), onLeft }, { ...deps, signal }),
    );
  } catch (error) {
    if (!hasCode(error, "TimedOut")) throw error;
    const names = [...left].flatMap((uid) => labelOf(byUid.get(uid)));
    throw timedOut(
      `the controller did not let go of ${left.size} of ${byUid.size} ${type.kind} in cluster "${api.context}", so "${name}" ` +
        `is still enabled: ${names.slice(0, named).join(", ")}${names.length > named ? ", ..." : ""}; not done`,
      deps,
      "a cluster that is not ready holds them: see fedctl get clusters; then run the same command again, or leave what is in clusters with --instances=orphan",
    );
  }
}

function labelOf(step: Step | undefined): string[] {
  const { namespace, name = "" } = step?.object.metadata ?? {};
  return step === undefined ? [] : [`"${namespace === undefined ? name : `${namespace}/${name}`}"`];
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
