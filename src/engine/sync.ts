import { FedctlError, hasCode } from "../errors.ts";
import type { FederationDeps, HostOptions } from "../federation/deps.ts";
import { forEachInParallel } from "../federation/in-parallel.ts";
import type { Change } from "../federation/report.ts";
import type { KubeApi } from "../kube/kube-api.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { readPreference, scheduledKinds } from "../propagation/replica-preference.ts";
import { createEventRecorder, type EventRecorder } from "./event-recorder.ts";
import { getSource, listSource, type ObjectSource } from "./object-source.ts";
import type { ReconcileOutcome } from "./outcome.ts";
import { type Selection, visitAll } from "./pass.ts";
import { isRefused, notScheduled, partlyFailed, timedOut } from "./pass-failure.ts";
import { createPassWorld, type PassWorld } from "./pass-world.ts";
import { reconcile } from "./reconcile.ts";
import type { Subject } from "./reconcile-plan.ts";
import { selectSubjects, tellAbsence } from "./select.ts";
import { scheduleReplicas, schedulingPreferenceType } from "./schedule-replicas.ts";
import type { SelectOptions } from "./suggest-pass.ts";
import { openPlane, type Plane } from "./sync-plane.ts";
import { changesOf, hasFailed, scheduledChange } from "./sync-report.ts";

export interface SyncOptions extends HostOptions, SelectOptions {
  /** Look at each object once: what fails is not tried again, and what is being deleted is not waited for. */
  readonly once: boolean;
  /** For all of it, when not once. */
  readonly timeoutMs: number;
  /** Write KubeFed's Normal events too: one more write for each object and cluster. */
  readonly writesNormalEvents: boolean;
}

export interface SyncResult {
  /** That were looked at. */
  readonly objects: number;
}

/**
 * Brings the members to what the federated objects say, and waits until they are there.
 * @throws FedctlError PartlyFailed when something could not be propagated, TimedOut when it was not done in time
 */
export async function syncFederation(options: SyncOptions, deps: FederationDeps): Promise<SyncResult> {
  const { api: host } = await deps.connect(options.hostClusterContext);
  const plane = await openPlane({ ...options, host }, deps);
  const events = createEventRecorder(host, { clock: deps.clock, writesNormal: options.writesNormalEvents });
  try {
    const selection = await selectSubjects(host, plane, options);
    return await run({ options, deps, host, plane, events, selection });
  } finally {
    await events.flush();
    plane.close();
  }
}

interface Sync {
  readonly options: SyncOptions;
  readonly deps: FederationDeps;
  readonly host: KubeApi;
  readonly plane: Plane;
  readonly events: EventRecorder;
  readonly selection: Selection;
}

interface Visit {
  readonly subject: Subject;
  readonly outcome: ReconcileOutcome;
  /** How often it was looked at. */
  readonly looks: number;
}

async function run(sync: Sync): Promise<SyncResult> {
  const { options, deps, host, selection } = sync;
  const tally: Tally = { objects: 0, changes: 0, failures: 0, failed: [], scheduling: [] };
  const finish = finisher(sync, tally);
  const pending = await untilSettled(sync, tally, finish);
  if (pending.length > 0) {
    const changes = pending.flatMap((visit) => finish(visit, { isOverdue: true }));
    throw timedOut({ pending: pending.length, changes }, options);
  }
  if (tally.failures > 0) throw partlyFailed({ ...tally, changes: tally.failed }, options);
  const [unscheduled] = tally.scheduling;
  if (unscheduled !== undefined) throw notScheduled(unscheduled, options);
  if (tally.changes === 0) await tellAbsence(host, selection, deps.report);
  return { objects: tally.objects };
}

const firstPauseMs = 500;
const longestPauseMs = 10_000;
const inFlight = 100;
/** Of what servers refuse: permissions of a join that is just being made need a moment. */
const looksAtRefused = 4;

interface Tally {
  objects: number;
  changes: number;
  failures: number;
  readonly failed: Change[];
  /** Of preferences that could not be followed. */
  readonly scheduling: FedctlError[];
}

/** Tells what became of an object. */
type Finish = (visit: Visit, how?: { readonly isOverdue: boolean }) => readonly Change[];

function finisher({ deps, host }: Sync, tally: Tally): Finish {
  return ({ subject, outcome }, how) => {
    const changes = changesOf(subject, outcome, { host: host.context, isOverdue: how?.isOverdue ?? false });
    tally.changes += changes.length;
    for (const change of changes) deps.report.change(change);
    if (!hasFailed(outcome)) return changes;
    tally.failures += 1;
    tally.failed.push(...changes.filter((change) => change.outcome === "failed"));
    return changes;
  };
}

