import type { KubeObject } from "../kube/objects.ts";

/** `namespace/name`, or `name` of what has no namespace: one object of a type. */
export type Key = string;

export interface ObjectName {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export function keyOf({ metadata }: KubeObject): Key {
  return keyFor({ namespace: metadata?.namespace, name: metadata?.name ?? "" });
}

export function keyFor({ namespace, name }: ObjectName): Key {
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
}

/** Neither part can hold a slash. */
export function nameFrom(key: Key): ObjectName {
  const slash = key.indexOf("/");
  return slash === -1 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
