import type { KubeObject } from "../../kube/objects.ts";

/** Tells objects of one type apart. */
export function keyOf({ namespace, name }: { readonly namespace?: string | undefined; readonly name: string }): string {
  return `${namespace ?? ""}/${name}`;
}

export function keyOfObject({ metadata }: KubeObject): string {
  return keyOf({ namespace: metadata?.namespace, name: metadata?.name ?? "" });
}

/** `namespace/name`, or the name alone. */
export function qualifiedName(object: { readonly namespace?: string | undefined; readonly name: string }): string {
  return object.namespace === undefined ? object.name : keyOf(object);
}

/** The first few of a list, and how many more there are. */
export function firstFew(texts: readonly string[], count: number): string {
  const more = texts.length - count;
  return `${texts.slice(0, count).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
