import { federatedKey } from "../propagation/target-key.ts";
import { type Key, keyFor, nameFrom } from "./key.ts";
import type { MendDelays } from "./mend-delays.ts";
import type { ShardWork } from "./shard-work.ts";
import type { TypeCaches } from "./type-caches.ts";

/** A type that is propagated. */
export interface Run {
  readonly caches: TypeCaches;
  /** Its objects are looked at. */
  isOpen: boolean;
  /** Clusters of which the objects are known. */
  readonly known: Set<string>;
  /** It has waited long enough for clusters that do not answer. */
  isImpatient: boolean;
  readonly timer: NodeJS.Timeout;
  readonly mends: MendDelays;
}

/** Has all its objects looked at. @param prefix only keys that begin so */
export function lookAtType(run: Run, work: ShardWork, prefix = ""): void {
  if (!run.isOpen) return;
  const type = run.caches.type.name;
  for (const key of run.caches.federated.keys()) if (key.startsWith(prefix)) work.add({ type, key });
}

/** Has all that a cluster has or lacks of it looked at. */
export function lookAtMember(run: Run, cluster: string, work: ShardWork): void {
  lookAtType(run, work);
  lookAtStrays(run, cluster, work);
}

/** Copies of federated objects that are no more. */
export function lookAtStrays({ caches }: Run, cluster: string, work: ShardWork): void {
  const { type } = caches;
  for (const memberKey of caches.memberKeys(cluster)) {
    const key: Key = keyFor(federatedKey(type, nameFrom(memberKey)));
    if (caches.federated.get(key) === undefined) work.add({ type: type.name, key });
  }
}
