import { ExitCode, FedctlError, hasCode } from "../errors.ts";
import type { FederationDeps, HostOptions } from "../federation/deps.ts";
import { sameJson } from "../federation/json-data.ts";
import { managedLabel } from "../federation/kubefed-types.ts";
import type { Change } from "../federation/report.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { decideAdoption, type Decision } from "../propagation/decide.ts";
import { writtenType } from "../propagation/desired-object.ts";
import { targetKey } from "../propagation/target-key.ts";
import { silentEvents } from "./event-recorder.ts";
import { listSource } from "./object-source.ts";
import { visitAll } from "./pass.ts";
import { causesOf, hintFor } from "./pass-failure.ts";
import { createPassWorld } from "./pass-world.ts";
import { presentable, type Shown } from "./presentable.ts";
import { type MemberPlan, planReconcile, type ReconcilePlan, type Subject } from "./reconcile-plan.ts";
import { selectSubjects, tellAbsence } from "./select.ts";
import { type SelectOptions, suggestPass } from "./suggest-pass.ts";
import { openPlane } from "./sync-plane.ts";
import { federatedWords, identityOfFederated, identityOfTarget, memberWords } from "./sync-report.ts";

export type DiffOptions = HostOptions & SelectOptions;

/** A member's object that is not as it should be. */
export interface ObjectDiff extends Shown {
  readonly change: Change;
}

export interface DiffResult {
  readonly objects: number;
  readonly diffs: readonly ObjectDiff[];
  /** `sync` would do something about objects of members, or wait for it. */
  readonly differs: FedctlError | undefined;
  /** What nobody can tell, or what could not be propagated: such a comparison must not pass for one that found nothing. */
  readonly incomplete: FedctlError | undefined;
}

/** Tells what `sync` would do, and writes nothing; of updates, the servers themselves say what would become of them. */
export async function diffFederation(options: DiffOptions, deps: FederationDeps): Promise<DiffResult> {
  const { api: host } = await deps.connect(options.hostClusterContext);
  const plane = await openPlane({ ...options, host }, deps);
  try {
    const selection = await selectSubjects(host, plane, options);
    const source = listSource({ host, namespace: selection.namespace, keepsWhole: true });
    const { clock, signal } = deps;
    const world = createPassWorld({ host, plane, clock, signal, events: silentEvents, source });
    const diffs: ObjectDiff[] = [];
    let objects = 0;
    const visit = async (subject: Subject): Promise<void> => {
      const found = await diffSubject(subject, await planReconcile(world, subject), {
        host: host.context,
        adoptsObjects: plane.settings.adoptsObjects,
      });
      objects += 1;
      deps.report.progress("comparing", { done: objects, total: objects });
      diffs.push(...found);
    };
    await visitAll({ world, source, selection, visit });
    if (diffs.length === 0) await tellAbsence(host, selection, deps.report);
    for (const { change } of diffs) deps.report.change(change);
    return {
      objects,
      diffs: diffs.filter(({ before, after }) => !sameJson(before, after)),
      ...judge(
        diffs.map(({ change }) => change),
        options,
      ),
    };
  } finally {
    plane.close();
  }
}

function judge(changes: readonly Change[], options: DiffOptions): Pick<DiffResult, "differs" | "incomplete"> {
  const differing = changes.filter(({ outcome, action }) => outcome === "planned" && action !== "keep").length;
  const what = differing === 1 ? "1 object of a member is" : `${differing} objects of members are`;
  const causes = causesOf(changes);
  return {
    differs:
      differing === 0
        ? undefined
        : new FedctlError("DifferencesFound", `${what} not as the federated objects say`, {
            exitCode: ExitCode.Differences,
            hint: `bring them there: ${suggestPass("sync", options)}`,
          }),
    incomplete:
      causes === ""
        ? undefined
        : new FedctlError("PartlyFailed", `not everything can be propagated: ${causes}`, {
            exitCode: ExitCode.PartlyFailed,
            hint: hintFor("diff", changes, options),
          }),
  };
}

interface DiffContext {
  readonly host: string;
  readonly adoptsObjects: boolean;
}

async function diffSubject(
  subject: Subject,
  plan: ReconcilePlan,
  context: DiffContext,
): Promise<readonly ObjectDiff[]> {
  if (plan.kind === "nothing") return [];
  const members = await Promise.all(plan.members.map((member) => diffMember(subject, member, context)));
  return [...troubleOf(subject, plan, context), ...members.filter((diff) => diff !== undefined)];
}

