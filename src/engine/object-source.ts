import { FedctlError, hasCode } from "../errors.ts";
import type { JsonRecord } from "../federation/json-data.ts";
import { managedLabel, namespaceType } from "../federation/kubefed-types.ts";
import type { KubeApi, ListOptions, ResourceType } from "../kube/kube-api.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { retainedPart } from "../propagation/retention.ts";
import { targetKey } from "../propagation/target-key.ts";
import type { FederatedKey, LiveObject, PropagatedType, RecordedVersion } from "../propagation/types.ts";
import { readVersion, versionName } from "../propagation/versions.ts";
import { type Key, keyFor, keyOf } from "./key.ts";
import { versionTypeOf } from "./record-version.ts";
import type { MemberCluster } from "./world.ts";

/** What one pass reads of members and records, each list once. */
export interface ObjectSource {
  live(cluster: MemberCluster, type: PropagatedType, key: FederatedKey): Promise<LiveObject>;
  /** Keys of the objects that a member has of a type, as far as it can be asked. */
  liveKeys(cluster: MemberCluster, type: PropagatedType): Promise<readonly FederatedKey[]>;
  version(type: PropagatedType, key: FederatedKey): Promise<RecordedVersion | undefined>;
  hostNamespace(name: string): Promise<UnknownObject | undefined>;
}

export interface ListOptionsOfPass {
  readonly host: KubeApi;
  /** Undefined: all. */
  readonly namespace: string | undefined;
  /** Keep whole objects, and not only what decisions need. */
  readonly keepsWhole: boolean;
}

const managed = `${managedLabel}=true`;

/** Reads lists, and each when it is first asked for. */
export function listSource({ host, namespace, keepsWhole }: ListOptionsOfPass): ObjectSource {
  const once = memory();
  const liveList = (cluster: MemberCluster, type: PropagatedType): Promise<LiveList> =>
    once(`live ${cluster.name} ${type.name}`, () =>
      readLive(cluster, type, { namespace: type.target.namespaced ? namespace : undefined, keepsWhole }),
    );
  return {
    async live(cluster, type, key) {
      const list = await liveList(cluster, type);
      return list.known ? { known: true, object: list.objects.get(keyFor(targetKey(type, key))) } : list;
    },
    async liveKeys(cluster, type) {
      const list = await liveList(cluster, type);
      if (!list.known) return [];
      return [...list.objects.values()].map(({ metadata }) => ({
        ...(metadata?.namespace !== undefined && { namespace: metadata.namespace }),
        name: metadata?.name ?? "",
      }));
    },
    async version(type, key) {
      const recordType = versionTypeOf(type);
      const records = await once(recordType.plural, () =>
        readMap(host, recordType, { options: recordType.namespaced ? { namespace } : {}, read: readVersion }),
      );
      return records.get(keyFor({ ...key, name: versionName(type, key.name) }));
    },
    async hostNamespace(name) {
      const namespaces = await once("namespaces", () =>
        readMap(host, namespaceType, { options: { metadataOnly: true }, read: (object) => object }),
      );
      return namespaces.get(name);
    },
  };
}

type LiveList =
  | { readonly known: true; readonly objects: ReadonlyMap<Key, UnknownObject> }
  | (LiveObject & { readonly known: false });

interface LiveOptions {
  readonly namespace: string | undefined;
  readonly keepsWhole: boolean;
}

async function readLive(
  cluster: MemberCluster,
  type: PropagatedType,
  { namespace, keepsWhole }: LiveOptions,
): Promise<LiveList> {
  // Which federated objects retain replicas is not known here.
  const retention = { target: type.target, retainsReplicas: true, collectsStatus: type.collectsStatus };
  const read = (object: JsonRecord): UnknownObject => (keepsWhole ? object : retainedPart(object, retention));
  try {
    const options = { namespace, labelSelector: managed };
    return { known: true, objects: await readMap(cluster.api(), type.target, { options, read }) };
  } catch (error) {
    return unknownLive(cluster, type, error);
  }
}

function unknownLive(
  cluster: MemberCluster,
  type: PropagatedType,
  error: unknown,
): LiveObject & { readonly known: false } {
  if (!(error instanceof FedctlError) || hasCode(error, "Interrupted")) throw error;
  const { message } = error;
  if (!hasCode(error, "ServerNotFound")) return { known: false, message };
  return { known: false, lacksType: true, message: `cluster "${cluster.name}" does not serve ${type.name}` };
}

interface MapRead<T> {
  readonly options: ListOptions;
  readonly read: (object: UnknownObject) => T;
}

async function readMap<T>(
  api: KubeApi,
  type: ResourceType,
  { options, read }: MapRead<T>,
): Promise<ReadonlyMap<Key, T>> {
  const map = new Map<Key, T>();
  for await (const { items } of api.pages(type, options)) {
    for (const object of items) map.set(keyOf(object), read(object));
  }
  return map;
}

/** Makes each thing once, by name. */
function memory(): <T>(name: string, make: () => Promise<T>) => Promise<T> {
  const made = new Map<string, Promise<unknown>>();
  return async <T>(name: string, make: () => Promise<T>) => {
    const promise = (made.get(name) as Promise<T> | undefined) ?? make(); // One name, one type.
    made.set(name, promise);
    return promise;
  };
}

/** Reads each object when it is asked for: what a pass over few objects wants, and who looks again. */
export function getSource(host: KubeApi): ObjectSource {
  return {
    async live(cluster, type, key) {
      try {
        const object = await cluster.api().get({ type: type.target, ...targetKey(type, key) });
        const isManaged = object?.metadata?.labels?.[managedLabel] === "true";
        return { known: true, object: isManaged ? object : undefined };
      } catch (error) {
        return unknownLive(cluster, type, error);
      }
    },
    liveKeys: () => Promise.resolve([]),
    async version(type, { namespace, name }) {
      const found = await host.get({ type: versionTypeOf(type), namespace, name: versionName(type, name) });
      return found === undefined ? undefined : readVersion(found);
    },
    hostNamespace: (name) => host.get({ type: namespaceType, name }),
  };
}
