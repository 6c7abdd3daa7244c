import type { CustomResourceDefinition } from "../../kube/objects.ts";
import type { ApiResourceSpec, FederatedTypeConfig } from "../kubefed-types.ts";
import {
  anyObject,
  arrayOf,
  type CrdSchema,
  customObject,
  int64,
  mapOf,
  object,
  text,
  time,
  truth,
} from "../kubefed-crds-schema.ts";

export interface FederatedCrdOptions {
  /** Of the target type; the federated ones are these with an `f` before. */
  readonly shortNames: readonly string[];
  /** Whether the target has `spec.replicas`, which member clusters may be left to scale. */
  readonly retainReplicas: boolean;
}

/** Name of the CRD that defines a federated type. */
export function federatedCrdName({ pluralName, group = "" }: ApiResourceSpec): string {
  return `${pluralName}.${group}`;
}

/**
 * The CRD of a federated type. It always has `spec.template`: without one the API server would drop every template,
 * and the sync controller would empty the objects in the member clusters (B-EN2).
 */
export function federatedCrdFor(
  { spec: { federatedType } }: Pick<FederatedTypeConfig, "spec">,
  { shortNames, retainReplicas }: FederatedCrdOptions,
): CustomResourceDefinition {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: federatedCrdName(federatedType) },
    spec: {
      group: federatedType.group ?? "",
      names: {
        kind: federatedType.kind,
        plural: federatedType.pluralName,
        ...(shortNames.length > 0 && { shortNames: shortNames.map((name) => `f${name}`) }),
      },
      scope: federatedType.scope,
      versions: [
        {
          name: federatedType.version,
          schema: { openAPIV3Schema: federatedSchema(retainReplicas) },
          served: true,
          storage: true,
          subresources: { status: {} },
        },
      ],
    },
  };
}

function federatedSchema(retainReplicas: boolean): CrdSchema {
  const spec = object({
    overrides: arrayOf(override),
    placement,
    ...(retainReplicas && { retainReplicas: truth }),
    template: anyObject,
  });
  return customObject({ spec, status }, ["spec"]);
}

const override = object({
  clusterName: text,
  clusterOverrides: arrayOf(
    object(
      {
        op: { pattern: "^(add|remove|replace)?$", type: "string" },
        path: text,
        value: { "x-kubernetes-preserve-unknown-fields": true },
      },
      ["path"],
    ),
  ),
});

const placement = object({
  clusters: arrayOf(object({ name: text }, ["name"])),
  clusterSelector: object({
    matchExpressions: arrayOf(object({ key: text, operator: text, values: arrayOf(text) }, ["key", "operator"])),
    matchLabels: mapOf(text),
  }),
});

const status = object({
  clusters: arrayOf(object({ name: text, remoteStatus: anyObject, status: text }, ["name"])),
  conditions: arrayOf(
    object({ lastTransitionTime: time, lastUpdateTime: time, reason: text, status: text, type: text }, [
      "type",
      "status",
    ]),
  ),
  observedGeneration: int64,
});
