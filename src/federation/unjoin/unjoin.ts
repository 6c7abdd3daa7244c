import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import { withDeadline } from "../deadline.ts";
import type { FederationDeps } from "../deps.ts";
import { objectLabel } from "../describe.ts";
import { requireHostClusterName } from "../names.ts";
import type { ObjectIdentity, Warning } from "../report.ts";
import { identityOf, performStep, plannedChange, type Step } from "../step.ts";
import { waitUntilGone } from "../wait-gone.ts";
import { type HostFacts, readHost } from "./host-facts.ts";
import { type MemberFacts, readMember, readTraces } from "./member-facts.ts";
import type { UnjoinOptions } from "./options.ts";
import { notJoined, planUnjoin, type UnjoinPlan, type UnjoinRequest } from "./plan.ts";

export type { UnjoinOptions } from "./options.ts";

/** A namespace with nothing in it is gone within a few seconds; its controller works through every type there is. */
const goneTimeoutMs = 30_000;

/**
 * Takes a cluster out of the federation: removes what its join made, and nothing else. Everything is looked at before anything is
 * removed, and looked for again afterwards.
 * @throws FedctlError ClusterNotJoined; of the step that failed; LeftBehind when something stayed
 */
export async function unjoinCluster(options: UnjoinOptions, deps: FederationDeps): Promise<void> {
  requireHostClusterName(options.hostClusterName);
  const host = await deps.connect(options.hostClusterContext);
  const request = { options, hostContext: host.api.context };
  const hostFacts = await readHost(host, options);
  const member = await reachMember(hostFacts, request, deps);
  const plan = planUnjoin(hostFacts, member?.facts, request);
  deps.report.cluster({ name: options.clusterName, reached: member !== undefined });
  warnOfUnseen(member?.facts, options, deps);
  if (options.dryRun) {
    stepsOf(plan).forEach((step) => {
      deps.report.change(plannedChange(step));
    });
    return;
  }
  if (member !== undefined) await clearMember(plan, { api: member.api, options }, deps);
  for (const step of plan.host) await performStep(host.api, step, deps.report);
  if (member !== undefined) await requireCleared(member.api, hostFacts, { plan, options });
  else if (plan.host.length > 0) throw unreachedLeft(hostFacts, options);
}

function stepsOf({ member, namespace, host }: UnjoinPlan): readonly Step[] {
  return [...member, ...(namespace === undefined ? [] : [namespace]), ...host];
}

interface ReachedMember {
  readonly api: KubeApi;
  readonly facts: MemberFacts;
}

/** Undefined when the cluster cannot be reached, and that is no reason to stop. */
async function reachMember(
  host: HostFacts,
  request: UnjoinRequest,
  deps: FederationDeps,
): Promise<ReachedMember | undefined> {
  const { clusterContext, clusterName } = request.options;
  try {
    const connection = await deps.connect(clusterContext ?? clusterName);
    return { api: connection.api, facts: await readMember(connection, host) };
  } catch (error) {
    if (!(error instanceof FedctlError) || error.code === "Interrupted") throw error;
    const warning = tolerate(error, host, request);
    if (warning !== undefined) deps.report.warn(warning);
    return undefined;
  }
}

/** @throws FedctlError unless the host's side can go on without the cluster */
function tolerate(error: FedctlError, host: HostFacts, request: UnjoinRequest): Warning | undefined {
  const { clusterName, force, ignoreNotFound } = request.options;
  const isUnknownToHost = host.registration === undefined && host.credentials.length === 0;
  if (isUnknownToHost) {
    // With nothing to finish in the host, only a name that the kubeconfig does not know either is certain to be none.
    if (error.code !== "ContextNotFound") throw error;
    if (!ignoreNotFound) throw notJoined(host, request);
    return undefined;
  }
  if (!force) throw unreachable(request.options, error);
  return { code: "MemberUnreachable", message: `cluster "${clusterName}" is left as it is: ${error.message}` };
}

