import { isRecord, sameJson } from "../federation/json-data.ts";
import type { UnknownObject } from "../kube/objects.ts";

/** What a member's Service says of itself; undefined: the member has none. */
export interface ServiceOfCluster {
  readonly cluster: string;
  readonly service: UnknownObject | undefined;
}

/** The `clusterStatus` of a FederatedServiceStatus: one entry for each ready cluster, by name. */
export function clusterStatuses(services: readonly ServiceOfCluster[]): readonly object[] {
  return [...services]
    .sort((one, other) => (one.cluster < other.cluster ? -1 : 1))
    .map(({ cluster, service }) => ({ clusterName: cluster, status: statusOf(service) }));
}

/** The CRD wants one also of a cluster without the Service. */
function statusOf(service: UnknownObject | undefined): object {
  const status = service?.["status"];
  return isRecord(status) ? status : {};
}

/** A FederatedServiceStatus goes with its federated Service. */
export function newServiceStatus(federated: UnknownObject, statuses: readonly object[]): UnknownObject {
  const { name = "", namespace, uid = "" } = federated.metadata ?? {};
  const { apiVersion = "", kind = "" } = federated;
  return {
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ownerReferences: [{ apiVersion, kind, name, uid }],
    },
    clusterStatus: statuses,
  };
}

export function isSameServiceStatus(existing: UnknownObject, statuses: readonly object[]): boolean {
  return sameJson(existing["clusterStatus"] ?? [], statuses);
}
