import { ExitCode, FedctlError } from "../../errors.ts";
import type { Connection, FederationDeps } from "../deps.ts";
import { objectLabel } from "../describe.ts";
import { requireHostClusterName } from "../names.ts";
import type { Warning } from "../report.ts";
import { performStep, plannedChange, type Step } from "../step.ts";
import { quoted, suggestCommand } from "../suggest.ts";
import { clearMember, requireCleared } from "./clear-member.ts";
import { type HostFacts, readHost } from "./host-facts.ts";
import { type MemberFacts, readMember } from "./member-facts.ts";
import type { ResumeStore, UnfinishedUnjoin, UnjoinOptions } from "./options.ts";
import { notJoined, planUnjoin, type UnjoinPlan, type UnjoinRequest } from "./plan.ts";
import type { Removal } from "./remove-workloads.ts";
import { readReferences, referenceWarning } from "./stale-references.ts";
import { countByType } from "./workloads.ts";
import { workloadWarnings } from "./workloads-plan.ts";

export type { ResumeStore, UnfinishedUnjoin, UnjoinOptions } from "./options.ts";

/**
 * Takes a cluster out of the federation: removes what its join made, and what the federation placed there when that is asked for.
 * Everything is looked at before anything is removed, and looked for again afterwards.
 * @throws FedctlError ClusterNotJoined; of the step that failed; LeftBehind when something stayed
 */
export async function unjoinCluster(options: UnjoinOptions, deps: FederationDeps, store: ResumeStore): Promise<void> {
  requireHostClusterName(options.hostClusterName);
  const host = await deps.connect(options.hostClusterContext);
  const request = { options, hostContext: host.api.context };
  const hostFacts = await readHost(host, options);
  const [member, references] = await Promise.all([
    reachMember(hostFacts, request, deps),
    readReferences(host.api, options),
  ]);
  const plan = planUnjoin(hostFacts, member?.facts, request);
  tellCluster(hostFacts, { request, member }, deps);
  if (references !== undefined) deps.report.warn(referenceWarning(references, request));
  const unjoin: Unjoin = { plan, host, hostFacts, member, request, store };
  if (options.dryRun) tellPlan(unjoin, deps);
  else await applyUnjoin(unjoin, deps);
}

interface Unjoin {
  readonly plan: UnjoinPlan;
  readonly host: Connection;
  readonly hostFacts: HostFacts;
  readonly member: ReachedMember | undefined;
  readonly request: UnjoinRequest;
  readonly store: ResumeStore;
}

function tellPlan({ plan }: Unjoin, { report }: FederationDeps): void {
  stepsOf(plan).forEach((step) => {
    report.change(plannedChange(step));
  });
}

function stepsOf({ member, workloads, containers, namespace, host }: UnjoinPlan): readonly Step[] {
  return [...member, ...workloads, ...containers, ...(namespace === undefined ? [] : [namespace]), ...host];
}

async function applyUnjoin(unjoin: Unjoin, deps: FederationDeps): Promise<void> {
  const { plan, host, hostFacts, member, request, store } = unjoin;
  const { options, hostContext } = request;
  const { record } = hostFacts;
  const place = member && { member: member.connection, record, options, again: retryCommand(member, request) };
  const removal = place && (await clearOrTolerate(plan, place, deps));
  const isUnfinished = removal === undefined && plan.host.length > 0;
  // Before the host forgets what is written there.
  if (isUnfinished) await store.save(unfinishedOf(hostFacts, { options, hostContext }));
  for (const step of plan.host) await performStep(host.api, step, deps.report);
  if (isUnfinished) throw unfinished(unjoin);
  if (place !== undefined && removal !== undefined) await requireCleared(plan, removal, place);
}

function unfinishedOf({ record }: HostFacts, { options, hostContext }: UnjoinRequest): UnfinishedUnjoin {
  const context = options.clusterContext ?? options.clusterName;
  return { record, context, hostContext, workloads: options.workloads };
}

interface ReachedMember {
  readonly connection: Connection;
  readonly facts: MemberFacts;
}

/** Undefined when the cluster cannot be reached, and that is no reason to stop. */
async function reachMember(
  { record, ...host }: HostFacts,
  request: UnjoinRequest,
  deps: FederationDeps,
): Promise<ReachedMember | undefined> {
  const { options } = request;
  try {
    const connection = await deps.connect(options.clusterContext ?? options.clusterName);
    return { connection, facts: await readMember(connection, record, options) };
  } catch (error) {
    if (!(error instanceof FedctlError) || error.code === "Interrupted") throw error;
    const warning = tolerate(error, { record, ...host }, request);
    if (warning !== undefined) deps.report.warn(warning);
    return undefined;
  }
}

