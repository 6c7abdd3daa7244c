import type { KubeApi } from "../../kube/kube-api.ts";
import type { FederationDeps } from "../deps.ts";
import { findController } from "../disable/controller-presence.ts";
import type { ApplyDeps } from "../enable/apply.ts";
import { namespaceContents } from "../namespace-contents.ts";
import { settled } from "../settled.ts";
import { performStep, plannedChange } from "../step.ts";
import { refuseLeftBehind } from "./left-behind.ts";
import { removeObjects } from "./remove-objects.ts";
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
 * KubeFed's finalizers are its controller's to remove where one runs, and removed with the objects where none does.
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
    await applyUninstall(plan, { api, kubefedNamespace }, deps);
  }
  return { cluster: api.context, kubefedNamespace, plan };
}

async function applyUninstall(
  plan: UninstallPlan,
  { api, kubefedNamespace }: { readonly api: KubeApi; readonly kubefedNamespace: string },
  deps: ApplyDeps,
): Promise<void> {
  const { instances, settings } = plan;
  const removal = { api, kubefedNamespace, controller: await findController(api, kubefedNamespace, deps), deps };
  // A controller that still runs can let go of the federated objects as long as their types are enabled.
  await removeObjects(instances, removal);
  await removeObjects(settings, removal);
  for (const step of plan.controller) await performStep(api, step, deps.report);
  await refuseLeftBehind(plan.controller, api, deps);
  await settled(plan.crds.map((step) => performStep(api, step, deps.report)));
  await refuseLeftBehind(plan.crds, api, { ...deps, holders: [...instances, ...settings] });
  if (plan.namespace === undefined) return;
  const namespace = await confirmEmpty(plan.namespace, plan, api);
  await performStep(api, namespace, deps.report);
  await refuseLeftBehind([namespace], api, deps);
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
