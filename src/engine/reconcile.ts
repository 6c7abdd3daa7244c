import { FedctlError, hasCode } from "../errors.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { decideRemoval } from "../propagation/decide.ts";
import { deleteOptionsOf } from "../propagation/deletion.ts";
import { type ClusterEntry, nextStatus, overallReason } from "../propagation/status.ts";
import type { PropagationReason } from "../propagation/types.ts";
import { nextVersion } from "../propagation/versions.ts";
import { dispatch, type Dispatched, type DispatchOptions, readAgain } from "./dispatch.ts";
import { ensureFinalizer, type Federated, removeFinalizer, writeStatus } from "./federated-writes.ts";
import { nextStep } from "./next-step.ts";
import type { ReconcileOutcome } from "./outcome.ts";
import { type MemberPlan, planReconcile, type ReconcilePlan, removalRules, type Subject } from "./reconcile-plan.ts";
import { recordVersion } from "./record-version.ts";
import { tellDispatched, tellDropped, tellReason, tellWaiting } from "./tell.ts";
import { gatherServiceStatus } from "./service-status.ts";
import type { World } from "./world.ts";

/** A member holds up an object no longer than this, however many requests it takes; nor does one request to the host. */
const limitMs = 30_000;

/**
 * Brings the members to what one federated object says, and records what became of it. What servers answer is in the outcome.
 * @throws FedctlError Interrupted
 */
export async function reconcile(world: World, subject: Subject): Promise<ReconcileOutcome> {
  let outcome = nothing;
  try {
    outcome = await applyPlan({ world, subject }, await planReconcile(world, subject));
    await gatherServiceStatus(world, subject);
    return outcome;
  } catch (error) {
    if (!(error instanceof FedctlError) || hasCode(error, "Interrupted")) throw error;
    return { ...outcome, next: "retry", error: outcome.error ?? error };
  }
}

interface Run {
  readonly world: World;
  readonly subject: Subject;
}

type PlanOf<Kind extends ReconcilePlan["kind"]> = ReconcilePlan & { readonly kind: Kind };

const nothing: ReconcileOutcome = { members: [], reason: "", next: "settled" };
const request = { timeoutMs: limitMs };

async function applyPlan(run: Run, plan: ReconcilePlan): Promise<ReconcileOutcome> {
  switch (plan.kind) {
    case "nothing":
      return nothing;
    case "orphan":
      return orphan(run, plan);
    case "refused":
      return refuse(run, plan);
    case "removal":
      return remove(run, plan);
    case "propagation":
      return propagate(run, plan);
  }
}

/** What is the federation's no more loses the label. Caches may lag behind: somebody may have federated it a moment ago. */
async function orphan(run: Run, { members }: PlanOf<"orphan">): Promise<ReconcileOutcome> {
  const { world, subject } = run;
  if (members.every(({ decision }) => decision.action === "none")) return nothing;
  if ((await world.host.get({ type: subject.type.federated, ...subject.key }, request)) !== undefined)
    return { ...nothing, next: "recheck" };
  return outcomeOf(await dispatchAll(run, members), "");
}

interface Finished extends ReconcileOutcome {
  readonly members: readonly Dispatched[];
}

function outcomeOf(members: readonly Dispatched[], reason: PropagationReason): Finished {
  return { members, reason, next: nextStep(members) };
}

async function dispatchAll(
  { world, subject }: Run,
  members: readonly MemberPlan[],
  deletion: Pick<DispatchOptions, "deleteOptions"> = {},
): Promise<readonly Dispatched[]> {
  const { adoptsObjects } = world.settings;
  const options = { subject, adoptsObjects, endMs: performance.now() + limitMs, ...deletion };
  return Promise.all(members.map((member) => dispatch(member, options)));
}

function federatedOf({ subject }: Run, object: UnknownObject): Federated {
  return { type: subject.type.federated, object };
}

async function propagate(run: Run, plan: PlanOf<"propagation">): Promise<ReconcileOutcome> {
  const { world } = run;
  const { placement } = plan;
  const held = await ensureFinalizer(world.host, federatedOf(run, plan.federated), request);
  if (held === undefined) return nothing;
  const members = await dispatchAll(run, plan.members);
  const outcome = propagationOutcome(members, plan);
  const teller = { ...run, federated: held };
  tellDispatched(teller, members);
  if (members.some(isWritten)) tellDropped(teller);
  if (outcome.reason !== "" && outcome.reason !== "CheckClusters") {
    tellReason(teller, { reason: placement.reason, message: placement.message ?? "" });
  }
  // A newer one was held, it may be, than the one that was propagated.
  const generation = plan.federated.metadata?.generation;
  const told = tellStatus(run, held, { ...outcome, generation });
  return recorded(outcome, Promise.all([writeVersion(run, plan, members), told]));
}

/** What was done in members is told also when the host did not take the record of it. */
async function recorded(outcome: ReconcileOutcome, records: Promise<unknown>): Promise<ReconcileOutcome> {
  try {
    await records;
    return outcome;
  } catch (error) {
    if (!(error instanceof FedctlError) || hasCode(error, "Interrupted")) throw error;
    return { ...outcome, next: "retry", error };
  }
}

/** Besides the joined clusters, those that the placement names and nobody joined. */
function propagationOutcome(members: readonly Dispatched[], plan: PlanOf<"propagation">): Finished {
  const unknown = plan.placement.unknown.map((cluster): Dispatched => {
    const message = `the placement names cluster "${cluster}", which is not joined`;
    return { cluster, action: "none", status: "ClusterNotFound", message, holds: false };
  });
  const all = [...members, ...unknown];
  return outcomeOf(all, overallReason(plan.placement.reason, entriesOf(all)));
}

