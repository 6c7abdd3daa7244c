import { hasCode } from "../../errors.ts";
import type { ApiResource, Discovery, KubeApi, ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { managedLabel } from "../kubefed-types.ts";
import { groupQualifiedName } from "../step.ts";
import type { JoinRecord } from "./options.ts";

/** An object that is there. */
export interface Found {
  readonly type: ResourceType;
  readonly object: KubeObject;
}

/** What a federation placed in a cluster: what bears its label. */
export interface Workloads {
  /** By type, namespace and name. */
  readonly items: readonly Found[];
  /** Types, by group-qualified plural, and API groups that could not be looked at, sorted. */
  readonly unreadable: readonly string[];
}

const labelSelector = `${managedLabel}=true`;

/** Controllers copy the labels of a Service to its Endpoints; both go with it. */
const copies = ["endpoints", "events", "events.events.k8s.io"];

type Place = Pick<JoinRecord, "scope" | "names">;

/**
 * Looks through all types at once, in the whole cluster; a namespaced control plane places objects in its own namespace only.
 * A type that may not be looked at, and a group that does not answer, is told and no failure.
 */
export async function readWorkloads(api: KubeApi, place: Place): Promise<Workloads> {
  const discovery = await api.discover();
  return readWorkloadsOf(api, removableTypes(discovery, place), {
    ...place,
    silent: discovery.failures.map(({ groupVersion }) => groupVersion),
  });
}

/** As readWorkloads, of these types. */
export async function readWorkloadsOf(
  api: KubeApi,
  types: readonly ResourceType[],
  { silent, ...place }: Place & { readonly silent: readonly string[] },
): Promise<Workloads> {
  const lists = await Promise.all(types.map(async (type) => ({ type, objects: await readType(api, type, place) })));
  const found = lists.flatMap(({ type, objects = [] }) => objects.map((object): Found => ({ type, object })));
  const missed = lists.filter(({ objects }) => objects === undefined).map(({ type }) => groupQualifiedName(type));
  return {
    items: [...withoutRepeats(found)].sort((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1)),
    unreadable: [...missed, ...silent].sort(),
  };
}

/** Each type once that can be listed and deleted, in the version that the server prefers. */
function removableTypes({ resources }: Discovery, { scope }: Place): readonly ApiResource[] {
  const byName = new Map<string, ApiResource>();
  for (const resource of resources) {
    const name = groupQualifiedName(resource);
    const isRemovable = ["list", "delete"].every((verb) => resource.verbs.includes(verb));
    const isInReach = scope === "Cluster" || resource.namespaced;
    if (isRemovable && isInReach && !copies.includes(name) && !byName.has(name)) byName.set(name, resource);
  }
  return [...byName.values()];
}

/** Undefined when the type cannot be looked at. */
async function readType(
  api: KubeApi,
  type: ResourceType,
  { scope, names }: Place,
): Promise<readonly KubeObject[] | undefined> {
  const namespace = scope === "Namespaced" ? names.namespace : undefined;
  try {
    const { items } = await api.list(type, { namespace, labelSelector, metadataOnly: true });
    return items.filter((object) => !isMadeByController(object));
  } catch (error) {
    // The type went away since discovery, and its objects with it.
    if (hasCode(error, "ServerNotFound")) return [];
    if (hasCode(error, "ServerForbidden", "ServerError", "ServerTooBusy", "ServerTimedOut")) return undefined;
    throw error;
  }
}

/** EndpointSlices have the labels of their Service, and go with it. */
function isMadeByController({ metadata }: KubeObject): boolean {
  return (metadata?.ownerReferences ?? []).some(({ controller }) => controller === true);
}

/** Some objects are served in two groups. */
function withoutRepeats(found: readonly Found[]): Iterable<Found> {
  const byUid = new Map<string, Found>();
  for (const one of found) {
    const uid = one.object.metadata?.uid ?? "";
    if (!byUid.has(uid)) byUid.set(uid, one);
  }
  return byUid.values();
}

function sortKey({ type, object }: Found): string {
  const { namespace = "", name = "" } = object.metadata ?? {};
  return `${groupQualifiedName(type)} ${namespace} ${name}`;
}

/** How many there are of each type, by group-qualified plural. Pure. */
export function countByType(items: readonly Found[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { type } of items) {
    const name = groupQualifiedName(type);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** `2 configmaps, 1 deployments.apps`. Pure. */
export function describeCounts(items: readonly Found[]): string {
  return Object.entries(countByType(items))
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");
}
