import type { IntendedDifference } from "./differences.ts";

const types = "types.kubefed.io/v1beta1";
const noController = "7: where no controller runs, disable finishes, removes the type config and succeeds";
const given = "2: made in every namespace of each cluster (B-FD2)";
const controlled = "2: made by a controller of each cluster (B-FD2)";
const perCluster = "3: cannot hold in another cluster (B-FD6)";
const notForThese = "2: no type is enabled for what is left out";

const earth = { cluster: "earth" } as const;
const ofContents = ["federate_contents", "federate_contents_enable"].flatMap((recording): IntendedDifference[] => [
  { recording, ...earth, object: `${types}/federatedconfigmaps demo/kube-root-ca.crt`, reason: given },
  { recording, ...earth, object: `${types}/federatedserviceaccounts demo/default`, reason: given },
  ...["/spec/template/metadata", "/spec/template/spec/selector", "/spec/template/spec/template/metadata"].map(
    (path) => ({
      recording,
      ...earth,
      object: `${types}/federatedjobs demo/once`,
      path,
      reason: perCluster,
    }),
  ),
]);

/** What fedctl does otherwise on purpose. An entry that the recordings do not need makes the replay fail. */
export const intendedDifferences: readonly IntendedDifference[] = [
  {
    recording: "join_twice",
    ...earth,
    object: "v1/secrets kube-federation-system/vulcan-XXXXX'",
    reason: "4: no second credential piles up (B-JN3)",
  },
  ...ofContents,
  ...["federatedendpointslices", "federatedpods", "federatedreplicasets"].map((plural) => ({
    recording: "federate_contents_enable",
    ...earth,
    object: `${types}/${plural} demo/*`,
    reason: controlled,
  })),
  ...["apiextensions.k8s.io/v1/customresourcedefinitions *", "core.kubefed.io/v1beta1/federatedtypeconfigs *"].map(
    (object) => ({ recording: "federate_contents_enable", ...earth, object, reason: notForThese }),
  ),
  { recording: "disable_basic", run: 1, reason: noController },
  {
    recording: "disable_basic",
    ...earth,
    object: "core.kubefed.io/v1beta1/federatedtypeconfigs kube-federation-system/pods",
    reason: noController,
  },
  { recording: "disable_delete_crd", run: 1, reason: noController },
  ...["core.kubefed.io/v1beta1/federatedtypeconfigs *", "apiextensions.k8s.io/v1/customresourcedefinitions *"].map(
    (object) => ({ recording: "disable_delete_crd", ...earth, object, reason: noController }),
  ),
];
