import type { UnknownObject } from "../../kube/objects.ts";
import type { FederatedObject } from "../kubefed-types.ts";
import type { Warning } from "../report.ts";
import type { Step } from "../step.ts";
import { checkConflicts, checkSubject, checkTypes } from "./checks.ts";
import type { FederateFacts, Source } from "./facts.ts";
import type { FederatedType } from "./federated-type.ts";
import { federatedObjectOf } from "./federated-object.ts";
import type { FederateOptions } from "./options.ts";
import { planWarnings } from "./warnings.ts";

/** A planned federated object, and what it is made from. */
export interface FederateStep extends Step<FederatedObject> {
  readonly source: FederatedType;
}

export interface FederatePlan {
  /** Types to enable, or to give their federated CRD back, before anything else. */
  readonly enable: readonly FederatedType[];
  /** The federated object of what the user named: it comes before the others, which depend on it. */
  readonly subject: FederateStep;
  readonly contents: readonly FederateStep[];
  readonly warnings: readonly Warning[];
}

/**
 * Decides what is to be written, without looking at any cluster.
 * @throws FedctlError NamespaceTerminating, TypeNotEnabled, TypeNotFound, ObjectConflict when it must not begin
 */
export function planFederation(facts: FederateFacts, options: FederateOptions): FederatePlan {
  const sources = [facts.subject, ...facts.contents];
  checkSubject(facts, options);
  if (options.output === undefined) {
    checkTypes(facts, options);
    checkConflicts(sources, facts.cluster, options);
  }
  const [subject, ...contents] = sources.flatMap((source) =>
    source.objects.map((object) => stepOf(source, object, facts.cluster)),
  );
  if (subject === undefined) throw new Error("a plan without the object that was named");
  return {
    enable: sources.map(({ type }) => type).filter(({ state }) => state === "notEnabled" || state === "crdMissing"),
    subject,
    contents,
    warnings: planWarnings(facts, options),
  };
}

function stepOf(source: Source, object: UnknownObject, cluster: string): FederateStep {
  const federated = federatedObjectOf(object, source.type);
  const existing = source.existing.get(federated.metadata?.name ?? "");
  return {
    cluster,
    action: existing === undefined ? "create" : "keep",
    type: source.type.federated,
    object: federated,
    source: source.type,
  };
}
