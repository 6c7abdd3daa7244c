import type { ApiResource } from "../../../../src/kube/kube-api.ts";

/** A served type as discovery tells it, with what a test does not care about filled in. */
export function served(
  type: Pick<ApiResource, "group" | "version" | "kind" | "plural"> & Partial<ApiResource>,
): ApiResource {
  return {
    namespaced: true,
    singular: type.kind.toLowerCase(),
    shortNames: [],
    verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
    subresources: [],
    ...type,
  };
}

export const configMaps = served({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  shortNames: ["cm"],
});
export const namespaces = served({
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  shortNames: ["ns"],
  namespaced: false,
});
export const deployments = served({
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  shortNames: ["deploy"],
  subresources: ["scale", "status"],
});
