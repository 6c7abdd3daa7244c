import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import { withDeadline } from "../deadline.ts";
import type { Connection, FederationDeps } from "../deps.ts";
import { objectLabel } from "../describe.ts";
import type { ObjectIdentity } from "../report.ts";
import { settled } from "../settled.ts";
import { identityOf, performStep, type Step } from "../step.ts";
import { waitUntilGone } from "../wait-gone.ts";
import { readMember, readTraces } from "./member-facts.ts";
import type { JoinRecord, UnjoinOptions } from "./options.ts";
import { type MemberPlan, planNamespace } from "./plan.ts";
import { findLeftWorkloads, nothingRemoved, type Removal, removeWorkloads } from "./remove-workloads.ts";

export interface ClearPlace {
  readonly member: Connection;
  readonly record: JoinRecord;
  readonly options: Pick<UnjoinOptions, "timeoutMs" | "workloads">;
  /** The command that tries again. */
  readonly again: string;
}

/** A namespace with nothing in it is gone within a few seconds; its controller works through every type there is. */
const goneTimeoutMs = 30_000;

/**
 * Permissions go first, and the credential with them: a controller that still runs could make again what is removed (decision 0035).
 * Then what the federation placed there, and the namespace last.
 */
export async function clearMember(plan: MemberPlan, place: ClearPlace, deps: FederationDeps): Promise<Removal> {
  const { report } = deps;
  const { api } = place.member;
  const bindings = plan.member.filter(({ type }) => type.kind.endsWith("Binding"));
  const rest = plan.member.filter((step) => !bindings.includes(step));
  for (const steps of [bindings, rest]) await settled(steps.map((step) => performStep(api, step, report)));
  const hasWorkloads = plan.workloads.length + plan.containers.length > 0;
  const removal = hasWorkloads
    ? await removeWorkloads(plan, { api, record: place.record, timeoutMs: place.options.timeoutMs }, deps)
    : nothingRemoved;
  const namespace = hasWorkloads ? await planAgain(place) : plan.namespace;
  if (namespace === undefined) return removal;
  await performStep(api, namespace, report);
  if (namespace.action === "delete") await waitForNamespace(namespace, api, deps);
  return removal;
}

/** What was in it may have been the federation's. */
async function planAgain({ member, record }: ClearPlace): Promise<Step | undefined> {
  return planNamespace(record, await readMember(member, record, { workloads: "keep" }));
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

/** Looks again. @throws FedctlError LeftBehind, exit 6, naming what is still there */
export async function requireCleared(plan: MemberPlan, removal: Removal, place: ClearPlace): Promise<void> {
  const { record, options, member } = place;
  const [{ found, namespace }, workloads] = await Promise.all([
    readTraces(member.api, record),
    plan.workloads.length + plan.containers.length === 0
      ? []
      : findLeftWorkloads({ api: member.api, record, timeoutMs: options.timeoutMs }, removal),
  ]);
  const left = [...found, ...workloads].map(identityOf);
  if (plan.namespace?.action === "delete" && namespace !== undefined) left.push(identityOf(plan.namespace));
  if (left.length > 0) throw leftBehind(left, place);
}

/** More names than these help nobody. */
const named = 10;

function leftBehind(left: readonly ObjectIdentity[], { record, again }: ClearPlace): FedctlError {
  const more = left.length > named ? `, and ${left.length - named} more` : "";
  const list = left.slice(0, named).map(describeObject).join(", ");
  return new FedctlError("LeftBehind", `still in cluster "${record.clusterName}": ${list}${more}`, {
    exitCode: ExitCode.LeftBehind,
    hint: `run again: ${again}; what stays has finalizers, or says why in its status`,
  });
}

function describeObject(object: ObjectIdentity): string {
  const place = object.namespace === undefined ? "" : ` in namespace "${object.namespace}"`;
  return `${objectLabel(object)}${place}`;
}
