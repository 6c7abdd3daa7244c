import type { CustomResourceDefinition } from "../kube/objects.ts";
import { coreGroup, schedulingGroup } from "./kubefed-types.ts";
import {
  arrayOf,
  type CrdSchema,
  customObject,
  int32,
  int64,
  mapOf,
  object,
  text,
  time,
  truth,
} from "./kubefed-crds-schema.ts";
import { serviceStatus } from "./kubefed-crds-service-status.ts";

interface CoreCrd {
  readonly group?: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortName?: string;
  readonly scope?: "Cluster";
  readonly schema: CrdSchema;
  readonly withStatus: boolean;
  readonly columns?: readonly { readonly name: string; readonly type: string; readonly jsonPath: string }[];
}

/** The CRDs that KubeFed 0.10 itself is made of (appendix B of the specification). */
export function coreCrds(): readonly CustomResourceDefinition[] {
  return definitions.map(crdOf);
}

function crdOf(definition: CoreCrd): CustomResourceDefinition {
  const { group = coreGroup, version, kind, plural, shortName, scope, schema, withStatus, columns } = definition;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        ...(shortName !== undefined && { shortNames: [shortName] }),
        singular: kind.toLowerCase(),
      },
      scope: scope ?? "Namespaced",
      versions: [
        {
          ...(columns !== undefined && { additionalPrinterColumns: columns.map((column) => ({ ...column })) }),
          name: version,
          schema: { openAPIV3Schema: schema },
          served: true,
          storage: true,
          ...(withStatus && { subresources: { status: {} } }),
        },
      ],
    },
  };
}

const apiResourceFields = { group: text, kind: text, pluralName: text, scope: text, version: text };
const apiResource = object(apiResourceFields, ["kind", "pluralName", "scope", "version"]);

const typeConfig = customObject(
  {
    spec: object(
      {
        federatedType: apiResource,
        propagation: text,
        statusCollection: text,
        statusType: apiResource,
        targetType: apiResource,
      },
      ["federatedType", "propagation", "targetType"],
    ),
    status: object({ observedGeneration: int64, propagationController: text, statusController: text }, [
      "observedGeneration",
      "propagationController",
    ]),
  },
  ["spec"],
);

const kubefedCluster = customObject(
  {
    spec: object(
      {
        apiEndpoint: text,
        caBundle: { format: "byte", type: "string" },
        disabledTLSValidations: arrayOf(text),
        proxyURL: text,
        secretRef: object({ name: text }, ["name"]),
      },
      ["apiEndpoint", "secretRef"],
    ),
    status: object(
      {
        conditions: arrayOf(
          object(
            { lastProbeTime: time, lastTransitionTime: time, message: text, reason: text, status: text, type: text },
            ["lastProbeTime", "status", "type"],
          ),
        ),
        kubernetesVersion: text,
        region: text,
        zones: arrayOf(text),
      },
      ["conditions"],
    ),
  },
  ["spec"],
);

const kubefedConfig = customObject(
  {
    spec: object(
      {
        clusterHealthCheck: object({
          failureThreshold: int64,
          period: text,
          successThreshold: int64,
          timeout: text,
        }),
        controllerDuration: object({ availableDelay: text, cacheSyncTimeout: text, unavailableDelay: text }),
        featureGates: arrayOf(object({ configuration: text, name: text }, ["configuration", "name"])),
        leaderElect: object({ leaseDuration: text, renewDeadline: text, resourceLock: text, retryPeriod: text }),
        scope: text,
        statusController: object({ maxConcurrentReconciles: int64 }),
        syncController: object({ adoptResources: text, maxConcurrentReconciles: int64 }),
      },
      ["scope"],
    ),
  },
  ["spec"],
);

const propagatedVersion = customObject({
  status: object(
    {
      clusterVersions: arrayOf(object({ clusterName: text, version: text }, ["clusterName", "version"])),
      overridesVersion: text,
      templateVersion: text,
    },
    ["overridesVersion", "templateVersion"],
  ),
});

const federatedServiceStatus = customObject({
  clusterStatus: arrayOf(object({ clusterName: text, status: serviceStatus }, ["clusterName", "status"])),
});

const replicaSchedulingPreference = customObject({
  spec: object(
    {
      clusters: mapOf(object({ maxReplicas: int64, minReplicas: int64, weight: int64 })),
      intersectWithClusterSelector: truth,
      rebalance: truth,
      targetKind: text,
      totalReplicas: int32,
    },
    ["targetKind", "totalReplicas"],
  ),
  status: { type: "object" },
});

const definitions: readonly CoreCrd[] = [
  {
    version: "v1alpha1",
    kind: "ClusterPropagatedVersion",
    plural: "clusterpropagatedversions",
    scope: "Cluster",
    schema: propagatedVersion,
    withStatus: true,
  },
  {
    version: "v1alpha1",
    kind: "FederatedServiceStatus",
    plural: "federatedservicestatuses",
    schema: federatedServiceStatus,
    withStatus: false,
  },
  {
    version: "v1beta1",
    kind: "FederatedTypeConfig",
    plural: "federatedtypeconfigs",
    shortName: "ftc",
    schema: typeConfig,
    withStatus: true,
  },
  {
    version: "v1beta1",
    kind: "KubeFedCluster",
    plural: "kubefedclusters",
    shortName: "kfc",
    schema: kubefedCluster,
    withStatus: true,
    columns: [
      { jsonPath: ".metadata.creationTimestamp", name: "age", type: "date" },
      { jsonPath: ".status.conditions[?(@.type=='Ready')].status", name: "ready", type: "string" },
      { jsonPath: ".status.kubernetesVersion", name: "kubernetes-version", type: "string" },
    ],
  },
  {
    version: "v1beta1",
    kind: "KubeFedConfig",
    plural: "kubefedconfigs",
    schema: kubefedConfig,
    withStatus: false,
  },
  {
    version: "v1alpha1",
    kind: "PropagatedVersion",
    plural: "propagatedversions",
    schema: propagatedVersion,
    withStatus: true,
  },
  {
    group: schedulingGroup,
    version: "v1alpha1",
    kind: "ReplicaSchedulingPreference",
    plural: "replicaschedulingpreferences",
    shortName: "rsp",
    schema: replicaSchedulingPreference,
    withStatus: false,
  },
];
