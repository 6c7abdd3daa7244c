import { isRecord, type JsonRecord } from "../federation/json-data.ts";
import type { UnknownObject } from "../kube/objects.ts";
import type { ClusterFacts } from "./types.ts";

/** On a federated object: the original in the host goes as copies do. */
export const deleteOriginalsAnnotation = "fedctl.io/delete-originals";

/** Who writes as an engine: ours, and KubeFed's. */
const engines = ["fedctl", "controller-manager", "kubefed-controller-manager"];

/**
 * True when the object of a host that is a member too was there before it was federated, so that it is no copy. Both times are the
 * same server's. Within one second, an object that anybody but an engine wrote to counts as an original: a copy that stays is a smaller
 * harm than an original that goes. A cluster of which it is not known counts as the host.
 */
export function isOriginal(cluster: ClusterFacts, live: UnknownObject, federated: UnknownObject): boolean {
  if (cluster.isHost === false) return false;
  if (federated.metadata?.annotations?.[deleteOriginalsAnnotation] === "true") return false;
  const [made, federatedAt] = [madeAt(live), madeAt(federated)];
  if (made === undefined || federatedAt === undefined) return true;
  return made < federatedAt || (made === federatedAt && !isWrittenByEnginesOnly(live));
}

function madeAt({ metadata }: UnknownObject): number | undefined {
  const time = Date.parse(metadata?.creationTimestamp ?? "");
  return Number.isNaN(time) ? undefined : time;
}

function isWrittenByEnginesOnly({ metadata }: UnknownObject): boolean {
  const fields: readonly unknown[] = metadata?.managedFields ?? [];
  const writers = fields.filter(isRecord).filter(({ subresource }) => subresource !== "status");
  return writers.length > 0 && writers.every(isEngine);
}

function isEngine({ manager }: JsonRecord): boolean {
  return typeof manager === "string" && engines.some((name) => manager === name || manager.startsWith(`${name}-`));
}
