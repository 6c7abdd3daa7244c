import { hasCode } from "../errors.ts";
import type { ApiResource, Discovery, KubeApi } from "../kube/kube-api.ts";
import type { Secret, UnknownObject } from "../kube/objects.ts";
import type { ObjectIdentity } from "./report.ts";
import { groupQualifiedName, identityOf } from "./step.ts";

export interface NamespaceItem extends ObjectIdentity {
  /** It goes with another object, or is going: owned by one, or being deleted. */
  readonly isDependent?: true;
}

export interface NamespaceContents {
  /** What somebody put there; of a type with very many objects only the first. */
  readonly items: readonly NamespaceItem[];
  /** Types, by group-qualified plural, and API groups that could not be looked at, sorted. */
  readonly unreadable: readonly string[];
}

/** One page of a type is enough to tell that a namespace is in use. */
const pageSize = 100;

/**
 * What lives in a namespace besides what every namespace gets by itself (the ServiceAccount `default` with its token, the
 * ConfigMap of the cluster's CA, Events). Asks for all listable types at once.
 */
export async function namespaceContents(
  api: KubeApi,
  namespace: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<NamespaceContents> {
  const discovery = await api.discover({ signal });
  const lists = await Promise.all(
    listableTypes(discovery).map(async (type) => ({ type, objects: await readType(api, type, { namespace, signal }) })),
  );
  const items = lists.flatMap(({ type, objects = [] }) =>
    objects.filter((object) => !isGiven(type, object)).map((object) => itemOf(type, object)),
  );
  const unreadable = [
    ...lists.filter(({ objects }) => objects === undefined).map(({ type }) => groupQualifiedName(type)),
    ...discovery.failures.map(({ groupVersion }) => groupVersion),
  ];
  return { items: items.sort(byIdentity), unreadable: unreadable.sort() };
}

function itemOf(type: ApiResource, object: UnknownObject): NamespaceItem {
  const { ownerReferences = [], deletionTimestamp } = object.metadata ?? {};
  const isDependent = ownerReferences.length > 0 || deletionTimestamp !== undefined;
  return { ...identityOf({ type, object }), ...(isDependent && { isDependent }) };
}

/** Each namespaced type once, in the version that the server prefers. */
function listableTypes({ resources }: Discovery): readonly ApiResource[] {
  const byName = new Map<string, ApiResource>();
  for (const resource of resources) {
    const name = groupQualifiedName(resource);
    const wanted = resource.namespaced && resource.verbs.includes("list") && !tracesOfOthers.includes(name);
    if (wanted && !byName.has(name)) byName.set(name, resource);
  }
  return [...byName.values()];
}

/** They tell of other objects; and to list Endpoints, which every EndpointSlice stands for, makes servers since 1.33 warn. */
const tracesOfOthers = ["endpoints", "events", "events.events.k8s.io"];

interface Place {
  readonly namespace: string;
  readonly signal: AbortSignal | undefined;
}

/** Undefined when the type cannot be looked at: no permission, or an aggregated API that is down. */
async function readType(api: KubeApi, type: ApiResource, place: Place): Promise<readonly UnknownObject[] | undefined> {
  try {
    return (await api.list(type, { ...place, pageSize, firstPageOnly: true })).items;
  } catch (error) {
    // The type went away since discovery, and its objects with it.
    if (hasCode(error, "ServerNotFound")) return [];
    if (hasCode(error, "ServerForbidden", "ServerError", "ServerTooBusy", "ServerTimedOut")) return undefined;
    throw error;
  }
}

const serviceAccountTokenType = "kubernetes.io/service-account-token";
const tokenOwnerAnnotation = "kubernetes.io/service-account.name";

/** True for what Kubernetes makes in every namespace. */
function isGiven({ group, kind }: ApiResource, object: UnknownObject): boolean {
  if (group !== "") return false;
  const name = object.metadata?.name;
  switch (kind) {
    case "ConfigMap":
      return name === "kube-root-ca.crt";
    case "ServiceAccount":
      return name === "default";
    case "Secret":
      return isTokenOfDefault(object);
    default:
      return false;
  }
}

/** Clusters before 1.24 made a token Secret for each ServiceAccount. */
function isTokenOfDefault({ type, metadata }: Secret): boolean {
  return type === serviceAccountTokenType && metadata?.annotations?.[tokenOwnerAnnotation] === "default";
}

function byIdentity(one: ObjectIdentity, other: ObjectIdentity): number {
  const [first, second] = [one, other].map(({ apiVersion, kind, name }) => `${kind} ${name} ${apiVersion}`);
  return (first ?? "") < (second ?? "") ? -1 : 1;
}
