import { objectLabel } from "../federation/describe.ts";
import { isRecord } from "../federation/json-data.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { droppedMetadata } from "../propagation/desired-object.ts";
import type { Refusal } from "../propagation/federatable.ts";
import { overriddenClusters } from "../propagation/overrides.ts";
import { targetKey } from "../propagation/target-key.ts";
import type { Dispatched } from "./dispatch.ts";
import type { MemberAction } from "./outcome.ts";
import type { Subject } from "./reconcile-plan.ts";
import type { World } from "./world.ts";

/** An object of which Events tell. */
export interface Teller {
  readonly world: Pick<World, "events" | "clusters">;
  readonly subject: Subject;
  readonly federated: UnknownObject;
}

/** KubeFed's words for what it does in a member. */
const deeds: Partial<
  Readonly<Record<MemberAction, { readonly reason: string; readonly doing: string; readonly verb: string }>>
> = {
  create: { reason: "Create", doing: "Creating", verb: "create" },
  update: { reason: "Update", doing: "Updating", verb: "update" },
  adopt: { reason: "Update", doing: "Updating", verb: "update" },
  delete: { reason: "Delete", doing: "Deleting", verb: "delete" },
  unlabel: {
    reason: "RemoveManagedLabelFrom",
    doing: "Removing managed label from",
    verb: "remove managed label from",
  },
};

/** Tells what was done in the members; of what could not be, only what the status does not say already. */
export function tellDispatched(teller: Teller, members: readonly Dispatched[]): void {
  const told = toldStatuses(teller.federated);
  for (const member of members) {
    if (member.error !== undefined) tellFailure(teller, member);
    else if (deeds[member.action] !== undefined) tellDeed(teller, member);
    else if (member.message !== undefined && told.get(member.cluster) !== member.status) tellState(teller, member);
  }
}

function toldStatuses({ status }: UnknownObject): ReadonlyMap<unknown, unknown> {
  const clusters: unknown = isRecord(status) ? status["clusters"] : undefined;
  const entries: readonly unknown[] = Array.isArray(clusters) ? clusters : [];
  return new Map(entries.filter(isRecord).map(({ name, status: value }) => [name, value ?? ""]));
}

function targetWords({ type, key }: Subject): string {
  const { namespace, name } = targetKey(type, key);
  return objectLabel({
    apiVersion: "",
    kind: type.target.kind,
    name: namespace === undefined ? name : `${namespace}/${name}`,
  });
}

function tellDeed({ world, subject, federated }: Teller, { cluster, action, message }: Dispatched): void {
  const deed = deeds[action];
  if (deed === undefined) return;
  const why = message === undefined ? "" : `: ${message}`;
  world.events.record({
    object: federated,
    type: "Normal",
    reason: `${deed.reason}InCluster`,
    message: `${deed.doing} ${targetWords(subject)} in cluster "${cluster}"${why}`,
  });
}

function tellFailure({ world, subject, federated }: Teller, { cluster, action, error }: Dispatched): void {
  const { reason, verb } = deeds[action] ?? { reason: "Update", verb: "update" };
  world.events.record({
    object: federated,
    type: "Warning",
    reason: `${reason}InClusterFailed`,
    message: `Failed to ${verb} ${targetWords(subject)} in cluster "${cluster}": ${error?.message ?? ""}`,
  });
}

function tellState({ world, subject, federated }: Teller, { cluster, status, message = "" }: Dispatched): void {
  const isAbandoned = status === undefined || status === "";
  world.events.record({
    object: federated,
    type: "Warning",
    reason: isAbandoned ? "LeftInCluster" : status,
    message: `${targetWords(subject)} in cluster "${cluster}": ${message}`,
  });
}

/** Tells which parts of the template do not reach the members, and which overrides are nobody's. */
export function tellDropped({ world, federated }: Teller): void {
  for (const field of droppedMetadata(federated)) {
    world.events.record({
      object: federated,
      type: "Warning",
      reason: `${field.slice(0, 1).toUpperCase()}${field.slice(1)}NotSupported`,
      message: `metadata.${field} of the template is not propagated, since it is for the members to set; an override can`,
    });
  }
  const joined = new Set(world.clusters().map(({ name }) => name));
  const unknown = overriddenClusters(federated).filter((name) => !joined.has(name));
  if (unknown.length === 0) return;
  const message = `overrides are for clusters that are not joined: ${unknown.join(", ")}`;
  world.events.record({ object: federated, type: "Warning", reason: "ClusterNotFound", message });
}

export function tellReason({ world, federated }: Teller, { reason, message }: Refusal): void {
  if (reason !== "") world.events.record({ object: federated, type: "Warning", reason, message });
}

export function tellWaiting({ world, federated }: Teller, clusters: readonly string[]): void {
  world.events.record({
    object: federated,
    type: "Normal",
    reason: "WaitForRemovalInCluster",
    message: `Waiting for managed resources to be removed from the following clusters: ${clusters.join(", ")}`,
  });
}