/** @throws FedctlError unless the host's side can go on without the cluster */
function tolerate(error: FedctlError, host: HostFacts, request: UnjoinRequest): Warning | undefined {
  const { clusterName, force, unreachable, ignoreNotFound } = request.options;
  const isUnknownToHost = host.registration === undefined && host.credentials.length === 0;
  if (isUnknownToHost) {
    // With nothing to finish in the host, only a name that the kubeconfig does not know either is certain to be none.
    if (error.code !== "ContextNotFound") throw error;
    if (!ignoreNotFound) throw notJoined(host, request);
    return undefined;
  }
  if (!force && unreachable === "fail") throw notReached(request.options, error);
  return { code: "MemberUnreachable", message: `cluster "${clusterName}" is left as it is: ${error.message}` };
}

function notReached({ clusterName }: UnjoinOptions, error: FedctlError): FedctlError {
  const hint = error.hint === undefined ? "" : `${error.hint}; `;
  return new FedctlError(error.code, error.message, {
    cause: error,
    exitCode: error.exitCode,
    hint: `${hint}nothing was removed; with --unreachable=skip (or --force) the host's side of "${clusterName}" is removed all the same`,
  });
}

interface Reached {
  readonly request: UnjoinRequest;
  readonly member: ReachedMember | undefined;
}

function tellCluster({ record }: HostFacts, { request, member }: Reached, { report }: FederationDeps): void {
  const { options } = request;
  const { clusterName: name } = options;
  if (member === undefined) {
    report.cluster({ name, reached: false });
    return;
  }
  const { facts } = member;
  report.cluster({ name, reached: true, workloads: countByType(facts.workloads.items) });
  const removal = commandFor("--workloads=delete", { member, request });
  for (const warning of workloadWarnings(record, facts, { options, removal })) report.warn(warning);
  if (facts.unseen.length === 0) return;
  const list = facts.unseen.map(objectLabel).join(", ");
  report.warn({
    code: "NotLookedAt",
    message: `you may not look at what may be left in cluster "${name}": ${list}`,
  });
}

function retryCommand(member: ReachedMember, request: UnjoinRequest): string {
  const isRemoving = request.options.workloads === "delete";
  return commandFor(isRemoving ? "--workloads=delete" : "--ignore-not-found", { member, request });
}

function commandFor(flag: string, { member, request: { options, hostContext } }: Required<Reached>): string {
  const { clusterName } = options;
  const context = member?.connection.api.context ?? clusterName;
  const contextFlag = context === clusterName ? "" : ` --cluster-context ${quoted(context)}`;
  return suggestCommand(`unjoin ${clusterName} ${flag}${contextFlag}`, { ...options, hostClusterContext: hostContext });
}

/** Undefined when it failed and that is to be tolerated: with `--force` a failure is told, and the host's side goes on. */
async function clearOrTolerate(
  plan: UnjoinPlan,
  place: Parameters<typeof clearMember>[1] & { readonly options: UnjoinOptions },
  deps: FederationDeps,
): Promise<Removal | undefined> {
  const { force, clusterName } = place.options;
  try {
    return await clearMember(plan, place, deps);
  } catch (error) {
    if (!force || !(error instanceof FedctlError) || error.code === "Interrupted") throw error;
    deps.report.warn({
      code: "MemberNotCleared",
      message: `not everything was removed from cluster "${clusterName}": ${error.message}`,
    });
    return undefined;
  }
}

/** The host's side is done, and the rest is written down. */
function unfinished({ hostFacts, member, store }: Unjoin): FedctlError {
  const { clusterName, names } = hostFacts.record;
  const { namespace, serviceAccount, rbac } = names;
  const how = member === undefined ? "was not reached" : "was not cleared";
  return new FedctlError(
    "LeftBehind",
    `cluster "${clusterName}" ${how}; there may still be in it: ServiceAccount "${serviceAccount}" and its Secret in namespace "${namespace}", ClusterRole and ClusterRoleBinding "${rbac.manager}"; how to remove them is written to ${store.path}`,
    { exitCode: ExitCode.LeftBehind, hint: `when it can be reached again, run: fedctl unjoin --resume ${store.path}` },
  );
}
