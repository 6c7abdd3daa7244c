import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import { withDeadline } from "../deadline.ts";
import { keyOf } from "../install/left-behind.ts";
import { typeConfigFinalizer } from "../kubefed-types.ts";
import { performStep, type Step } from "../step.ts";
import { waitUntilGone } from "../wait-gone.ts";
import { removeFinalizer } from "./finalizers.ts";
import { listInstances } from "./instance-list.ts";
import { planWhenStopped, refuseStranded } from "./instances.ts";
import { type DisableDeps, remainingMs, timedOut } from "./limits.ts";
import type { DisableOptions } from "./options.ts";
import type { DisablePlan, DisableTypePlan } from "./plan.ts";
import { deleteWhileRun, release } from "./remove-instances.ts";
import { stopPropagation } from "./stop-propagation.ts";

export interface Applying {
  readonly api: KubeApi;
  readonly options: DisableOptions;
  readonly deps: DisableDeps;
}

/**
 * Disables the planned types side by side, `namespaces` after all others, since their controllers stop with it. One that
 * fails does not stop the others.
 * @throws FedctlError of the type that failed; PartlyFailed when it was not the only one planned; Interrupted
 */
export async function applyDisable({ types }: DisablePlan, applying: Applying): Promise<void> {
  const failures: FedctlError[] = [];
  const attempt = async (type: DisableTypePlan): Promise<void> => {
    try {
      await disableType(type, applying);
    } catch (error) {
      if (!(error instanceof FedctlError)) throw error;
      failures.push(error);
    }
  };
  await Promise.all(types.filter(({ name }) => name !== "namespaces").map(attempt));
  if (failures.length === 0) await Promise.all(types.filter(({ name }) => name === "namespaces").map(attempt));
  const [first] = failures;
  if (first === undefined) return;
  if (types.length === 1 || hasCode(first, "Interrupted")) throw first;
  throw new FedctlError(
    "PartlyFailed",
    `${failures.length} of ${types.length} types could not be disabled in cluster "${applying.api.context}": ` +
      failures.map(({ message }) => message).join("; "),
    { cause: first, exitCode: ExitCode.PartlyFailed, hint: "run the same command again; what is done stays done" },
  );
}

/** In an order that can be taken up anywhere: the FederatedTypeConfig, which tells what there is to do, goes last. */
async function disableType(plan: DisableTypePlan, applying: Applying): Promise<void> {
  const { api, options, deps } = applying;
  await deleteWhileRun(plan, options.instances, applying);
  const hasStopped = plan.stop === undefined ? false : await stopPropagation(plan.stop, plan.isWatched, applying);
  await release(await releasesOf(plan, applying), api, deps);
  if (plan.crd !== undefined) await deleteCrd(plan.crd, applying);
  await deleteTypeConfig(plan.typeConfig, hasStopped, applying);
}

/** Of a type that was run it is looked again: its controller wrote finalizers until it stopped. */
async function releasesOf(
  { instances, releases }: DisableTypePlan,
  { api, options }: Applying,
): Promise<readonly Step[]> {
  const { federatedType, reach, isRun } = instances;
  if (!isRun || federatedType === undefined) return releases;
  const { objects } = await listInstances(api, federatedType, reach);
  const stopped = { ...instances, instances: objects, isRun: false };
  refuseStranded([stopped], options);
  return planWhenStopped(stopped, options);
}

async function deleteCrd(step: Step, { api, deps }: Applying): Promise<void> {
  await performStep(api, step, deps.report);
  if (step.action === "delete") await waitGone(step, api, deps);
}

async function deleteTypeConfig(step: Step, isWatched: boolean, { api, deps }: Applying): Promise<void> {
  await performStep(api, step, deps.report);
  if (step.action !== "delete") return;
  if (!isWatched) await removeFinalizer(api, keyOf(step), typeConfigFinalizer);
  await waitGone(step, api, deps);
}

/** @throws FedctlError TimedOut naming what keeps the object */
async function waitGone(step: Step, api: KubeApi, deps: DisableDeps): Promise<void> {
  const key = keyOf(step);
  deps.report.progress(`waiting for ${step.type.kind} "${key.name}" to be gone`);
  try {
    await withDeadline({ ...deps, timeoutMs: Math.max(remainingMs(deps), 1) }, (signal) =>
      waitUntilGone(api, key, { ...deps, signal }),
    );
  } catch (error) {
    if (!hasCode(error, "TimedOut")) throw error;
    const finalizers = (await api.get(key))?.metadata?.finalizers ?? [];
    const held = finalizers.length === 0 ? "" : ` (finalizers: ${finalizers.join(", ")})`;
    throw timedOut(`${step.type.kind} "${key.name}" of cluster "${api.context}" was not gone${held}`, deps);
  }
}
