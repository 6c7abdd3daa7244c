import type { KubeApi } from "../../kube/kube-api.ts";
import type { FederationDeps } from "../deps.ts";
import { applyEnable } from "../enable/apply.ts";
import { planEnableTypes } from "../enable/enable.ts";
import type { ControlPlane } from "../enable/facts.ts";
import type { EnablePlan } from "../enable/plan.ts";
import type { FederatedTypeConfig } from "../kubefed-types.ts";
import { identityOf, plannedChange } from "../step.ts";
import { applyFederation, buildObjects } from "./apply.ts";
import { checkOptions } from "./check-options.ts";
import { commandLineOf } from "./command-line.ts";
import type { FederateFacts } from "./facts.ts";
import type { FederateOptions, FederateResult, TakenObject } from "./options.ts";
import { outlineOf, planFederation } from "./plan.ts";
import type { FederatePlan } from "./plan.ts";
import { readFacts } from "./read-facts.ts";

export type { FederateOptions, FederateResult } from "./options.ts";

/**
 * Federates objects: makes federated objects that place them in all clusters, or where it is said. With `contents` also what
 * is in the namespaces that were named. What is federated already stays as it is, unless conflicts are to be updated.
 * @param onPlanned called before anything is written
 * @throws FedctlError before anything is written when it cannot be done as a whole; PartlyFailed when single objects failed
 */
export async function federateObjects(
  options: FederateOptions,
  deps: FederationDeps,
  onPlanned: (result: FederateResult) => void = () => undefined,
): Promise<FederateResult> {
  checkOptions(options);
  const host = await deps.connect(options.hostClusterContext);
  const source = options.fromContext === undefined ? host : await deps.connect(options.fromContext);
  const facts = await readFacts(options, { host, source }, deps);
  const plan = planFederation(facts, options);
  plan.warnings.forEach((warning) => {
    deps.report.warn(warning);
  });
  if (options.output !== undefined) return { ...resultOf(plan, facts), objects: await buildObjects(plan) };
  onPlanned(resultOf(plan, facts));
  await carryOut(plan, host.api, { deps, options, typeConfigs: facts.typeConfigs });
  return resultOf(plan, facts);
}

interface Execution {
  readonly deps: FederationDeps;
  readonly options: FederateOptions;
  readonly typeConfigs: readonly FederatedTypeConfig[];
}

async function carryOut(plan: FederatePlan, api: KubeApi, { deps, options, typeConfigs }: Execution): Promise<void> {
  const enabling = await planEnabling(plan, api, { kubefedNamespace: options.kubefedNamespace, typeConfigs });
  enabling.warnings.forEach((warning) => {
    deps.report.warn(warning);
  });
  if (options.dryRun) {
    reportPlan(plan, enabling, deps);
    return;
  }
  await applyEnable(enabling, api, deps);
  const newTypes = new Set(enabling.types.filter(({ crd }) => crd.action === "create").map(({ name }) => name));
  await applyFederation(plan, api, { report: deps.report, commandLine: commandLineOf(options), newTypes });
}

/** What has to be enabled first; a CRD that is gone comes back for the version that its FederatedTypeConfig names. */
async function planEnabling(plan: FederatePlan, api: KubeApi, controlPlane: ControlPlane): Promise<EnablePlan> {
  const resources = plan.enable.map(({ resource, target }) => ({ ...resource, version: target.version }));
  return resources.length === 0 ? { types: [], warnings: [] } : planEnableTypes(api, resources, controlPlane);
}

function reportPlan(plan: FederatePlan, { types }: EnablePlan, { report }: Pick<FederationDeps, "report">): void {
  const { cluster, namespaces, subject, contents } = plan;
  for (const step of [...types.flatMap(({ crd, typeConfig }) => [crd, typeConfig]), ...namespaces]) {
    report.change(plannedChange(step));
  }
  for (const source of [subject, ...contents]) {
    for (const planned of source.objects) {
      const { action, reason } = planned;
      report.change({ cluster, action, object: identityOf(outlineOf(source, planned)), reason, outcome: "planned" });
    }
  }
}

function resultOf(
  { subject, contents }: FederatePlan,
  { cluster, skipped, skippedTypes }: FederateFacts,
): FederateResult {
  const taken = [subject, ...contents].flatMap(({ source: { type, found } }) =>
    found.map(({ namespace, name }): TakenObject => {
      return { type: type.name, ...(type.target.namespaced && { namespace }), name };
    }),
  );
  return { cluster, objects: [], taken, skipped, skippedTypes };
}
