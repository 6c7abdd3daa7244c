import { isRecord } from "../federation/json-data.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { InvalidSelectorError, labelMatcher } from "./label-selector.ts";
import type { ClusterFacts, PropagationReason } from "./types.ts";

/** Where an object is to be. */
export interface Placement {
  /** Names of joined clusters. */
  readonly selected: ReadonlySet<string>;
  /** Names that the placement lists and nobody joined, in its order. */
  readonly unknown: readonly string[];
  /** What is wrong with it as a whole; "" when nothing is. */
  readonly reason: PropagationReason;
  /** The same in words. */
  readonly message?: string | undefined;
}

type Cluster = Pick<ClusterFacts, "name" | "labels">;

export interface PlacementFacts {
  readonly federated: UnknownObject;
  readonly clusters: readonly Cluster[];
  /** The target lives in namespaces. */
  readonly isNamespaced: boolean;
  readonly scope: "Cluster" | "Namespaced";
  /** Of the namespace of a namespaced target. */
  readonly federatedNamespace: UnknownObject | undefined;
}

const none: ReadonlySet<string> = new Set();

/** Where a federated object is to be propagated to: its own placement, within that of its namespace. */
export function computePlacement(facts: PlacementFacts): Placement {
  const own = ownPlacement(facts.federated, facts.clusters);
  if (own.reason === "ComputePlacementFailed") return own;
  if (!facts.isNamespaced) return withEmptiness(own, facts.federated);
  const { federatedNamespace } = facts;
  if (federatedNamespace === undefined) {
    if (facts.scope === "Namespaced") return withEmptiness(own, facts.federated);
    return { ...own, selected: none, reason: "NamespaceNotFederated", message: namespaceMessage(facts.federated) };
  }
  const around = ownPlacement(federatedNamespace, facts.clusters);
  if (around.reason === "ComputePlacementFailed") {
    return { ...around, unknown: own.unknown, message: `of the namespace: ${around.message ?? ""}` };
  }
  const selected = new Set([...own.selected].filter((name) => around.selected.has(name)));
  return withEmptiness({ ...own, selected }, facts.federated);
}

function namespaceMessage({ metadata }: UnknownObject): string {
  return `namespace "${metadata?.namespace ?? ""}" is not federated`;
}

function ownPlacement(object: UnknownObject, clusters: readonly Cluster[]): Placement {
  const placement = placementOf(object);
  const names = listedNames(placement);
  if (names !== undefined) {
    const joined = new Set(clusters.map(({ name }) => name));
    const unique = [...new Set(names)];
    return {
      selected: new Set(unique.filter((name) => joined.has(name))),
      unknown: unique.filter((name) => !joined.has(name)),
      reason: "",
    };
  }
  try {
    const matches = labelMatcher(placement["clusterSelector"]);
    const selected = clusters.filter(({ labels }) => matches(labels)).map(({ name }) => name);
    return { selected: new Set(selected), unknown: [], reason: "" };
  } catch (error) {
    if (!(error instanceof InvalidSelectorError)) throw error;
    return { selected: none, unknown: [], reason: "ComputePlacementFailed", message: error.message };
  }
}

/** Clusters that the object's own cluster selector matches, whatever its list says: what a scheduling preference may ask for. */
export function selectorPlacement(object: UnknownObject, clusters: readonly Cluster[]): ReadonlySet<string> {
  const matches = labelMatcher(placementOf(object)["clusterSelector"]);
  return new Set(clusters.filter(({ labels }) => matches(labels)).map(({ name }) => name));
}

function placementOf(object: UnknownObject): Readonly<Record<string, unknown>> {
  const { spec } = object;
  const placement = isRecord(spec) ? spec["placement"] : undefined;
  return isRecord(placement) ? placement : {};
}

/** Undefined when there is no list, so that the selector counts. */
function listedNames(placement: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const { clusters } = placement;
  if (!Array.isArray(clusters)) return undefined;
  return clusters.flatMap((item: unknown) =>
    isRecord(item) && typeof item["name"] === "string" ? [item["name"]] : [],
  );
}

/** Nowhere is a fine answer to an empty list, which somebody wrote on purpose, and hardly to anything else. */
function withEmptiness(placement: Placement, federated: UnknownObject): Placement {
  if (placement.selected.size > 0 || placement.unknown.length > 0) return placement;
  if (listedNames(placementOf(federated))?.length === 0) return placement;
  return { ...placement, reason: "NoClusterSelected", message: "the placement selects no joined cluster" };
}
