import type { KubeApi } from "../../kube/kube-api.ts";
import type { UnknownObject } from "../../kube/objects.ts";
import { isRecord, sameJson } from "../json-data.ts";
import type { FederatedObject } from "../kubefed-types.ts";
import { annotatedClusters, annotationHolder, type AnnotationHolder } from "./annotation-overrides.ts";
import { federatedNamespaceOf, type TypePair } from "./federated-object.ts";
import type { FederatedType } from "./federated-type.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { keyOf, keyOfObject } from "./object-key.ts";
import { isPlacementGiven, placementOf } from "./placement.ts";
import type { FederateOptions } from "./options.ts";
import { templateOf } from "./template.ts";

/** How the federated object of an object stands. */
export interface Standing {
  /** other: it holds another template than it would be given. */
  readonly standing: "absent" | "same" | "other" | "beingDeleted";
  /** The user says where, and it is placed elsewhere. */
  readonly placedElsewhere: boolean;
  /** With `--annotations=override`, and of an object that has some: the clusters that get them already. */
  readonly annotatedClusters?: readonly string[] | undefined;
}

/** What is kept of a federated object that is there. */
export interface ExistingObject {
  /** Undefined when it has no template. */
  readonly fingerprint: string | undefined;
  readonly retainReplicas: boolean;
  readonly beingDeleted: boolean;
  readonly placedElsewhere: boolean;
  /** Only where annotations are to be overrides. */
  readonly annotations?: AnnotationHolder | undefined;
}

/** By {@link keyOf} of the federated object. */
export type ExistingObjects = ReadonlyMap<string, ExistingObject>;
export const nothingExists: ExistingObjects = new Map();

/** Reads the federated objects of a type; with a namespace those in it. */
export async function readExisting(
  api: KubeApi,
  { type, namespace }: { readonly type: FederatedType; readonly namespace: string | undefined },
  options: FederateOptions,
): Promise<ExistingObjects> {
  const { state, federated, target } = type;
  if (state !== "enabled" || options.output !== undefined) return nothingExists;
  const existing = new Map<string, ExistingObject>();
  const list = federated.namespaced && namespace !== undefined ? { namespace } : {};
  for await (const { items } of api.pages<FederatedObject>(federated, list)) {
    for (const item of items) existing.set(keyOfObject(item), describeExisting(item, target, options));
  }
  return existing;
}

/** Pure. */
export function describeExisting(
  { spec, metadata }: FederatedObject,
  target: TypePair["target"],
  options: Pick<FederateOptions, "clusters" | "clusterSelector" | "annotations">,
): ExistingObject {
  const retainReplicas = spec.retainReplicas === true;
  return {
    fingerprint: isRecord(spec.template) ? fingerprintOf(spec.template, target, { retainReplicas }) : undefined,
    retainReplicas,
    beingDeleted: metadata?.deletionTimestamp !== undefined,
    placedElsewhere: isPlacementGiven(options) && !sameJson(spec.placement, placementOf(options)),
    ...(options.annotations === "override" && { annotations: annotationHolder(spec) }),
  };
}

/** Compares what an object would be given with what is there. Pure. */
export function standingOf(source: UnknownObject, pair: TypePair, existing: ExistingObjects): Standing {
  const name = source.metadata?.name ?? "";
  const there = existing.get(keyOf({ namespace: federatedNamespaceOf(source, pair), name }));
  if (there === undefined) return { standing: "absent", placedElsewhere: false };
  const { beingDeleted, placedElsewhere, fingerprint, retainReplicas } = there;
  if (beingDeleted) return { standing: "beingDeleted", placedElsewhere };
  const same = fingerprint === fingerprintOf(templateOf(source, pair.target), pair.target, { retainReplicas });
  const annotated = there.annotations && annotatedClusters(source, there.annotations);
  return {
    standing: same ? "same" : "other",
    placedElsewhere,
    ...(annotated !== undefined && { annotatedClusters: annotated }),
  };
}
