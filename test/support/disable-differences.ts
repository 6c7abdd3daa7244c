import type { IntendedDifference } from "./recordings.ts";

const typeConfig: IntendedDifference = {
  object: "core.kubefed.io/v1beta1/federatedtypeconfigs kube-federation-system/pods",
  reason: "no controller is needed: kubefedctl gave up after 10 s and left the type half disabled (B-DI3)",
};
const crd: IntendedDifference = {
  object: "apiextensions.k8s.io/v1/customresourcedefinitions /federatedpods.types.kubefed.io",
  reason: "asked for with --delete-crd, and done",
};

/** What kubefedctl left in the recordings of `disable` and fedctl does not. */
export function disableDifferences(name: string): readonly IntendedDifference[] {
  return name === "disable_delete_crd" ? [typeConfig, crd] : [typeConfig];
}
