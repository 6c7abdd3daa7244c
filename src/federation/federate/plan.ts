import type { ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { namespaceType } from "../kubefed-types.ts";
import type { FederatedObject } from "../kubefed-types.ts";
import type { Warning } from "../report.ts";
import type { Step } from "../step.ts";
import { checkConflicts, checkIncludes, checkNamespaces, checkSubject, checkTypes } from "./checks.ts";
import type { FederateFacts, FoundObject, Source } from "./facts.ts";
import type { FederatedType } from "./federated-type.ts";
import { isNamespace } from "./federated-object.ts";
import type { OnConflict, FederateOptions } from "./options.ts";
import { checkClusters, isPlacementGiven, type Placement, placedClusters, placementOf } from "./placement.ts";
import { planWarnings } from "./warnings.ts";

/** What is to be done about one object. */
export interface PlannedObject {
  readonly found: FoundObject;
  readonly action: "create" | "update" | "keep";
  readonly reason?: string | undefined;
}

/** Objects of one type, of which federated objects are made. */
export interface PlannedSource {
  readonly source: Source;
  readonly objects: readonly PlannedObject[];
}

/** How a federated object is written. */
export interface WritingRules {
  readonly placement: Placement;
  /** The user said where: an update sets it too. */
  readonly setsPlacement: boolean;
  readonly onConflict: OnConflict;
  /** The clusters that get the annotations as overrides; undefined: none do. */
  readonly annotatedClusters?: readonly string[] | undefined;
}

export interface FederatePlan {
  /** Context of the host cluster. */
  readonly cluster: string;
  /** Types to enable, or to give their federated CRD back, before anything else. */
  readonly enable: readonly FederatedType[];
  /** Namespaces that the host needs for the federated ones. */
  readonly namespaces: readonly Step[];
  /** What the user named or selected: it comes before the others, which depend on it. */
  readonly subject: PlannedSource;
  readonly contents: readonly PlannedSource[];
  readonly writing: WritingRules;
  readonly warnings: readonly Warning[];
}

/** A federated object to write, and what it is made from. */
export interface FederateStep extends Step<FederatedObject> {
  readonly source: FederatedType;
}

/**
 * Decides what is to be written, without looking at any cluster.
 * @throws FedctlError NamespaceTerminating, TypeNotEnabled, TypeNotFound, ObjectConflict when it must not begin
 */
export function planFederation(facts: FederateFacts, options: FederateOptions): FederatePlan {
  const sources = [facts.subject, ...facts.contents];
  checkSubject(facts, options);
  checkIncludes(facts, options);
  checkClusters(options, facts.members, facts.cluster);
  if (options.output === undefined) {
    checkTypes(facts, options);
    checkNamespaces(facts, options);
    checkConflicts(sources, facts.cluster, options);
  }
  const writing: WritingRules = {
    placement: placementOf(options),
    setsPlacement: isPlacementGiven(options),
    onConflict: options.onConflict,
    annotatedClusters: options.annotations === "override" ? placedClusters(options, facts.members) : undefined,
  };
  return {
    cluster: facts.cluster,
    enable: typesToEnable(sources),
    namespaces: isNamespace(facts.subject.type.target) ? facts.missingNamespaces.map(namespaceStep(facts)) : [],
    subject: planSource(facts.subject, writing),
    contents: facts.contents.map((source) => planSource(source, writing)),
    writing,
    warnings: planWarnings(facts, options),
  };
}

function typesToEnable(sources: readonly Source[]): readonly FederatedType[] {
  const types = new Map<string, FederatedType>();
  for (const { type, found } of sources) {
    if (found.length > 0 && (type.state === "notEnabled" || type.state === "crdMissing")) types.set(type.name, type);
  }
  return [...types.values()];
}

function namespaceStep({ cluster }: FederateFacts): (name: string) => Step {
  return (name) => ({
    cluster,
    action: "create",
    type: namespaceType,
    object: { metadata: { name } },
    reason: "the federated namespace needs it",
  });
}

function planSource(source: Source, writing: WritingRules): PlannedSource {
  return { source, objects: source.found.map((found) => planObject(found, writing)) };
}

/** Placement and overrides are the user's to edit: only an update that was told of them sets them. */
function planObject(found: FoundObject, { onConflict, annotatedClusters = [] }: WritingRules): PlannedObject {
  const { standing, placedElsewhere } = found;
  if (standing === "absent") return { found, action: "create" };
  if (standing === "beingDeleted") return { found, action: "keep", reason: "it is being deleted" };
  if (onConflict !== "update") {
    return { found, action: "keep", ...(standing === "other" && { reason: "it keeps its other template" }) };
  }
  if (standing === "other") return { found, action: "update", reason: "another template" };
  if (placedElsewhere) return { found, action: "update", reason: "another placement" };
  const { annotatedClusters: annotated } = found;
  const lacks = annotated !== undefined && annotatedClusters.some((name) => !annotated.includes(name));
  return lacks ? { found, action: "update", reason: "other annotations" } : { found, action: "keep" };
}

/** The name, namespace and type of a planned federated object, for whoever only has to tell of it. */
export function outlineOf(
  { source }: PlannedSource,
  { found }: PlannedObject,
): { type: ResourceType; object: KubeObject } {
  const { federated, target } = source.type;
  const namespace = isNamespace(target) ? found.name : found.namespace;
  const isPlaced = federated.namespaced && namespace !== undefined;
  return { type: federated, object: { metadata: { name: found.name, ...(isPlaced && { namespace }) } } };
}