/** @returns what is not as it should be when the time is over */
async function untilSettled(sync: Sync, tally: Tally, finish: Finish): Promise<readonly Visit[]> {
  const { options, deps } = sync;
  const endMs = deps.clock.now() + options.timeoutMs;
  let pending: Visit[] = [];
  try {
    await firstRound(sync, tally, { finish, postpone: (visit) => void pending.push(visit) });
    for (let pauseMs = firstPauseMs; pending.length > 0; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      if (deps.clock.now() + pauseMs >= endMs) break;
      deps.report.progress(`waiting for ${pending.length} ${pending.length === 1 ? "object" : "objects"}`);
      await deps.clock.sleep(pauseMs, deps.signal);
      pending = await laterRound(sync, pending, finish);
    }
  } catch (error) {
    // What was done is told, whatever stopped the rest.
    for (const visit of pending) finish(visit);
    throw error;
  }
  return pending;
}

interface Seen {
  readonly finish: Finish;
  /** It is to be looked at again. */
  readonly postpone: (visit: Visit) => void;
}

/** Looks at everything once. */
async function firstRound(sync: Sync, tally: Tally, { finish, postpone }: Seen): Promise<void> {
  const { selection, host, options, deps } = sync;
  const source = sourceFor(host, selection);
  const world = worldOf(sync, source);
  await schedulePreferences(sync, world, tally);
  await visitAll({
    world,
    source,
    selection,
    visit: async (subject) => {
      const visit = { subject, outcome: await reconcile(world, subject), looks: 1 };
      tally.objects += 1;
      deps.report.progress("propagating", { done: tally.objects, total: tally.objects });
      if (visit.outcome.next === "settled" || options.once) finish(visit);
      else postpone(visit);
    },
  });
}

/** Before the objects themselves, whose placement and replicas it decides. */
async function schedulePreferences(
  { plane, host, deps, selection }: Sync,
  world: PassWorld,
  tally: Tally,
): Promise<void> {
  const kinds = selection.types.map(({ federated }) => federated.kind);
  if (!plane.schedulesReplicas || !scheduledKinds.some((kind) => kinds.includes(kind))) return;
  for (const preference of await listPreferences(host, selection)) {
    if (!kinds.includes(readPreference(preference).targetKind)) continue;
    try {
      const scheduled = await scheduleReplicas(world, preference);
      if (scheduled?.changed === true) deps.report.change(scheduledChange(scheduled, host.context));
    } catch (error) {
      if (!(error instanceof FedctlError) || hasCode(error, "Interrupted")) throw error;
      tally.scheduling.push(error);
    }
  }
}

async function listPreferences(host: KubeApi, { namespace, name }: Selection): Promise<readonly UnknownObject[]> {
  try {
    const { items } = await host.list(schedulingPreferenceType, { namespace });
    return items.filter(({ metadata }) => name === undefined || metadata?.name === name);
  } catch (error) {
    if (hasCode(error, "ServerNotFound")) return [];
    throw error;
  }
}

function sourceFor(host: KubeApi, { name, namespace }: Selection): ObjectSource {
  return name === undefined ? listSource({ host, namespace, keepsWhole: false }) : getSource(host);
}

function worldOf({ host, plane, deps, events }: Sync, source: ObjectSource): PassWorld {
  return createPassWorld({ host, plane, clock: deps.clock, signal: deps.signal, events, source });
}

/** Looks again at what failed or is not done, and asks for each object anew. */
async function laterRound(sync: Sync, visits: readonly Visit[], finish: Finish): Promise<Visit[]> {
  const world = worldOf(sync, getSource(sync.host));
  const pending: Visit[] = [];
  await forEachInParallel(visits, inFlight, async ({ subject, outcome: earlier, looks }) => {
    const visit = { subject, outcome: withDeeds(earlier, await reconcile(world, subject)), looks: looks + 1 };
    const isGivenUp = visit.looks >= looksAtRefused && isRefused(visit.outcome);
    if (visit.outcome.next === "settled" || isGivenUp) finish(visit);
    else pending.push(visit);
  });
  return pending;
}

/** What an earlier round did is told, where a later one found nothing left to do. */
function withDeeds(earlier: ReconcileOutcome, later: ReconcileOutcome): ReconcileOutcome {
  const before = new Map(earlier.members.map((member) => [member.cluster, member]));
  const members = later.members.map((member) => {
    const { action, error } = before.get(member.cluster) ?? member;
    const isQuiet = (member.action === "none" || member.action === "keep") && (member.status ?? "") === "";
    const wasDone = action !== "none" && action !== "keep" && error === undefined;
    return isQuiet && wasDone ? { ...member, action: action === "wait" ? ("delete" as const) : action } : member;
  });
  const isGone = later.members.length === 0 && later.error === undefined;
  return isGone ? { ...later, members: earlier.members.map(asDone) } : { ...later, members };
}

/** Its federated object is gone, and so are all copies. */
function asDone(member: ReconcileOutcome["members"][number]): ReconcileOutcome["members"][number] {
  const isGoing = member.action === "wait" || member.action === "delete";
  return isGoing ? { cluster: member.cluster, action: "delete", status: undefined } : member;
}
