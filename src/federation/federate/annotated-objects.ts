import type { UnknownObject } from "../../kube/objects.ts";
import { qualifiedName } from "./object-key.ts";
import { annotationKeys } from "./template.ts";

/** Which annotations cannot come along. Keys, never values: kubectl keeps whole Secrets in an annotation (B-FD11). */
export interface AnnotatedObjects {
  readonly count: number;
  /** Qualified name of one of them. */
  readonly example: string | undefined;
  readonly keys: ReadonlySet<string>;
}

/** Adds objects up, without keeping them. */
export function countAnnotated(
  objects: Iterable<UnknownObject>,
  before: AnnotatedObjects = noneAnnotated,
): AnnotatedObjects {
  const keys = new Set(before.keys);
  let { count, example } = before;
  for (const object of objects) {
    const own = annotationKeys(object);
    if (own.length === 0) continue;
    count += 1;
    example ??= nameOf(object);
    for (const key of own) keys.add(key);
  }
  return { count, example, keys };
}

const noneAnnotated: AnnotatedObjects = { count: 0, example: undefined, keys: new Set() };

function nameOf({ metadata }: UnknownObject): string {
  return qualifiedName({ namespace: metadata?.namespace, name: metadata?.name ?? "" });
}
