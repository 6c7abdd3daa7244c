import { hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import { withDeadline } from "../deadline.ts";
import type { FederationDeps } from "../deps.ts";
import { objectLabel } from "../describe.ts";
import { forEachInParallel } from "../in-parallel.ts";
import { namespaceType } from "../kubefed-types.ts";
import { identityOf, performStep, type Step } from "../step.ts";
import type { JoinRecord } from "./options.ts";
import type { MemberPlan } from "./plan.ts";
import { lookAgainInto } from "./residents.ts";
import { type Found, readWorkloads, readWorkloadsOf } from "./workloads.ts";
import { isOwnNamespace } from "./workloads-plan.ts";

export interface WorkloadPlace {
  readonly api: KubeApi;
  readonly record: JoinRecord;
  readonly timeoutMs: number;
}

/** What became of the objects that were to go. */
export interface Removal {
  /** UIDs of namespaces and CRDs that stay because others have something in them. */
  readonly kept: ReadonlySet<string>;
}

const deletesInFlight = 32;
const pauseMs = 500;

/**
 * Deletes what the federation placed in the cluster and waits for it to be gone; then the namespaces and CRDs of it that nobody else
 * has anything in. An object that cannot be deleted is reported and does not stop the others; what is left is looked for later.
 * @throws FedctlError when the cluster cannot be reached any more
 */
export async function removeWorkloads(
  { workloads, containers }: MemberPlan,
  place: WorkloadPlace,
  deps: FederationDeps,
): Promise<Removal> {
  await deleteAll(workloads, place, deps);
  await waitForWorkloads(workloads, place, deps);
  const kept = new Set<string>();
  // A CRD takes objects in namespaces with it, and so goes before them.
  const namespaces = containers.filter(({ type }) => type.kind === namespaceType.kind);
  const crds = containers.filter((step) => !namespaces.includes(step));
  for (const steps of [crds, namespaces]) {
    const confirmed = await Promise.all(steps.map((step) => confirm(step, place, deps)));
    for (const { step, isInUse } of confirmed) if (isInUse) kept.add(step.object.metadata?.uid ?? "");
    const checked = confirmed.map(({ step }) => step);
    await deleteAll(checked, place, deps);
    await waitForWorkloads(checked, place, deps);
  }
  return { kept };
}

/** Failures that say something about one object only; behind any other there is no use in going on. */
const ofOneObject = [
  "ServerForbidden",
  "ServerNotFound",
  "ServerConflict",
  "ServerInvalid",
  "ServerError",
  "ServerTooBusy",
  "ServerTimedOut",
  "WriteOutcomeUnknown",
] as const;

async function deleteAll(steps: readonly Step[], { api }: WorkloadPlace, { report }: FederationDeps): Promise<void> {
  let done = 0;
  await forEachInParallel(steps, deletesInFlight, async (step) => {
    try {
      // Jobs would leave their Pods behind.
      await performStep(api, { ...step, propagationPolicy: "Background" }, report);
    } catch (error) {
      if (!hasCode(error, ...ofOneObject)) throw error;
    }
    done += 1;
    report.progress(`removing what the federation placed in cluster "${step.cluster}"`, { done, total: steps.length });
  });
}

/** That something is still there is found, and told, when everything is looked for again. */
async function waitForWorkloads(steps: readonly Step[], place: WorkloadPlace, deps: FederationDeps): Promise<void> {
  const leaving = new Set(steps.flatMap(({ action, object }) => (action === "delete" ? [object.metadata?.uid] : [])));
  if (leaving.size === 0) return;
  const types = [...new Set(steps.map(({ type }) => type))];
  await untilDeadline(place, deps, async (signal) => {
    for (;;) {
      const { items } = await readWorkloadsOf(place.api, types, { ...place.record, silent: [] });
      const left = items.filter(({ object }) => leaving.has(object.metadata?.uid));
      if (left.length === 0) return;
      deps.report.progress(`waiting for ${left.length} objects of cluster "${place.record.clusterName}" to be gone`);
      await deps.clock.sleep(pauseMs, signal);
    }
  });
}

async function untilDeadline(
  { timeoutMs }: WorkloadPlace,
  { signal, clock }: FederationDeps,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  try {
    await withDeadline({ timeoutMs, signal, clock }, work);
  } catch (error) {
    if (!hasCode(error, "TimedOut")) throw error;
  }
}

interface Confirmed {
  readonly step: Step;
  /** By somebody else: it has to stay, and that is no failure. */
  readonly isInUse: boolean;
}

/** Looks again into a namespace or CRD that was found empty, and waits for what is going with something that went. */
async function confirm(step: Step, place: WorkloadPlace, deps: FederationDeps): Promise<Confirmed> {
  if (step.action !== "delete") return { step, isInUse: true };
  let inside = await lookAgainInto(place.api, step);
  await untilDeadline(place, deps, async (signal) => {
    while (inside.reason === undefined && inside.settling !== undefined) {
      deps.report.progress(`waiting for ${objectLabel(identityOf(step))} to be empty`);
      await deps.clock.sleep(pauseMs, signal);
      inside = await lookAgainInto(place.api, step);
    }
  });
  const { reason, settling } = inside;
  if (reason !== undefined) return { step: { ...step, action: "keep", reason }, isInUse: true };
  if (settling === undefined) return { step, isInUse: false };
  return { step: { ...step, action: "keep", reason: `still holds ${objectLabel(settling)}` }, isInUse: false };
}

/** What should be gone and is not: the same objects, and those that somebody made again. */
export async function findLeftWorkloads({ api, record }: WorkloadPlace, { kept }: Removal): Promise<readonly Found[]> {
  const { items } = await readWorkloads(api, record);
  return items.filter((item) => !isOwnNamespace(item, record) && !kept.has(item.object.metadata?.uid ?? ""));
}

/** Nothing was to go. */
export const nothingRemoved: Removal = { kept: new Set() };
