import type { KubeApi } from "../../kube/kube-api.ts";
import type { FederationDeps } from "../deps.ts";
import { type ApplyDeps, ensureCrd } from "../enable/apply.ts";
import { performStep, plannedChange, type Step } from "../step.ts";
import { settled } from "../settled.ts";
import { gatherInstallFacts } from "./facts.ts";
import { type InstallOptions, type InstallPlan, planInstall, stepsOf } from "./plan.ts";

export type { InstallOptions } from "./plan.ts";

export interface InstallResult {
  /** Context of the host cluster. */
  readonly cluster: string;
  readonly kubefedNamespace: string;
  /** What was, or would be, done. */
  readonly plan: InstallPlan;
}

/**
 * Makes a cluster the host of a federation: KubeFed's CRDs, the types federated by default, the KubeFedConfig and,
 * where it is asked for, what runs the controller. Repeating it is safe, and brings back what is missing.
 * @throws FedctlError before anything is written when KubeFed is installed in another way
 */
export async function installKubeFed(options: InstallOptions, deps: FederationDeps): Promise<InstallResult> {
  const { kubefedNamespace, hostClusterContext, dryRun } = options;
  const { api } = await deps.connect(hostClusterContext);
  const plan = planInstall(await gatherInstallFacts(api, options), options);
  plan.warnings.forEach((warning) => {
    deps.report.warn(warning);
  });
  if (dryRun) reportPlan(plan, deps);
  else await applyInstall(plan, api, deps);
  return { cluster: api.context, kubefedNamespace, plan };
}

/** Objects of KubeFed's types can be made only when its CRDs are served and the namespace is there. */
async function applyInstall(plan: InstallPlan, api: KubeApi, deps: ApplyDeps): Promise<void> {
  const crds = [...plan.crds, ...plan.types.map(({ crd }) => crd)];
  let done = 0;
  await settled([
    performStep(api, plan.namespace, deps.report),
    ...crds.map(async (crd) => {
      await ensureCrd(crd, api, deps);
      done += 1;
      deps.report.progress("installing CRDs", { done, total: crds.length });
    }),
  ]);
  const made = new Set(
    plan.crds.filter(({ action }) => action === "create").map(({ object }) => object.metadata?.name),
  );
  const objects: readonly Step[] = [plan.config, ...plan.types.map(({ typeConfig }) => typeConfig)];
  await settled(
    objects.map((step) => {
      const typeIsNew = made.has(`${step.type.plural}.${step.type.group}`);
      return performStep(api, { ...step, typeIsNew }, deps.report);
    }),
  );
  // It begins to work when it starts: everything else is there by then.
  for (const step of plan.controller) await performStep(api, step, deps.report);
}

function reportPlan(plan: InstallPlan, { report }: Pick<FederationDeps, "report">): void {
  stepsOf(plan).forEach((step) => {
    report.change(plannedChange(step));
  });
}
