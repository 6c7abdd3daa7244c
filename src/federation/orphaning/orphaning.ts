import type { FederationDeps } from "../deps.ts";
import type { Warning } from "../report.ts";
import { groupQualifiedName, plannedChange } from "../step.ts";
import { applyOrphaning } from "./apply.ts";
import { orphanAnnotation, readFacts } from "./facts.ts";
import type { OrphaningFacts } from "./facts.ts";
import type { OrphaningOptions, OrphaningResult, OrphaningSelection } from "./options.ts";
import { planOrphaning, stateOf } from "./plan.ts";

/**
 * Says of federated objects whether what they placed in the clusters stays when they are deleted. All of them are looked at
 * before any is written.
 * @throws FedctlError ObjectNotFound, TypeNotFound, TypeConflict before anything is written; PartlyFailed; Server*
 */
export async function changeOrphaning(options: OrphaningOptions, deps: FederationDeps): Promise<OrphaningResult> {
  const host = await deps.connect(options.hostClusterContext);
  const facts = await readFacts(options, host);
  warnOfNothing(facts, deps);
  const steps = planOrphaning(facts, options);
  if (options.dryRun) {
    for (const step of steps) deps.report.change(plannedChange(step));
    return resultOf(facts);
  }
  await applyOrphaning(steps, options.orphaning, { api: host.api, deps });
  const value = options.orphaning === "enable" ? "true" : undefined;
  return resultOf({ ...facts, objects: facts.objects.map((object) => ({ ...object, value })) });
}

/**
 * Tells what {@link changeOrphaning} would change.
 * @throws FedctlError ObjectNotFound, TypeNotFound, TypeConflict, Server*
 */
export async function readOrphaning(options: OrphaningSelection, deps: FederationDeps): Promise<OrphaningResult> {
  const facts = await readFacts(options, await deps.connect(options.hostClusterContext));
  warnOfNothing(facts, deps);
  for (const warning of valueWarnings(facts)) deps.report.warn(warning);
  return resultOf(facts);
}

function warnOfNothing({ cluster, type, objects }: OrphaningFacts, { report }: FederationDeps): void {
  if (objects.length > 0) return;
  report.warn({
    code: "NothingSelected",
    message: `cluster "${cluster}" has no such ${groupQualifiedName(type)}`,
  });
}

/** Looks like enabled to a person, and is not to the controller. */
function valueWarnings({ type, objects }: OrphaningFacts): Warning[] {
  const others = objects.filter(({ value }) => value !== undefined && value !== "true");
  return others.map(({ name, namespace }) => ({
    code: "OtherOrphanValue",
    message: `${orphanAnnotation} of ${type.kind} "${namespace === undefined ? name : `${namespace}/${name}`}" is another value than "true", which means nothing`,
  }));
}

function resultOf({ cluster, type, objects }: OrphaningFacts): OrphaningResult {
  return {
    cluster,
    type: groupQualifiedName(type),
    objects: objects.map(({ name, namespace, value }) => ({
      ...(namespace !== undefined && { namespace }),
      name,
      orphaning: stateOf({ value }),
    })),
  };
}
