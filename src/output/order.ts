import type { Change } from "../federation/report.ts";

/** What has to be there first comes first, as a person would read it; kinds that are not named come last, by name. */
const kindOrder = [
  "Namespace",
  "CustomResourceDefinition",
  "KubeFedConfig",
  "FederatedTypeConfig",
  "ServiceAccount",
  "Secret",
  "ClusterRole",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
  "KubeFedCluster",
  "FederatedNamespace",
];

/** Changes happen in parallel, so in any order; they are shown in this one: cluster, kind, namespace, name. */
export function inOrder(changes: readonly Change[]): Change[] {
  return inOrderOf(changes, (change) => change);
}

/** The same for what goes with changes. */
export function inOrderOf<T>(items: readonly T[], changeOf: (item: T) => Change): T[] {
  const keyed = items.map((item) => ({ item, key: sortKey(changeOf(item)) }));
  return keyed.sort((a, b) => compareKeys(a.key, b.key)).map(({ item }) => item);
}

type SortKey = readonly (string | number)[];

function sortKey({ cluster, object }: Change): SortKey {
  const rank = kindOrder.indexOf(object.kind);
  return [cluster, rank === -1 ? kindOrder.length : rank, object.kind, object.namespace ?? "", object.name];
}

function compareKeys(a: SortKey, b: SortKey): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? "";
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
