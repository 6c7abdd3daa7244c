import type { ApiResourceSpec } from "../kubefed-types.ts";

/** API groups that serve the same objects under the same plural: federating both would federate each object twice. */
const equivalents: readonly { readonly plurals: readonly string[]; readonly groupVersions: readonly string[] }[] = [
  {
    plurals: ["deployments", "daemonsets", "replicasets"],
    groupVersions: ["apps/v1", "apps/v1beta1", "apps/v1beta2", "extensions/v1beta1"],
  },
  { plurals: ["statefulsets"], groupVersions: ["apps/v1", "apps/v1beta1", "apps/v1beta2"] },
  { plurals: ["networkpolicies"], groupVersions: ["networking.k8s.io/v1", "extensions/v1beta1"] },
  { plurals: ["podsecuritypolicies"], groupVersions: ["policy/v1beta1", "extensions/v1beta1"] },
  {
    plurals: ["ingresses"],
    groupVersions: ["networking.k8s.io/v1", "networking.k8s.io/v1beta1", "extensions/v1beta1"],
  },
];

/** True when two different target types are the same objects under two API groups or versions. */
export function areEquivalent(one: ApiResourceSpec, other: ApiResourceSpec): boolean {
  const [first, second] = [groupVersionOf(one), groupVersionOf(other)];
  if (one.pluralName !== other.pluralName || first === second) return false;
  return equivalents.some(
    ({ plurals, groupVersions }) =>
      plurals.includes(one.pluralName) && groupVersions.includes(first) && groupVersions.includes(second),
  );
}

function groupVersionOf({ group = "", version }: ApiResourceSpec): string {
  return `${group}/${version}`;
}
