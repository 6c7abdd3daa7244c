import type { UnknownObject } from "../../kube/objects.ts";
import { countAnnotated } from "./annotated-objects.ts";
import { compareText } from "./content-types.ts";
import { type ExistingObjects, standingOf } from "./existing.ts";
import type { FoundObject, Source } from "./facts.ts";
import type { FederatedType } from "./federated-type.ts";
import { keyOf, keyOfObject } from "./object-key.ts";
import { createHolding, heldObjects, type HoldingLimit, type ListPages } from "./object-store.ts";
import { type SelectionRules, selectObjects, type SkippedObject } from "./selection.ts";

export interface GatherOptions {
  readonly type: FederatedType;
  readonly rules: SelectionRules;
  readonly limit: HoldingLimit;
  /** Asked once, when there is something to take. */
  readonly prepare: () => Promise<{ readonly type: FederatedType; readonly existing: ExistingObjects }>;
}

export interface Gathered {
  /** Undefined when there is nothing to take. */
  readonly source: Source | undefined;
  readonly skipped: readonly SkippedObject[];
}

/** Looks at all objects of a list, page by page, and keeps of each what the plan has to know. */
export async function gatherObjects(list: ListPages, options: GatherOptions): Promise<Gathered> {
  const found = new Map<string, FoundObject>();
  const skipped = new Map<string, SkippedObject>();
  const holding = createHolding(options.limit, list);
  let prepared: Awaited<ReturnType<GatherOptions["prepare"]>> | undefined;
  let annotated = countAnnotated([]);
  for await (const { items, characters } of list()) {
    const selected = selectObjects(options.type.target, items, options.rules);
    for (const object of selected.skipped) skipped.set(keyOf(object), object);
    if (selected.taken.length === 0) continue;
    selected.taken.forEach(forgetManagedFields);
    prepared ??= await options.prepare();
    const { type, existing } = prepared;
    for (const object of selected.taken) {
      const one = foundObject(object, type, existing);
      found.set(keyOf(one), one);
    }
    annotated = countAnnotated(selected.taken, annotated);
    holding.add(selected.taken, (characters * selected.taken.length) / items.length);
  }
  const source = prepared && { type: prepared.type, found: inOrder(found), annotated, objects: holding.store() };
  return { source, skipped: [...skipped.values()] };
}

/** The source that a few objects at hand make. Pure. */
export function sourceOf(type: FederatedType, objects: readonly UnknownObject[], existing: ExistingObjects): Source {
  const found = new Map<string, FoundObject>();
  for (const object of objects) found.set(keyOfObject(object), foundObject(object, type, existing));
  const held = new Map(objects.map((object) => [keyOfObject(object), object]));
  return { type, found: inOrder(found), annotated: countAnnotated(objects), objects: heldObjects(held) };
}

function foundObject(object: UnknownObject, type: FederatedType, existing: ExistingObjects): FoundObject {
  const { name = "", namespace } = object.metadata ?? {};
  return { ...(namespace !== undefined && { namespace }), name, ...standingOf(object, type, existing) };
}

function inOrder(found: ReadonlyMap<string, FoundObject>): readonly FoundObject[] {
  return [...found.entries()].sort(([left], [right]) => compareText(left, right)).map(([, one]) => one);
}

/** They are half of a small object, and nobody looks at them. */
function forgetManagedFields(object: UnknownObject): void {
  delete object.metadata?.managedFields;
}
