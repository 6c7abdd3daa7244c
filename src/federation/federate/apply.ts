import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import type { UnknownObject } from "../../kube/objects.ts";
import type { FederationDeps } from "../deps.ts";
import { identityOf, performStep, type Step } from "../step.ts";
import type { FederatedObject } from "../kubefed-types.ts";
import { withAnnotationOverrides } from "./annotation-overrides.ts";
import type { FederatedType } from "./federated-type.ts";
import { federatedObjectOf } from "./federated-object.ts";
import { forEachInParallel } from "../in-parallel.ts";
import { keyOf, keyOfObject, qualifiedName } from "./object-key.ts";
import { outlineOf } from "./plan.ts";
import type { FederatePlan, FederateStep, PlannedObject, PlannedSource, WritingRules } from "./plan.ts";
import { writeFederatedObject } from "./write-object.ts";

/** As many as a connection carries at once; more would only wait, and hold their objects in memory. */
const writesInFlight = 100;

export interface ApplyDeps extends Pick<FederationDeps, "report"> {
  /** The command that continues, for hints. */
  readonly commandLine: string;
  /** Names of the types whose CRDs this run made. */
  readonly newTypes: ReadonlySet<string>;
}

/**
 * Writes the planned objects: first what was named, then the contents, several at a time. One that fails does not stop the
 * others; a server that cannot be reached does. What is in a namespace that could not be federated is not written.
 * @throws FedctlError of the object when it was the only one named and failed; PartlyFailed when others are missing; Interrupted
 */
export async function applyFederation(plan: FederatePlan, api: KubeApi, deps: ApplyDeps): Promise<void> {
  const { subject, contents } = plan;
  const tally: Tally = { done: 0, total: countOf([subject, ...contents]), failures: [] };
  const failed = new Set<string>();
  const run: Run = { plan, api, deps, tally };
  try {
    await makeNamespaces(run, failed);
    await writeSources([subject], run, ({ namespace, name }) => failed.add(namespace ?? name));
    const [only] = tally.failures;
    if (only !== undefined && subject.objects.length === 1) throw only;
    const isWanted = ({ found }: PlannedObject): boolean => !failed.has(found.namespace ?? "");
    const wanted = contents.map((source) => ({ ...source, objects: source.objects.filter(isWanted) }));
    await writeSources(wanted, run);
  } catch (error) {
    if (error === tally.failures[0] || !(error instanceof FedctlError) || hasCode(error, "Interrupted")) throw error;
    tally.failures.unshift(error);
  }
  if (tally.failures.length > 0) throw partlyFailed(tally, deps);
}

interface Tally {
  done: number;
  readonly total: number;
  readonly failures: FedctlError[];
}

interface Run {
  readonly plan: FederatePlan;
  readonly api: KubeApi;
  readonly deps: ApplyDeps;
  readonly tally: Tally;
}

function countOf(sources: readonly PlannedSource[]): number {
  return sources.reduce((count, { objects }) => count + objects.length, 0);
}

/** The host's own namespaces, which federated ones are in. One that somebody else just made is as good. */
async function makeNamespaces({ plan, api, deps, tally }: Run, failed: Set<string>): Promise<void> {
  await forEachInParallel(plan.namespaces, writesInFlight, async (step: Step) => {
    try {
      await performStep(api, step, deps.report);
    } catch (error) {
      if (hasCode(error, "ServerAlreadyExists")) return;
      tally.failures.push(requireOwnFailure(error));
      failed.add(step.object.metadata?.name ?? "");
    }
  });
}

type Found = PlannedObject["found"];

async function writeSources(
  sources: readonly PlannedSource[],
  run: Run,
  onFailure: (found: Found) => void = () => undefined,
): Promise<void> {
  const { plan, api, tally } = run;
  const { report } = run.deps;
  const told = (): void => {
    tally.done += 1;
    report.progress("federating", tally);
  };
  for (const kept of sources.flatMap(keptOf(plan.cluster))) {
    report.change({ ...kept, outcome: "done" });
    told();
  }
  await forEachInParallel(toWrite(sources), writesInFlight, async ({ source, planned, object }) => {
    try {
      if (object === undefined) throw goneMeanwhile(source, planned, run);
      const step = stepOf({ source, planned, object }, run);
      await writeFederatedObject(api, step, { report, writing: plan.writing });
      told();
    } catch (error) {
      tally.failures.push(requireOwnFailure(error));
      onFailure(planned.found);
    }
  });
}

