import type { FederationDeps } from "../deps.ts";
import { requireClusterName, requireHostClusterName, requireSecretName } from "../names.ts";
import { plannedChange, type Step } from "../step.ts";
import { applyJoin } from "./apply.ts";
import { readJoinFacts } from "./facts.ts";
import type { JoinOptions } from "./options.ts";
import { type JoinPlan, planJoin } from "./plan.ts";

export type { JoinOptions } from "./options.ts";

/**
 * Registers a cluster with the control plane of the host cluster. What an interrupted join left is taken up where it stopped.
 * @throws FedctlError before anything is written when it cannot be done; else of the step that failed
 */
export async function joinCluster(options: JoinOptions, deps: FederationDeps): Promise<void> {
  requireClusterName(options.clusterName);
  requireHostClusterName(options.hostClusterName);
  requireSecretName(options.secretName);
  const host = await deps.connect(options.hostClusterContext);
  const member = await deps.connect(options.clusterContext ?? options.clusterName);
  const facts = await readJoinFacts({ host, member }, options);
  const request = { options, config: member.config, hostContext: host.api.context };
  const plan = planJoin(facts, request);
  plan.warnings.forEach((warning) => {
    deps.report.warn(warning);
  });
  deps.report.cluster({
    name: options.clusterName,
    context: member.api.context,
    hostContext: host.api.context,
    endpoint: plan.registration.object.spec.apiEndpoint,
    serviceAccount: facts.names.serviceAccount,
  });
  if (options.dryRun) {
    stepsOf(plan).forEach((step) => {
      deps.report.change(plannedChange(step));
    });
    return;
  }
  await applyJoin(plan, { host: host.api, member: member.api }, deps);
}

function stepsOf(plan: JoinPlan): readonly Step[] {
  const grants = plan.grants.flatMap(({ role, obsolete, binding }) => [role, ...(obsolete ? [obsolete] : []), binding]);
  return [plan.namespace, plan.serviceAccount, plan.tokenSecret, ...grants, plan.credential, plan.registration];
}
