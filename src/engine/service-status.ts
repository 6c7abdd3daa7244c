import { hasCode } from "../errors.ts";
import type { ResourceType } from "../kube/kube-api.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { isBeingDeleted } from "../propagation/object-state.ts";
import { clusterStatuses, isSameServiceStatus, newServiceStatus } from "../propagation/service-status.ts";
import { targetKey } from "../propagation/target-key.ts";
import type { Subject } from "./reconcile-plan.ts";
import type { World } from "./world.ts";

/**
 * Gathers what the members' Services say of themselves (addresses of load balancers) into the FederatedServiceStatus beside the federated
 * Service, where its type asks for that. Writes nothing when it is there already.
 * @throws FedctlError Server* of a member that cannot be read, and of the host
 */
export async function gatherServiceStatus(world: World, { type, key }: Subject): Promise<void> {
  const { statusType } = type;
  if (statusType === undefined || type.writesServiceStatus !== true) return;
  const federated = await world.federated(type, key);
  if (federated === undefined || isBeingDeleted(federated)) return;
  const ready = world.clusters().filter((cluster) => cluster.ready);
  const services = await Promise.all(
    ready.map(async (cluster) => ({
      cluster: cluster.name,
      service: await cluster.api().get({ type: type.target, ...targetKey(type, key) }),
    })),
  );
  await writeStatuses(world, { statusType, federated, statuses: clusterStatuses(services) });
}

interface StatusWrite {
  readonly statusType: ResourceType;
  readonly federated: UnknownObject;
  readonly statuses: readonly object[];
}

const maxTries = 5;

async function writeStatuses({ host }: World, { statusType, federated, statuses }: StatusWrite): Promise<void> {
  const { name = "", namespace } = federated.metadata ?? {};
  for (let tries = 1; ; tries += 1) {
    const existing = await host.get({ type: statusType, namespace, name });
    if (existing !== undefined && isSameServiceStatus(existing, statuses)) return;
    try {
      if (existing === undefined) await host.create(statusType, newServiceStatus(federated, statuses));
      else await host.update(statusType, { ...existing, clusterStatus: statuses });
      return;
    } catch (error) {
      if (tries === maxTries || !hasCode(error, "ServerAlreadyExists", "ServerConflict", "ServerNotFound")) throw error;
    }
  }
}