function keptOf(cluster: string) {
  return (source: PlannedSource) =>
    source.objects
      .filter(({ action }) => action === "keep")
      .map((planned) => ({
        cluster,
        action: planned.action,
        object: identityOf(outlineOf(source, planned)),
        reason: planned.reason,
      }));
}

interface Writing {
  readonly source: PlannedSource;
  readonly planned: PlannedObject;
  /** Undefined when it is not there any more. */
  readonly object: UnknownObject | undefined;
}

/** What is to be created or updated, read as it is needed. */
async function* toWrite(sources: readonly PlannedSource[]): AsyncGenerator<Writing> {
  for (const source of sources) {
    const changed = source.objects.filter(({ action }) => action !== "keep");
    if (changed.length === 0) continue;
    const wanted = new Map(changed.map((planned) => [keyOf(planned.found), planned]));
    for await (const object of source.source.objects.read(new Set(wanted.keys()))) {
      const key = keyOfObject(object);
      const planned = wanted.get(key);
      wanted.delete(key);
      if (planned !== undefined) yield { source, planned, object };
    }
    for (const planned of wanted.values()) yield { source, planned, object: undefined };
  }
}

function stepOf(
  { source, planned, object }: Writing & { readonly object: UnknownObject },
  { plan, deps }: Run,
): FederateStep {
  const { type } = source.source;
  const { action, reason } = planned;
  const federated = writtenObject(object, type, plan.writing);
  const typeIsNew = deps.newTypes.has(type.name);
  return { cluster: plan.cluster, action, type: type.federated, object: federated, source: type, reason, typeIsNew };
}

function writtenObject(
  object: UnknownObject,
  type: FederatedType,
  { placement, annotatedClusters = [] }: WritingRules,
): FederatedObject {
  return withAnnotationOverrides(federatedObjectOf(object, type, placement), object, annotatedClusters);
}

/** The federated objects themselves, in the order of the plan. */
export async function buildObjects({ subject, contents, writing }: FederatePlan): Promise<FederateStep["object"][]> {
  const built: FederateStep["object"][] = [];
  for (const { source } of [subject, ...contents]) {
    for await (const object of source.objects.read(new Set(source.found.map(keyOf)))) {
      built.push(writtenObject(object, source.type, writing));
    }
  }
  return built;
}

function goneMeanwhile(source: PlannedSource, planned: PlannedObject, { plan, deps }: Run): FedctlError {
  const error = new FedctlError(
    "ObjectNotFound",
    `${source.source.type.target.kind} "${qualifiedName(planned.found)}" was deleted meanwhile`,
  );
  const object = identityOf(outlineOf(source, planned));
  deps.report.change({ cluster: plan.cluster, action: planned.action, object, outcome: "failed", error });
  return error;
}

/** Failures behind which every other request would fail too. */
const ofEveryObject = [
  "Interrupted",
  "ServerUnreachable",
  "ServerTLSFailure",
  "ServerUnauthorized",
  "CredentialUnavailable",
] as const;

function requireOwnFailure(error: unknown): FedctlError {
  if (!(error instanceof FedctlError) || hasCode(error, ...ofEveryObject)) throw error;
  return error;
}

const named = 3;

function partlyFailed({ failures, done, total }: Tally, { commandLine }: ApplyDeps): FedctlError {
  const more = failures.length > named ? `; and ${failures.length - named} more` : "";
  const texts = failures.slice(0, named).map(({ message }) => message);
  return new FedctlError(
    "PartlyFailed",
    `${total - done} of ${total} federated objects were not written: ${texts.join("; ")}${more}`,
    {
      exitCode: ExitCode.PartlyFailed,
      cause: failures[0],
      hint: `what is done stays done; write the missing ones with: ${commandLine}`,
    },
  );
}