function warnOfUnseen(
  member: MemberFacts | undefined,
  { clusterName }: UnjoinOptions,
  { report }: FederationDeps,
): void {
  if (member === undefined || member.unseen.length === 0) return;
  const list = member.unseen.map(objectLabel).join(", ");
  report.warn({
    code: "NotLookedAt",
    message: `you may not look at what may be left in cluster "${clusterName}": ${list}`,
  });
}

function unreachable({ clusterName }: UnjoinOptions, error: FedctlError): FedctlError {
  const hint = error.hint === undefined ? "" : `${error.hint}; `;
  return new FedctlError(error.code, error.message, {
    cause: error,
    exitCode: error.exitCode,
    hint: `${hint}nothing was removed; with --force the host's side of "${clusterName}" is removed all the same`,
  });
}

interface Place {
  readonly api: KubeApi;
  readonly options: UnjoinOptions;
}

/** With `--force` a failure is told, and the host's side goes on. */
async function clearMember(plan: UnjoinPlan, { api, options }: Place, deps: FederationDeps): Promise<void> {
  try {
    await removeFromMember(plan, api, deps);
  } catch (error) {
    if (!options.force || !(error instanceof FedctlError) || error.code === "Interrupted") throw error;
    deps.report.warn({
      code: "MemberNotCleared",
      message: `not everything was removed from cluster "${options.clusterName}": ${error.message}`,
    });
  }
}

/** Permissions go first; the rest has no order of its own. */
async function removeFromMember({ member, namespace }: UnjoinPlan, api: KubeApi, deps: FederationDeps): Promise<void> {
  const { report } = deps;
  const bindings = member.filter(({ type }) => type.kind.endsWith("Binding"));
  const rest = member.filter((step) => !bindings.includes(step));
  for (const steps of [bindings, rest]) {
    const outcomes = await Promise.allSettled(steps.map((step) => performStep(api, step, report)));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }
  if (namespace === undefined) return;
  await performStep(api, namespace, report);
  if (namespace.action === "delete") await waitForNamespace(namespace, api, deps);
}

async function waitForNamespace(
  { type, object, cluster }: Step,
  api: KubeApi,
  { clock, signal, report }: FederationDeps,
): Promise<void> {
  const name = object.metadata?.name ?? "";
  report.progress(`waiting for namespace "${name}" of cluster "${cluster}" to be gone`);
  try {
    await withDeadline({ timeoutMs: goneTimeoutMs, signal, clock }, (limited) =>
      waitUntilGone(api, { type, name }, { signal: limited, clock }),
    );
  } catch (error) {
    // That it is still there is found, and told, when everything is looked for again.
    if (!hasCode(error, "TimedOut")) throw error;
  }
}

interface Cleared {
  readonly plan: UnjoinPlan;
  readonly options: UnjoinOptions;
}

/** Looks again. @throws FedctlError LeftBehind, exit 6, naming what is still there */
async function requireCleared(api: KubeApi, host: HostFacts, { plan, options }: Cleared): Promise<void> {
  const { found, namespace } = await readTraces(api, host);
  const left = found.map(identityOf);
  if (plan.namespace?.action === "delete" && namespace !== undefined) left.push(identityOf(plan.namespace));
  if (left.length > 0) throw leftBehind(left, options);
}

function leftBehind(left: readonly ObjectIdentity[], { clusterName }: UnjoinOptions): FedctlError {
  return new FedctlError("LeftBehind", `still in cluster "${clusterName}": ${left.map(objectLabel).join(", ")}`, {
    exitCode: ExitCode.LeftBehind,
    hint: "run the same command again with --ignore-not-found; a namespace that stays says why in its status",
  });
}

function unreachedLeft({ names }: HostFacts, { clusterName }: UnjoinOptions): FedctlError {
  const { namespace, serviceAccount, rbac } = names;
  return new FedctlError(
    "LeftBehind",
    `cluster "${clusterName}" was not reached; there may still be in it: ServiceAccount "${serviceAccount}" and its Secret in namespace "${namespace}", ClusterRole and ClusterRoleBinding "${rbac.manager}"`,
    { exitCode: ExitCode.LeftBehind, hint: `when it can be reached again, run: fedctl unjoin ${clusterName}` },
  );
}
