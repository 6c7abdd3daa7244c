import type { Clock } from "../federation/deps.ts";
import type { KubeApi } from "../kube/kube-api.ts";
import type { UnknownObject } from "../kube/objects.ts";
import type { FederatedKey, PropagatedType } from "../propagation/types.ts";
import type { EventRecorder } from "./event-recorder.ts";
import { type Key, keyFor, keyOf } from "./key.ts";
import type { ObjectSource } from "./object-source.ts";
import type { Plane } from "./sync-plane.ts";
import type { World } from "./world.ts";

export interface PassWorldOptions {
  readonly host: KubeApi;
  readonly plane: Plane;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly events: EventRecorder;
  readonly source: ObjectSource;
}

/** A world of which the federated objects are put in as they are read; others are asked for. */
export interface PassWorld extends World {
  /** Knows an object until it is forgotten. */
  know(type: PropagatedType, object: UnknownObject): void;
  /** Knows that what it was not told of does not exist. */
  knowAll(type: PropagatedType): void;
  forget(type: PropagatedType, key: FederatedKey): void;
}

interface KnownObjects {
  readonly objects: Map<Key, UnknownObject>;
  isComplete: boolean;
}

/** Makes the world of one pass. */
export function createPassWorld({ host, plane, clock, signal, events, source }: PassWorldOptions): PassWorld {
  const known = new Map<string, KnownObjects>();
  const namespaces = new Map<string, Promise<UnknownObject | undefined>>();
  const objectsOf = ({ name }: PropagatedType): KnownObjects => {
    const found = known.get(name) ?? { objects: new Map<Key, UnknownObject>(), isComplete: false };
    known.set(name, found);
    return found;
  };
  const federated: World["federated"] = (type, key) => {
    const { objects, isComplete } = objectsOf(type);
    const found = objects.get(keyFor(key));
    return found !== undefined || isComplete ? found : host.get({ type: type.federated, ...key });
  };
  return {
    host,
    settings: plane.settings,
    clock,
    signal,
    events,
    types: () => plane.types,
    clusters: () => plane.clusters,
    federated,
    federatedNamespace(namespace) {
      const type = plane.types.find(({ name }) => name === "namespaces");
      if (type === undefined) return undefined;
      const found = namespaces.get(namespace) ?? Promise.resolve(federated(type, { namespace, name: namespace }));
      namespaces.set(namespace, found);
      return found;
    },
    hostNamespace: (name) => source.hostNamespace(name),
    live: (cluster, type, key) => source.live(cluster, type, key),
    version: (type, key) => source.version(type, key),
    // Each object is looked at once in a pass.
    wroteVersion: () => undefined,
    know(type, object) {
      objectsOf(type).objects.set(keyOf(object), object);
    },
    knowAll(type) {
      objectsOf(type).isComplete = true;
    },
    forget(type, key) {
      objectsOf(type).objects.delete(keyFor(key));
    },
  };
}