/** What is wrong with the federated object itself, and with the clusters it names. */
function troubleOf(subject: Subject, plan: ReconcilePlan, { host }: DiffContext): readonly ObjectDiff[] {
  if (plan.kind !== "refused" && plan.kind !== "propagation") return [];
  const { reason, message = reason } = plan.kind === "refused" ? plan.refusal : plan.placement;
  const unknown = plan.kind === "refused" ? [] : plan.placement.unknown;
  const fail = (change: Pick<Change, "cluster" | "object" | "reason">, words: string): ObjectDiff => {
    const error = new FedctlError("PartlyFailed", words);
    return { change: { ...change, action: "update", outcome: "failed", error }, ...same };
  };
  const object = identityOfFederated(subject);
  const own = reason === "" ? [] : [fail({ cluster: host, object, reason }, `${federatedWords(subject)}: ${message}`)];
  const missing = unknown.map((cluster) => {
    const words = `${memberWords(subject, cluster)}: the placement names cluster "${cluster}", which is not joined`;
    return fail({ cluster, object: identityOfTarget(subject), reason: "ClusterNotFound" }, words);
  });
  return [...own, ...missing];
}

const same: Shown = { before: undefined, after: undefined };

async function diffMember(subject: Subject, member: MemberPlan, context: DiffContext): Promise<ObjectDiff | undefined> {
  try {
    return await describe(subject, await withAdoption(subject, member, context));
  } catch (error) {
    if (!(error instanceof FedctlError) || hasCode(error, "Interrupted")) throw error;
    const change = { cluster: member.cluster.name, object: identityOfTarget(subject), error };
    return { change: { ...change, action: "update", outcome: "failed" }, ...same };
  }
}

/** An object that is to be created may be there already, without the label. */
async function withAdoption(subject: Subject, member: MemberPlan, context: DiffContext): Promise<MemberPlan> {
  const { decision, facts, cluster } = member;
  if (decision.action !== "create" || facts === undefined) return member;
  const type = writtenType(subject.type, decision.object);
  const existing = await cluster.api().get({ type, ...targetKey(subject.type, subject.key) });
  return existing === undefined ? member : { ...member, decision: decideAdoption(facts, existing, context) };
}

async function describe(subject: Subject, { cluster, decision }: MemberPlan): Promise<ObjectDiff | undefined> {
  const common = { cluster: cluster.name, object: identityOfTarget(subject), outcome: "planned" } as const;
  switch (decision.action) {
    case "none":
    case "abandon":
      return undefined;
    case "report": {
      const error = new FedctlError("PartlyFailed", `${memberWords(subject, cluster.name)}: ${decision.message}`);
      return { change: { ...common, action: "update", outcome: "failed", reason: decision.status, error }, ...same };
    }
    case "keep":
      return { change: { ...common, action: "keep" }, ...same };
    case "wait":
      return { change: { ...common, action: "delete", reason: "it is being deleted" }, ...same };
    case "create":
      return { change: { ...common, action: "create" }, ...presentable(undefined, decision.object) };
    case "delete":
      return { change: { ...common, action: "delete" }, ...presentable(decision.live, undefined) };
    case "unlabel": {
      const reason = "it stays, and is managed no more";
      return {
        change: { ...common, action: "update", reason },
        ...presentable(decision.live, unlabelled(decision.live)),
      };
    }
    case "update":
      return describeUpdate(subject, cluster.api(), { ...decision, common });
  }
}

interface PlannedUpdate extends Extract<Decision, { readonly action: "update" }> {
  readonly common: Omit<Change, "action">;
}

async function describeUpdate(
  { type }: Subject,
  api: ReturnType<MemberPlan["cluster"]["api"]>,
  { object, live, adopts, common }: PlannedUpdate,
): Promise<ObjectDiff> {
  const result = await api.update(writtenType(type, object), object, { dryRun: true });
  const shown = presentable(live, result);
  if (sameJson(shown.before, shown.after)) return { change: { ...common, action: "keep" }, ...same };
  const reason = adopts === true ? "it was there before, and would be managed" : undefined;
  return { change: { ...common, action: "update", reason }, ...shown };
}

function unlabelled(live: UnknownObject): UnknownObject {
  const labels = Object.entries(live.metadata?.labels ?? {}).filter(([label]) => label !== managedLabel);
  return { ...live, metadata: { ...live.metadata, labels: Object.fromEntries(labels) } };
}
