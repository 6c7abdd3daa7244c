import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import { keyOf } from "../install/left-behind.ts";
import { typeConfigFinalizer } from "../kubefed-types.ts";
import { performStep, type Step } from "../step.ts";
import { waitUntilGone } from "../wait-gone.ts";
import { removeFinalizer } from "./finalizers.ts";
import { listInstances } from "./instance-list.ts";
import { planWhenStopped, refuseStranded } from "./instances.ts";
import { type ControllerWait, type DisableDeps, timedOut, waitForController, withinLimit } from "./limits.ts";
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
  const wait = { api, deps, namespace: options.kubefedNamespace };
  const isThere = await deleteWhileRun(plan, options.instances, wait);
  const isWatched = plan.isWatched && isThere;
  const hasStopped = plan.stop === undefined ? isWatched : await stopPropagation(plan.stop, isWatched, wait);
  await release(await releasesOf(plan, applying), api, deps);
  if (plan.crd !== undefined) await deleteCrd(plan.crd, applying);
  await deleteTypeConfig(plan.typeConfig, hasStopped, wait);
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
  if (step.action === "delete") await waitGone(step, { api, deps });
}

/** A controller that runs has its finalizer on it, and removes it; where none does, that is done here. */
async function deleteTypeConfig(step: Step, isWatched: boolean, wait: ControllerWait): Promise<void> {
  const { api, deps } = wait;
  await performStep(api, step, deps.report);
  if (step.action !== "delete") return;
  const key = keyOf(step);
  const work = (signal: AbortSignal): Promise<void> => waitUntilGone(api, key, { ...deps, signal });
  if (isWatched && (await waitForController(wait, work, () => stillThere(step, wait)))) return;
  await removeFinalizer(api, key, typeConfigFinalizer);
  await waitGone(step, wait);
}

interface Waiting {
  readonly api: KubeApi;
  readonly deps: DisableDeps;
}

async function waitGone(step: Step, { api, deps }: Waiting): Promise<void> {
  const key = keyOf(step);
  deps.report.progress(`waiting for ${step.type.kind} "${key.name}" to be gone`);
  await withinLimit(
    deps,
    (signal) => waitUntilGone(api, key, { ...deps, signal }),
    () => stillThere(step, { api, deps }),
  );
}

/** TimedOut, naming what keeps the object. */
async function stillThere(step: Step, { api, deps }: Waiting): Promise<FedctlError> {
  const finalizers = (await api.get(keyOf(step)))?.metadata?.finalizers ?? [];
  const detail = finalizers.length === 0 ? "" : ` (finalizers: ${finalizers.join(", ")})`;
  return timedOut(deps, {
    what: `${step.type.kind} "${keyOf(step).name}" of cluster "${api.context}" was not gone`,
    detail,
  });
}
