import { ExitCode, FedctlError } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import type { FederationDeps } from "../deps.ts";
import { applyEnable } from "../enable/apply.ts";
import { planEnableTypes } from "../enable/enable.ts";
import type { ControlPlane } from "../enable/facts.ts";
import type { EnablePlan } from "../enable/plan.ts";
import type { FederatedTypeConfig } from "../kubefed-types.ts";
import { plannedChange, type Step } from "../step.ts";
import { applyFederation } from "./apply.ts";
import type { FederateFacts } from "./facts.ts";
import type { FederateOptions, FederateResult, TakenObject } from "./options.ts";
import { planFederation } from "./plan.ts";
import type { FederatePlan } from "./plan.ts";
import { readFacts } from "./read-facts.ts";
import { isSubdomain } from "./selection.ts";

export type { FederateOptions, FederateResult } from "./options.ts";

/**
 * Federates an object of the host cluster: makes a federated object that places it in all clusters. With `contents` also what
 * is in the namespace that was named. What is federated already stays as it is.
 * @throws FedctlError before anything is written when it cannot be done as a whole; PartlyFailed when single objects failed
 */
export async function federateObjects(options: FederateOptions, deps: FederationDeps): Promise<FederateResult> {
  checkOptions(options);
  const host = await deps.connect(options.hostClusterContext);
  const facts = await readFacts(options, host, deps);
  const plan = planFederation(facts, options);
  plan.warnings.forEach((warning) => {
    deps.report.warn(warning);
  });
  if (options.output === undefined) {
    await carryOut(plan, host.api, { deps, options, typeConfigs: facts.typeConfigs });
  }
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
  await applyFederation(plan, api, deps);
}

function checkOptions({ name, output, enableType }: FederateOptions): void {
  if (output !== undefined && enableType) {
    throw new FedctlError("Usage", "--enable-type and --output cannot be combined", { exitCode: ExitCode.Usage });
  }
  if (isSubdomain(name)) return;
  throw new FedctlError(
    "InvalidName",
    `"${name}" cannot be federated: a federated object's name is a DNS-1123 subdomain`,
    {
      exitCode: ExitCode.Usage,
    },
  );
}

/** What has to be enabled first; a CRD that is gone comes back for the version that its FederatedTypeConfig names. */
async function planEnabling(plan: FederatePlan, api: KubeApi, controlPlane: ControlPlane): Promise<EnablePlan> {
  const resources = plan.enable.map(({ resource, target }) => ({ ...resource, version: target.version }));
  return resources.length === 0 ? { types: [], warnings: [] } : planEnableTypes(api, resources, controlPlane);
}

function reportPlan(plan: FederatePlan, { types }: EnablePlan, { report }: Pick<FederationDeps, "report">): void {
  const steps: readonly Step[] = [
    ...types.flatMap(({ crd, typeConfig }) => [crd, typeConfig]),
    plan.subject,
    ...plan.contents,
  ];
  steps.forEach((step) => {
    report.change(plannedChange(step));
  });
}

function resultOf(plan: FederatePlan, { cluster, skipped, skippedTypes }: FederateFacts): FederateResult {
  const steps = [plan.subject, ...plan.contents];
  return {
    cluster,
    objects: steps.map(({ object }) => object),
    taken: steps.map(({ source, object }): TakenObject => {
      const { name = "", namespace } = object.metadata ?? {};
      return { type: source.name, ...(source.target.namespaced && { namespace }), name };
    }),
    skipped,
    skippedTypes,
  };
}
