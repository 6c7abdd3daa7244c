import type { ObjectKey, ResourceType } from "../kube-api.ts";

/** `/apis/apps/v1/namespaces/x/deployments`; without a namespace that of all namespaces. */
export function collectionPath(type: ResourceType, namespace: string | undefined): string {
  const root = type.group === "" ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope = type.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}${scope}/${type.plural}`;
}

/** The path of one object. Throws for a namespaced type without a namespace: the caller's bug. */
export function objectPath({ type, namespace, name }: ObjectKey): string {
  requireNamespace(type, namespace);
  return `${collectionPath(type, namespace)}/${encodeURIComponent(name)}`;
}

/** Throws for a namespaced type without a namespace: the request would go to all of them. */
export function requireNamespace(type: ResourceType, namespace: string | undefined): void {
  if (type.namespaced && (namespace ?? "") === "") throw new Error(`${type.plural} need a namespace`);
}

/** `?a=b&c=d`, or "" when nothing is set. */
export function queryOf(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const pairs = Object.entries(parameters)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}
