import { FedctlError, hasCode } from "../errors.ts";
import { coreGroup } from "../federation/kubefed-types.ts";
import type { KubeApi, RequestOptions, ResourceType } from "../kube/kube-api.ts";
import type { KubeObject, UnknownObject } from "../kube/objects.ts";
import type { PropagatedType, RecordedVersion } from "../propagation/types.ts";
import { readVersion, versionName, versionStatus } from "../propagation/versions.ts";

const common = { group: coreGroup, version: "v1alpha1" };
export const propagatedVersionType: ResourceType = {
  ...common,
  kind: "PropagatedVersion",
  plural: "propagatedversions",
  namespaced: true,
};
export const clusterPropagatedVersionType: ResourceType = {
  ...common,
  kind: "ClusterPropagatedVersion",
  plural: "clusterpropagatedversions",
  namespaced: false,
};

/** Where versions of a federated type are recorded. */
export function versionTypeOf({ federated }: Pick<PropagatedType, "federated">): ResourceType {
  return federated.namespaced ? propagatedVersionType : clusterPropagatedVersionType;
}

export interface VersionWrite {
  readonly type: PropagatedType;
  readonly federated: UnknownObject;
  readonly version: RecordedVersion;
}

const maxTries = 5;

/**
 * Writes a version record: two writes for a new one, since a server ignores the status of what is created. Resolves to undefined when
 * it cannot be written: it only saves work, and a namespace that is being deleted takes none.
 */
export async function recordVersion(
  host: KubeApi,
  write: VersionWrite,
  request: RequestOptions,
): Promise<RecordedVersion | undefined> {
  const type = versionTypeOf(write.type);
  let { resourceVersion } = write.version;
  for (let tries = 1; tries <= maxTries; tries += 1) {
    try {
      resourceVersion ??= (await host.create(type, recordOf(write), request)).metadata?.resourceVersion;
      const body = { ...recordOf(write, resourceVersion), status: versionStatus(write.version) };
      return readVersion(await host.updateStatus(type, body, request));
    } catch (error) {
      requireServers(error);
      if (!hasCode(error, "ServerAlreadyExists", "ServerConflict", "ServerNotFound")) return undefined;
      resourceVersion = await liveVersion(host, write, request);
    }
  }
  return undefined;
}

function requireServers(error: unknown): void {
  if (!(error instanceof FedctlError)) throw error;
}

async function liveVersion(
  host: KubeApi,
  { type, federated }: VersionWrite,
  request: RequestOptions,
): Promise<string | undefined> {
  const { name = "", namespace } = federated.metadata ?? {};
  try {
    const live = await host.get({ type: versionTypeOf(type), namespace, name: versionName(type, name) }, request);
    return live?.metadata?.resourceVersion;
  } catch (error) {
    requireServers(error);
    return undefined;
  }
}

function recordOf({ type, federated }: VersionWrite, resourceVersion?: string): KubeObject & { status?: object } {
  const { name = "", namespace, uid = "" } = federated.metadata ?? {};
  const { apiVersion = "", kind = "" } = federated;
  return {
    metadata: {
      name: versionName(type, name),
      ...(namespace !== undefined && { namespace }),
      ...(resourceVersion === undefined ? { ownerReferences: [{ apiVersion, kind, name, uid }] } : { resourceVersion }),
    },
  };
}
