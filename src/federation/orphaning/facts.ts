import { FedctlError } from "../../errors.ts";
import type { KubeApi, ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject } from "../../kube/objects.ts";
import type { Connection } from "../deps.ts";
import { forEachInParallel } from "../in-parallel.ts";
import { groupQualifiedName } from "../step.ts";
import { findFederatedType } from "./federated-type.ts";
import type { NamedType } from "./federated-type.ts";
import type { OrphaningSelection } from "./options.ts";

/** Read by KubeFed's sync controller when a federated object is deleted; only the value "true" means something to it. */
export const orphanAnnotation = "kubefed.io/orphan";

/** A federated object, and what its annotation says. */
export interface MarkedObject {
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly value: string | undefined;
}

export interface OrphaningFacts {
  /** Context of the host cluster. */
  readonly cluster: string;
  /** The federated type. */
  readonly type: ResourceType;
  /** Named ones as they were named; others by namespace and name. */
  readonly objects: readonly MarkedObject[];
}

/**
 * Reads the federated objects that are meant.
 * @throws FedctlError ObjectNotFound naming every one that is not there; TypeNotFound, TypeAmbiguous, TypeConflict, Server*
 */
export async function readFacts(options: OrphaningSelection, { api, config }: Connection): Promise<OrphaningFacts> {
  const named = await findFederatedType(api, options);
  const place: Place = { options, contextNamespace: config.namespace };
  const objects = options.names.length > 0 ? await readNamed(api, named, place) : await readSelected(api, named, place);
  return { cluster: api.context, type: named.type, objects };
}

interface Place {
  readonly options: OrphaningSelection;
  readonly contextNamespace: string;
}

const readsInFlight = 32;

async function readNamed(
  api: KubeApi,
  { type, isFederatedNamespace }: NamedType,
  { options, contextNamespace }: Place,
): Promise<readonly MarkedObject[]> {
  const found = new Map<string, MarkedObject | undefined>(options.names.map((name) => [name, undefined]));
  const namespaceOf = (name: string): string | undefined => {
    if (!type.namespaced) return undefined;
    return options.namespace ?? (isFederatedNamespace ? name : contextNamespace);
  };
  await forEachInParallel([...found.keys()], readsInFlight, async (name) => {
    const object = await api.get<KubeObject>({ type, namespace: namespaceOf(name), name });
    if (object !== undefined) found.set(name, markOf(object));
  });
  const missing = [...found].flatMap(([name, object]) => (object === undefined ? [name] : []));
  if (missing.length > 0) throw notFound(missing, type, { cluster: api.context, namespaceOf });
  return [...found.values()].filter((object) => object !== undefined);
}

/** Federated namespaces are each in a namespace of their own, so that the context's tells nothing of them. */
async function readSelected(
  api: KubeApi,
  { type, isFederatedNamespace }: NamedType,
  { options, contextNamespace }: Place,
): Promise<readonly MarkedObject[]> {
  const { allNamespaces, labelSelector } = options;
  const everywhere = allNamespaces || !type.namespaced || (isFederatedNamespace && options.namespace === undefined);
  const namespace = everywhere ? undefined : (options.namespace ?? contextNamespace);
  const { items } = await api.list<KubeObject>(type, { namespace, labelSelector });
  return items.map(markOf);
}

function markOf({ metadata: { name = "", namespace, annotations } = {} }: KubeObject): MarkedObject {
  return { name, ...(namespace !== undefined && { namespace }), value: annotations?.[orphanAnnotation] };
}

interface Sought {
  readonly cluster: string;
  readonly namespaceOf: (name: string) => string | undefined;
}

function notFound(names: readonly string[], type: ResourceType, { cluster, namespaceOf }: Sought): FedctlError {
  const missing = names.map((name) => {
    const namespace = namespaceOf(name);
    return `${type.kind} "${namespace === undefined ? name : `${namespace}/${name}`}"`;
  });
  const all = type.namespaced ? " --all-namespaces" : "";
  return new FedctlError(
    "ObjectNotFound",
    `cluster "${cluster}" has no ${missing.join(", no ")}; nothing was written`,
    {
      hint: `look at what is there: kubectl --context ${cluster} get ${groupQualifiedName(type)}${all}`,
    },
  );
}
