import type { ApiResource, ResourceType } from "../../kube/kube-api.ts";
import { coreGroup, defaultFederatedGroup, schedulingGroup } from "../kubefed-types.ts";
import type { FederatedTypeConfig } from "../kubefed-types.ts";
import { groupQualifiedName } from "../step.ts";
import type { Warning } from "../report.ts";
import { type IncludeEntry, type Included, includedOf, nothingIncluded } from "./include.ts";
import { namesType } from "./names-type.ts";

/** A type whose objects `--contents` does not look at, and why. */
export interface SkippedType {
  /** Group-qualified plural. */
  readonly type: string;
  readonly reason: string;
  /** The user named it; the others are left out on every cluster. */
  readonly requested: boolean;
}

/** A type whose objects are looked at. */
export interface ContentType {
  readonly resource: ApiResource;
  /** What `--include` brings back. */
  readonly included: Included;
  /** The type as such is left out: only what is included is taken. */
  readonly includedOnly: boolean;
}

export interface ContentTypes {
  /** One version of each type, sorted by group-qualified plural. */
  readonly taken: readonly ContentType[];
  readonly skipped: readonly SkippedType[];
  readonly warnings: readonly Warning[];
}

export interface TypeFilters {
  readonly skipApiResources: readonly string[];
  readonly include: readonly IncludeEntry[];
}

/**
 * Which types `federate namespace --contents` looks at: every namespaced type that can be listed and created, but none that
 * only servers and controllers write, nor KubeFed's own, nor what `--skip-api-resources` names. `--include` wins over all but
 * what a server cannot do.
 */
export function selectContentTypes(
  resources: readonly ApiResource[],
  typeConfigs: readonly FederatedTypeConfig[],
  { skipApiResources, include }: TypeFilters,
): ContentTypes {
  const entries = skipApiResources.map((entry) => entry.trim()).filter((entry) => entry !== "");
  const federated = new Set(
    typeConfigs.map(({ spec }) => `${spec.federatedType.pluralName}.${spec.federatedType.group ?? ""}`),
  );
  const taken: ContentType[] = [];
  const skipped: SkippedType[] = [];
  for (const resource of onePerType(resources.filter(({ namespaced }) => namespaced))) {
    const byUser = skippedByUser(resource, entries);
    const reason = cannotServe(resource) ?? byUser ?? skippedByNature(resource, federated);
    const included = cannotServe(resource) === undefined ? includedOf(resource, include) : nothingIncluded;
    const isLooked = reason === undefined || included.all || included.names.size > 0;
    if (isLooked) taken.push({ resource, included, includedOnly: reason !== undefined });
    if (reason === undefined || included.all) continue;
    skipped.push({ type: groupQualifiedName(resource), reason, requested: byUser !== undefined });
  }
  return { taken, skipped, warnings: unknownEntries(resources, entries) };
}

/** Discovery gives a group's preferred version first; sorted, since the order of groups depends on the server. */
function onePerType(resources: readonly ApiResource[]): ApiResource[] {
  const byName = new Map<string, ApiResource>();
  for (const resource of resources) {
    const name = groupQualifiedName(resource);
    if (!byName.has(name)) byName.set(name, resource);
  }
  return [...byName.entries()].sort(([left], [right]) => compareText(left, right)).map(([, resource]) => resource);
}

/** Code unit order: the same on every machine, whatever its locale. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** A whole group by its exact name, or a type by what `findResource` would take, but all that answer to it. */
function skippedByUser(resource: ApiResource, entries: readonly string[]): string | undefined {
  const entry = entries.find((candidate) => namesGroup(resource, candidate) || namesType(resource, candidate));
  return entry === undefined ? undefined : `--skip-api-resources ${entry}`;
}

function namesGroup(resource: ResourceType, entry: string): boolean {
  return resource.group !== "" && resource.group === entry;
}

const kubefedGroups = [coreGroup, schedulingGroup, defaultFederatedGroup];

/** Types that only servers and controllers write: each cluster makes its own (B-FD2). */
const madeByControllers: ReadonlyMap<string, string> = new Map([
  ["endpoints", "each cluster makes its own from Services"],
  ["endpointslices.discovery.k8s.io", "each cluster makes its own from Services"],
  ["events", "what happened in one cluster"],
  ["events.events.k8s.io", "what happened in one cluster"],
  ["leases.coordination.k8s.io", "locks of one cluster's components"],
  ["csistoragecapacities.storage.k8s.io", "what one cluster's storage has left"],
  ["leasecandidates.coordination.k8s.io", "locks of one cluster's components"],
  ["controllerrevisions.apps", "each cluster makes its own from workloads"],
]);

function cannotServe({ verbs }: ApiResource): string | undefined {
  const missing = ["list", "create"].find((verb) => !verbs.includes(verb));
  return missing === undefined ? undefined : `the server does not offer ${missing}`;
}

function skippedByNature(resource: ApiResource, federated: ReadonlySet<string>): string | undefined {
  if (kubefedGroups.includes(resource.group)) return "part of KubeFed";
  if (federated.has(`${resource.plural}.${resource.group}`)) return "a federated type";
  if (resource.group === "extensions") return "the group extensions is served elsewhere too";
  return madeByControllers.get(groupQualifiedName(resource));
}

/** kubefedctl ignores a misspelt entry in silence, and federates what was to be left out. */
function unknownEntries(resources: readonly ApiResource[], entries: readonly string[]): Warning[] {
  return entries
    .filter((entry) => !resources.some((resource) => namesGroup(resource, entry) || namesType(resource, entry)))
    .map((entry) => ({
      code: "UnknownSkipEntry",
      message: `--skip-api-resources: "${entry}" is neither a type nor a group of this cluster`,
    }));
}
