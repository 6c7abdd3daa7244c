import type { IntendedDifference } from "./recordings.ts";

const own = "made in every namespace of each cluster (B-FD2)";
const controlled = "made by a controller of each cluster (B-FD2)";
const perCluster = "cannot hold in another cluster (B-FD6)";
const types = "types.kubefed.io/v1beta1";

/** What fedctl leaves out on purpose, by recording: decisions 0020 and 0021. `demo` is the namespace. */
export function federateDifferences(recording: string, namespace: string): readonly IntendedDifference[] {
  const ofNamespace: readonly IntendedDifference[] = [
    { object: `${types}/federatedconfigmaps ${namespace}/kube-root-ca.crt`, reason: own },
    { object: `${types}/federatedserviceaccounts ${namespace}/default`, reason: own },
    ...["/spec/template/metadata", "/spec/template/spec/selector", "/spec/template/spec/template/metadata"].map(
      (path) => ({
        object: `${types}/federatedjobs ${namespace}/once`,
        path,
        reason: perCluster,
      }),
    ),
  ];
  const ofControllers = ["federatedendpointslices", "federatedpods", "federatedreplicasets"];
  switch (recording) {
    case "federate_contents":
      return ofNamespace;
    case "federate_contents_enable":
      return [
        ...ofNamespace,
        ...ofControllers.map((plural) => ({ object: `${types}/${plural} ${namespace}/*`, reason: controlled })),
        {
          object: "apiextensions.k8s.io/v1/customresourcedefinitions /*",
          reason: "no type is enabled for these alone",
        },
        { object: "core.kubefed.io/v1beta1/federatedtypeconfigs *", reason: "no type is enabled for these alone" },
      ];
    default:
      return [];
  }
}
