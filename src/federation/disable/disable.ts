import type { FederationDeps } from "../deps.ts";
import { plannedChange } from "../step.ts";
import { applyDisable } from "./apply.ts";
import type { ControllerPresence } from "./controller-presence.ts";
import { gatherDisableFacts } from "./facts.ts";
import { checkDisableOptions, type DisableOptions } from "./options.ts";
import { planDisable, stepsOf } from "./plan.ts";

export type { DisableOptions } from "./options.ts";

export interface DisableResult {
  /** Context of the host cluster. */
  readonly cluster: string;
  /** Names of the types, as they were resolved. */
  readonly types: readonly string[];
  readonly controller: ControllerPresence;
}

/**
 * Ends the federation of types: stops their propagation, sees that no federated object is left with a finalizer that nobody
 * removes, and deletes their FederatedTypeConfigs and, when asked to, the CRDs. Can be run again at any point.
 * @throws FedctlError before anything is written when one of the types cannot be disabled; PartlyFailed when some failed
 * later; TimedOut
 */
export async function disableTypes(options: DisableOptions, deps: FederationDeps): Promise<DisableResult> {
  checkDisableOptions(options);
  const { api } = await deps.connect(options.hostClusterContext);
  const facts = await gatherDisableFacts(api, options, deps);
  const plan = planDisable(facts, options);
  plan.warnings.forEach((warning) => {
    deps.report.warn(warning);
  });
  if (options.dryRun) {
    plan.types.flatMap(stepsOf).forEach((step) => {
      deps.report.change(plannedChange(step));
    });
  } else {
    const { timeoutMs } = options;
    const { leaseMs } = facts.controller;
    await applyDisable(plan, {
      api,
      options,
      deps: { ...deps, timeoutMs, leaseMs, endsAtMs: deps.clock.now() + timeoutMs },
    });
  }
  return { cluster: api.context, types: plan.types.map(({ name }) => name), controller: facts.controller };
}
