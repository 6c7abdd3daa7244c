import { hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import type { FederationDeps } from "../deps.ts";
import type { ApplyDeps } from "../enable/apply.ts";
import { syncFinalizer, typeConfigFinalizer } from "../kubefed-types.ts";
import { namespaceContents } from "../namespace-contents.ts";
import { settled } from "../settled.ts";
import { performStep, plannedChange, type Step } from "../step.ts";
import { keyOf, refuseLeftBehind } from "./left-behind.ts";
import { gatherUninstallFacts } from "./uninstall-facts.ts";
import { planUninstall, reasonToKeep, stepsOf, type UninstallOptions, type UninstallPlan } from "./uninstall-plan.ts";

export type { UninstallOptions } from "./uninstall-plan.ts";

export interface UninstallResult {
  /** Context of the host cluster. */
  readonly cluster: string;
  readonly kubefedNamespace: string;
  /** What was, or would be, done. */
  readonly plan: UninstallPlan;
}

/**
 * Removes a control plane from its host cluster: federated objects (when asked to), type configs, KubeFedConfig, CRDs, and
 * the namespace when fedctl made it and nothing else is in it. Where KubeFed is not installed it does nothing.
 * @throws FedctlError ClustersStillJoined, FederatedObjectsExist before anything is deleted; LeftBehind
 */
export async function uninstallKubeFed(options: UninstallOptions, deps: FederationDeps): Promise<UninstallResult> {
  const { kubefedNamespace, hostClusterContext, dryRun } = options;
  const { api } = await deps.connect(hostClusterContext);
  const plan = planUninstall(await gatherUninstallFacts(api, kubefedNamespace), options);
  if (dryRun) {
    stepsOf(plan).forEach((step) => {
      deps.report.change(plannedChange(step));
    });
  } else {
    await applyUninstall(plan, api, deps);
  }
  return { cluster: api.context, kubefedNamespace, plan };
}

async function applyUninstall(plan: UninstallPlan, api: KubeApi, deps: ApplyDeps): Promise<void> {
  const { instances, settings } = plan;
  // A controller that still runs can let go of the federated objects as long as their types are enabled.
  await settled(instances.map((step) => removeObject(step, api, deps)));
  await settled(settings.map((step) => removeObject(step, api, deps)));
  await settled(plan.crds.map((step) => performStep(api, step, deps.report)));
  await refuseLeftBehind(plan.crds, api, { ...deps, holders: [...instances, ...settings] });
  if (plan.namespace === undefined) return;
  const namespace = await confirmEmpty(plan.namespace, plan, api);
  await performStep(api, namespace, deps.report);
  await refuseLeftBehind([namespace], api, deps);
}

/**
 * Deletes an object and takes KubeFed's finalizers off it: no cluster is joined, so there is nothing to clean up elsewhere.
 * In this order, since a controller that still runs would put a finalizer back on an object that is not being deleted.
 */
async function removeObject(step: Step, api: KubeApi, { report }: ApplyDeps): Promise<void> {
  await performStep(api, step, report);
  const finalizers = step.object.metadata?.finalizers ?? [];
  const others = finalizers.filter((name) => name !== syncFinalizer && name !== typeConfigFinalizer);
  if (step.action !== "delete" || others.length === finalizers.length) return;
  try {
    await api.patch(keyOf(step), { type: "merge", body: { metadata: { finalizers: others } } });
  } catch (error) {
    // Gone, or another finalizer has gone meanwhile: what is left is told in the end.
    if (!hasCode(error, "ServerNotFound", "ServerInvalid")) throw error;
  }
}

/** Somebody may have put something into the namespace since it was looked at. */
async function confirmEmpty(
  step: NonNullable<UninstallPlan["namespace"]>,
  { groups }: UninstallPlan,
  api: KubeApi,
): Promise<typeof step> {
  if (step.action !== "delete") return step;
  const reason = reasonToKeep(await namespaceContents(api, step.object.metadata?.name ?? ""), groups);
  return reason === undefined ? step : { ...step, action: "keep", reason };
}
