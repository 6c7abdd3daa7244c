import { FedctlError } from "../../errors.ts";
import type { Connection, FederationDeps } from "../deps.ts";
import { requireClusterName, requireHostClusterName, requireSecretName } from "../names.ts";
import { plannedChange, type Step } from "../step.ts";
import { applyJoin } from "./apply.ts";
import { type CheckedEndpoint, checkEndpoint } from "./check-endpoint.ts";
import { joinAgain } from "./command-line.ts";
import { type JoinHost, readJoinFacts, readJoinHost } from "./facts.ts";
import { requireLabels } from "./labels.ts";
import type { JoinOptions } from "./options.ts";
import { type JoinPlan, planJoin } from "./plan.ts";
import { storedEndpoint } from "./stored-endpoint.ts";
import { readyProbe, waitUntilReady } from "./wait-ready.ts";

export type { JoinOptions } from "./options.ts";

/**
 * Registers a cluster with the control plane of the host cluster. What an interrupted join left is taken up where it stopped.
 * @throws FedctlError before anything is written when it cannot be done; else of the step that failed
 */
export async function joinCluster(options: JoinOptions, deps: FederationDeps): Promise<void> {
  requireJoinable(options);
  const host = await openHost(options, deps);
  await carryOut(await prepareJoin(options, host, deps), deps);
}

/** Names and labels, before anything is contacted. @throws FedctlError InvalidName, Usage */
export function requireJoinable(options: JoinOptions): void {
  requireClusterName(options.clusterName, options.clusterContext);
  requireHostClusterName(options.hostClusterName);
  requireSecretName(options.secretName);
  requireLabels(options.labels);
}

export interface OpenHost {
  readonly connection: Connection;
  /** Under way. */
  readonly reading: Promise<JoinHost>;
}

/** Begins to read what joins share; what goes wrong with it is for them to throw. */
export async function openHost(
  options: Pick<JoinOptions, "hostClusterContext" | "kubefedNamespace" | "rbac">,
  deps: FederationDeps,
): Promise<OpenHost> {
  const connection = await deps.connect(options.hostClusterContext);
  const reading = readJoinHost(connection, options);
  reading.catch(() => undefined);
  return { connection, reading };
}

/** A join that has been read, checked and planned; nothing is written. */
export interface PreparedJoin {
  readonly options: JoinOptions;
  readonly plan: JoinPlan;
  readonly host: Connection;
  readonly member: Connection;
  readonly serviceAccount: string;
  readonly endpoint: CheckedEndpoint;
}

/** @throws FedctlError when the join cannot or must not be done */
export async function prepareJoin(
  options: JoinOptions,
  { connection: host, reading }: OpenHost,
  deps: FederationDeps,
): Promise<PreparedJoin> {
  const { clusterName } = options;
  const member = await deps.connect(options.clusterContext ?? clusterName);
  const wanted = storedEndpoint(options, member.config);
  const stop = new AbortController();
  const isSkipped = options.skipEndpointCheck === true;
  const checking = checkEndpoint({ stored: wanted, clusterName, member, isSkipped, signal: stop.signal }, deps);
  // Tried while the clusters are read, so that it costs no time; that these cannot be read is told first.
  checking.catch(() => undefined);
  try {
    const sides = { host: reading, hostContext: host.config.contextName, member };
    const facts = await readJoinFacts(sides, options);
    const endpoint = await checking;
    const request = { options, stored: endpoint.stored, hostContext: host.api.context, hostUrl: host.config.baseUrl };
    const plan = planJoin(facts, request);
    return { options, plan, host, member, serviceAccount: facts.names.serviceAccount, endpoint };
  } catch (error) {
    stop.abort();
    throw error;
  }
}

/** Writes what was planned, or tells it under --dry-run. @throws FedctlError of the step that failed, with the command that continues */
export async function carryOut(prepared: PreparedJoin, deps: FederationDeps): Promise<void> {
  const { options, plan, host, member } = prepared;
  plan.warnings.forEach((warning) => {
    deps.report.warn(warning);
  });
  deps.report.cluster({
    name: options.clusterName,
    context: member.api.context,
    hostContext: host.api.context,
    endpoint: plan.registration.object.spec.apiEndpoint,
    serviceAccount: prepared.serviceAccount,
  });
  if (!options.dryRun) return writeJoin(prepared, deps);
  stepsOf(plan).forEach((step) => {
    deps.report.change(plannedChange(step));
  });
}

async function writeJoin({ options, plan, host, member, endpoint }: PreparedJoin, deps: FederationDeps): Promise<void> {
  let done = 0;
  const change: FederationDeps["report"]["change"] = (told) => {
    if (told.outcome === "done") done += 1;
    deps.report.change(told);
  };
  const report = { ...deps.report, change };
  try {
    const joined = await applyJoin(plan, { host: host.api, member: member.api, endpoint }, { ...deps, report });
    if (options.waitMs === undefined) return;
    const outdatedProbe = joined.isChanged ? readyProbe(plan.registered) : undefined;
    const { registration } = joined;
    await waitUntilReady({ api: host.api, registration, outdatedProbe, timeoutMs: options.waitMs }, deps);
  } catch (error) {
    throw continuable(error, options, { done, total: stepsOf(plan).length });
  }
}

interface Progress {
  readonly done: number;
  readonly total: number;
}

/** What was done is in the report; how to go on belongs to the error. */
function continuable(error: unknown, options: JoinOptions, { done, total }: Progress): unknown {
  if (!(error instanceof FedctlError)) return error;
  const { code, message, exitCode, hint } = error;
  const isWritten = done >= total;
  const command = joinAgain(isWritten ? { ...options, errorOnExisting: false } : options, [options.clusterName]);
  const next = isWritten ? `to wait again: ${command}` : `${done} of ${total} steps are done; to continue: ${command}`;
  // The server's hint about an interruption says the same in other words.
  const first = hint === undefined || code === "Interrupted" ? "" : `${hint}; `;
  return new FedctlError(code, message, { cause: error, exitCode, hint: `${first}${next}` });
}

function stepsOf(plan: JoinPlan): readonly Step[] {
  const grants = plan.grants.flatMap(({ role, obsolete, binding }) => [role, ...(obsolete ? [obsolete] : []), binding]);
  return [plan.namespace, plan.serviceAccount, plan.tokenSecret, ...grants, plan.credential, plan.registration];
}