function entriesOf(members: readonly Dispatched[]): readonly ClusterEntry[] {
  return members.flatMap(({ cluster: name, status, remoteStatus }) =>
    status === undefined ? [] : [{ name, status, remoteStatus }],
  );
}

function isWritten({ version }: Dispatched): boolean {
  return version !== undefined;
}

async function writeVersion(
  { world, subject }: Run,
  { federated, recorded, source, placement }: PlanOf<"propagation">,
  members: readonly Dispatched[],
): Promise<void> {
  const written = members.flatMap(({ cluster, version }) => (version === undefined ? [] : [[cluster, version]]));
  const holders = members.filter(({ cluster, holds }) => holds || placement.selected.has(cluster));
  const next = nextVersion(recorded, {
    source,
    written: Object.fromEntries(written) as Record<string, string>,
    holders: new Set(holders.map(({ cluster }) => cluster)),
  });
  if (next === undefined) return;
  const { type } = subject;
  const version = await recordVersion(world.host, { type, federated, version: next }, request);
  if (version !== undefined) world.wroteVersion(type, subject.key, version);
}

interface Told extends Finished {
  /** Of what was propagated. */
  readonly generation: number | undefined;
}

async function tellStatus({ world, subject }: Run, object: UnknownObject, outcome: Told): Promise<void> {
  const clusters = entriesOf(outcome.members).map(({ name, status, remoteStatus }) => ({
    name,
    status,
    ...(subject.type.collectsStatus && { remoteStatus }),
  }));
  const nowMs = world.clock.now();
  const updated = outcome.members.some(isWritten);
  const { generation, reason } = outcome;
  const facts = { generation, reason, clusters, updated, nowMs };
  await writeStatus(world.host, federatedOf({ world, subject }, object), {
    request,
    statusOf: ({ status }) => nextStatus({ ...facts, current: status }),
  });
}

async function refuse(run: Run, { federated, refusal, members }: PlanOf<"refused">): Promise<ReconcileOutcome> {
  const { world } = run;
  const dispatched = await dispatchAll(run, members);
  if (federated.metadata?.deletionTimestamp !== undefined) {
    await removeFinalizer(world.host, federatedOf(run, federated), request);
    return outcomeOf(dispatched, "");
  }
  const outcome = outcomeOf(dispatched, refusal.reason);
  await tellStatus(run, federated, { ...outcome, generation: federated.metadata?.generation });
  tellReason({ ...run, federated }, refusal);
  return outcome;
}

async function remove(run: Run, { federated, members }: PlanOf<"removal">): Promise<ReconcileOutcome> {
  const { world } = run;
  const deleteOptions = deleteOptionsOf(federated);
  const teller = { ...run, federated };
  if (!deleteOptions.ok) {
    world.events.record({
      object: federated,
      type: "Warning",
      reason: "DeleteOptionsInvalid",
      message: deleteOptions.message,
    });
    return { ...nothing, next: "retry", error: new FedctlError("ObjectConflict", deleteOptions.message) };
  }
  const deletion = { deleteOptions: deleteOptions.options };
  const first = await dispatchAll(run, members, deletion);
  const dispatched = first.some(isHeldUp) ? first : await confirmRemoval(run, { members, deletion }, first);
  tellDispatched(teller, dispatched);
  const left = dispatched.filter(isHeldUp);
  if (left.length > 0) {
    tellWaiting(
      teller,
      left.map(({ cluster }) => cluster),
    );
    return { ...outcomeOf(dispatched, ""), next: left.some(isFailure) ? "retry" : "recheck" };
  }
  await removeFinalizer(world.host, federatedOf(run, federated), request);
  return { ...outcomeOf(dispatched, ""), next: "settled" };
}

function isHeldUp({ holds }: Dispatched): boolean {
  return holds;
}

function isFailure({ status }: Dispatched): boolean {
  return status !== undefined && status !== "" && status !== "WaitingForRemoval";
}

interface Removal {
  readonly members: readonly MemberPlan[];
  readonly deletion: Pick<DispatchOptions, "deleteOptions">;
}

/** Looks into the members themselves where nothing was found: what was made a moment ago may not have been told yet. */
async function confirmRemoval(
  run: Run,
  { members, deletion }: Removal,
  dispatched: readonly Dispatched[],
): Promise<readonly Dispatched[]> {
  const { world, subject } = run;
  const options = { subject, adoptsObjects: false, endMs: performance.now() + limitMs, ...deletion };
  return Promise.all(
    members.map(async (member, index): Promise<Dispatched> => {
      const done = dispatched[index];
      if (done === undefined || !needsConfirmation(member)) return done ?? noneOf(member);
      const { facts } = member;
      if (facts === undefined) return done;
      const now = await readAgain({ ...member, facts }, options);
      const decision = decideRemoval(now, removalRules(world, now.federated));
      return dispatch({ ...member, facts: now, decision }, options);
    }),
  );
}

function noneOf({ cluster }: MemberPlan): Dispatched {
  return { cluster: cluster.name, action: "none", status: undefined, holds: false };
}

function needsConfirmation({ decision, facts }: MemberPlan): boolean {
  if (facts === undefined || decision.action !== "none" || !facts.cluster.ready) return false;
  return (facts.selected || facts.mayHold) && facts.live?.known === true;
}
