import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi, ResourceType } from "../../kube/kube-api.ts";
import { withDeadline } from "../deadline.ts";
import { type ControllerPresence, findController } from "../disable/controller-presence.ts";
import { waitUntilDeleted } from "../disable/wait-deleted.ts";
import type { ApplyDeps } from "../enable/apply.ts";
import { syncFinalizer, typeConfigFinalizer } from "../kubefed-types.ts";
import { settled } from "../settled.ts";
import { groupQualifiedName, performStep, type Step } from "../step.ts";
import { describeLeft, keyOf } from "./left-behind.ts";

export interface Removal {
  readonly api: KubeApi;
  readonly kubefedNamespace: string;
  /** Of the control plane. One whose lock may not be read counts as running. */
  readonly controller: ControllerPresence;
  readonly deps: ApplyDeps;
}

/** A controller retries after a minute at most. */
const releaseTimeoutMs = 60_000;
const named = 10;

/**
 * Deletes objects that KubeFed's finalizers hold. A controller that runs is waited for: it may still write to them, and has
 * to stop what it does for a type. Without one fedctl takes the finalizers off.
 * @throws FedctlError LeftBehind naming what the controller does not let go of
 */
export async function removeObjects(steps: readonly Step[], removal: Removal): Promise<void> {
  const { api, controller, deps } = removal;
  if (controller.state === "absent") {
    await settled(steps.map((step) => removeObject(step, api, deps)));
    return;
  }
  await settled(steps.map((step) => performStep(api, step, deps.report)));
  const deleted = steps.filter(({ action }) => action === "delete");
  const until = deps.clock.now() + releaseTimeoutMs;
  let left: readonly Step[] = deleted;
  do {
    left = await waitForRelease(left, removal, until - deps.clock.now());
    if (left.length === 0) return;
    if ((await findController(api, removal.kubefedNamespace, deps)).state !== "absent") continue;
    await settled(left.map((step) => takeFinalizersOff(step, api)));
    return;
  } while (deps.clock.now() < until);
  throw notReleased(left, removal);
}

/**
 * Deletes an object and takes KubeFed's finalizers off it: no cluster is joined, so there is nothing to clean up elsewhere.
 * In this order, since a controller that starts would put a finalizer back on an object that is not being deleted.
 */
async function removeObject(step: Step, api: KubeApi, { report }: ApplyDeps): Promise<void> {
  await performStep(api, step, report);
  if (step.action === "delete") await takeFinalizersOff(step, api);
}

async function takeFinalizersOff(step: Step, api: KubeApi): Promise<void> {
  const finalizers = step.object.metadata?.finalizers ?? [];
  const others = finalizers.filter((name) => name !== syncFinalizer && name !== typeConfigFinalizer);
  if (others.length === finalizers.length) return;
  try {
    await api.patch(keyOf(step), { type: "merge", body: { metadata: { finalizers: others } } });
  } catch (error) {
    // Gone, or another finalizer has gone meanwhile: what is left is told in the end.
    if (!hasCode(error, "ServerNotFound", "ServerInvalid")) throw error;
  }
}

/** One watch for each type, no longer than a lock counts. @returns what is still there */
async function waitForRelease(
  steps: readonly Step[],
  { api, controller, deps }: Removal,
  longestMs: number,
): Promise<readonly Step[]> {
  const left = new Map(steps.map((step) => [uidOf(step), step]));
  const types = new Map<string, ResourceType>(steps.map(({ type }) => [groupQualifiedName(type), type]));
  const progress = (): void => {
    deps.report.progress("waiting for the controller", { done: steps.length - left.size, total: steps.length });
  };
  const waits = (signal: AbortSignal): Promise<void> =>
    settled(
      [...types.values()].map((type) => {
        const uids = new Set(
          steps.filter((step) => groupQualifiedName(step.type) === groupQualifiedName(type)).map(uidOf),
        );
        const onLeft = (now: ReadonlySet<string>): void => {
          for (const uid of uids) if (!now.has(uid)) left.delete(uid);
          progress();
        };
        return waitUntilDeleted(api, { type, reach: { namespace: undefined }, uids, onLeft }, { ...deps, signal });
      }),
    );
  try {
    await withDeadline({ ...deps, timeoutMs: Math.min(controller.leaseMs, longestMs) }, waits);
  } catch (error) {
    if (!hasCode(error, "TimedOut")) throw error;
  }
  return [...left.values()];
}

function uidOf({ object }: Step): string {
  return object.metadata?.uid ?? "";
}

function notReleased(left: readonly Step[], { api, controller }: Removal): FedctlError {
  const names = left.map(describeLeft).sort();
  const more = names.length > named ? `, and ${names.length - named} more` : "";
  return new FedctlError(
    "LeftBehind",
    `the KubeFed controller of cluster "${api.context}" (${controller.reason}) does not let go of what was deleted: ` +
      `${names.slice(0, named).join(", ")}${more}`,
    { exitCode: ExitCode.LeftBehind, hint: "stop the controller, then run the same command again" },
  );
}
