import { hasCode } from "../errors.ts";
import { forEachInParallel } from "../federation/in-parallel.ts";
import { isBeingDeleted } from "../propagation/object-state.ts";
import { federatedKey, isNamespaceType } from "../propagation/target-key.ts";
import type { FederatedKey, PropagatedType } from "../propagation/types.ts";
import { keyFor } from "./key.ts";
import type { ObjectSource } from "./object-source.ts";
import type { PassWorld } from "./pass-world.ts";
import type { Subject } from "./reconcile-plan.ts";

/** As many as a connection carries at once. */
const inFlight = 100;

export interface Selection {
  readonly types: readonly PropagatedType[];
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  /** One object of one type. */
  readonly name: string | undefined;
}

export interface PassOptions {
  readonly world: PassWorld;
  readonly source: ObjectSource;
  readonly selection: Selection;
  readonly visit: (subject: Subject) => Promise<void>;
}

/** Visits every selected federated object, and what members have of one that is gone; namespaces before what is in them. */
export async function visitAll(options: PassOptions): Promise<void> {
  for (const type of options.selection.types) await visitType(type, options);
}

async function visitType(type: PropagatedType, options: PassOptions): Promise<void> {
  const { selection, visit, world } = options;
  if (selection.name !== undefined) {
    await visit({ type, key: keyOfSelected(type, selection, selection.name) });
    return;
  }
  const seen = new Set<string>();
  await forEachInParallel(federatedObjects(type, options), inFlight, async (key) => {
    seen.add(keyFor(key));
    await visit({ type, key });
    // Objects of other types look for namespaces; one that is going may be gone by then.
    const object = await world.federated(type, key);
    if (!isNamespaceType(type) || object === undefined || isBeingDeleted(object)) world.forget(type, key);
  });
  world.knowAll(type);
  const orphans = await orphanKeys(type, seen, options);
  await forEachInParallel(orphans, inFlight, async (key) => {
    await visit({ type, key });
  });
}

function keyOfSelected({ federated }: PropagatedType, { namespace }: Selection, name: string): FederatedKey {
  return federated.namespaced && namespace !== undefined ? { namespace, name } : { name };
}

async function* federatedObjects(
  type: PropagatedType,
  { world, selection }: PassOptions,
): AsyncGenerator<FederatedKey> {
  const namespace = type.federated.namespaced ? selection.namespace : undefined;
  try {
    for await (const { items } of world.host.pages(type.federated, { namespace })) {
      for (const object of items) world.know(type, object);
      for (const object of items) {
        const { name = "", namespace: own } = object.metadata ?? {};
        yield own === undefined ? { name } : { namespace: own, name };
      }
    }
  } catch (error) {
    // The type is enabled, and its CRD is not there.
    if (!hasCode(error, "ServerNotFound")) throw error;
  }
}

async function orphanKeys(
  type: PropagatedType,
  seen: ReadonlySet<string>,
  { world, source, selection }: PassOptions,
): Promise<readonly FederatedKey[]> {
  const lists = await Promise.all(
    world
      .clusters()
      .filter(({ ready }) => ready)
      .map((cluster) => source.liveKeys(cluster, type)),
  );
  const unseen = new Map<string, FederatedKey>();
  for (const target of lists.flat()) {
    const key = federatedKey(type, target);
    const isSelected = selection.namespace === undefined || key.namespace === selection.namespace;
    if (isSelected && !seen.has(keyFor(key))) unseen.set(keyFor(key), key);
  }
  return [...unseen.values()];
}
