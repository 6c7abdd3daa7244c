import type { UnknownObject } from "../kube/objects.ts";
import { decideMember, decideOrphan, decideRemoval, type Decision, type MemberFacts } from "../propagation/decide.ts";
import { isOrphaning } from "../propagation/deletion.ts";
import { type Refusal, refusalOf } from "../propagation/federatable.ts";
import { isBeingDeleted, isHeld } from "../propagation/object-state.ts";
import { computePlacement, type Placement } from "../propagation/placement.ts";
import { isNamespaceType } from "../propagation/target-key.ts";
import type { FederatedKey, LiveObject, PropagatedType, RecordedVersion } from "../propagation/types.ts";
import { sourceVersions, type SourceVersions, validVersions } from "../propagation/versions.ts";
import type { MemberCluster, World } from "./world.ts";

/** What is to be done in one member, and what it was decided from. */
export interface MemberPlan {
  readonly cluster: MemberCluster;
  /** Absent when there is no federated object. */
  readonly facts?: MemberFacts;
  readonly decision: Decision;
}

interface Found {
  readonly federated: UnknownObject;
}

/** What a reconciliation is to do. `diff` ends here. */
export type ReconcilePlan =
  /** Nothing at all. */
  | { readonly kind: "nothing" }
  /** There is no federated object: what members have of it is nobody's. */
  | { readonly kind: "orphan"; readonly members: readonly MemberPlan[] }
  /** It is not to be propagated, whatever its placement says. */
  | (Found & { readonly kind: "refused"; readonly refusal: Refusal; readonly members: readonly MemberPlan[] })
  /** It is being deleted. */
  | (Found & { readonly kind: "removal"; readonly members: readonly MemberPlan[] })
  | (Found & {
      readonly kind: "propagation";
      readonly placement: Placement;
      readonly members: readonly MemberPlan[];
      readonly recorded: RecordedVersion | undefined;
      readonly source: SourceVersions;
    });

/** One federated object. */
export interface Subject {
  readonly type: PropagatedType;
  readonly key: FederatedKey;
}

/** Reads what there is of a federated object and decides for each member. Writes nothing. */
export async function planReconcile(world: World, subject: Subject): Promise<ReconcilePlan> {
  const { type, key } = subject;
  const federated = await world.federated(type, key);
  const refusal = refusalOf(type, key, world.settings);
  if (federated === undefined) return refusal === undefined ? planOrphan(world, subject) : { kind: "nothing" };
  if (isBeingDeleted(federated) && !isHeld(federated)) return { kind: "nothing" };
  if (refusal !== undefined) return planRefused(world, subject, { federated, refusal });
  const context = isNamespaceType(type) ? await namespaceContext(world, key, federated) : { federated };
  if (context === undefined) return { kind: "nothing" };
  return isBeingDeleted(federated) ? planRemoval(world, subject, context) : planPropagation(world, subject, context);
}

/** Undefined when the host has no such namespace: with it its federated object is gone too, or will be in a moment. */
async function namespaceContext(
  world: World,
  { name }: FederatedKey,
  federated: UnknownObject,
): Promise<Context | undefined> {
  const namespace = await world.hostNamespace(name);
  return namespace === undefined ? undefined : { federated, hostNamespaceUid: namespace.metadata?.uid };
}

interface Context {
  readonly federated: UnknownObject;
  readonly hostNamespaceUid?: string | undefined;
}

async function planPropagation(world: World, subject: Subject, context: Context): Promise<ReconcilePlan> {
  const { federated } = context;
  const [placement, recorded] = await Promise.all([
    placementOf(world, subject, federated),
    world.version(subject.type, subject.key),
  ]);
  const source = sourceVersions(federated);
  const common = { kind: "propagation", federated, placement, recorded, source } as const;
  if (placement.reason === "ComputePlacementFailed") return { ...common, members: [] };
  const facts = await factsOf(world, subject, { ...context, placement, recorded, source });
  return { ...common, members: facts.map((member) => ({ ...member, decision: decideMember(member.facts) })) };
}

async function placementOf(world: World, { type, key }: Subject, federated: UnknownObject): Promise<Placement> {
  const isNamespaced = type.target.namespaced;
  const federatedNamespace =
    isNamespaced && key.namespace !== undefined ? await world.federatedNamespace(key.namespace) : undefined;
  const { scope } = world.settings;
  return computePlacement({ federated, clusters: world.clusters(), isNamespaced, scope, federatedNamespace });
}

interface Background extends Context {
  readonly placement: Placement;
  readonly recorded: RecordedVersion | undefined;
  readonly source: SourceVersions;
}

async function factsOf(
  world: World,
  subject: Subject,
  { federated, hostNamespaceUid, placement, recorded, source }: Background,
): Promise<readonly { readonly cluster: MemberCluster; readonly facts: MemberFacts }[]> {
  const valid = validVersions(recorded, source);
  return Promise.all(
    world.clusters().map(async (cluster) => {
      const { name } = cluster;
      const facts: MemberFacts = {
        cluster,
        type: subject.type,
        federated,
        selected: placement.selected.has(name),
        live: await liveIn(world, cluster, subject),
        recorded: valid[name],
        mayHold: Object.hasOwn(recorded?.clusterVersions ?? {}, name),
        hostNamespaceUid,
      };
      return { cluster, facts };
    }),
  );
}

async function liveIn(world: World, cluster: MemberCluster, { type, key }: Subject): Promise<LiveObject | undefined> {
  return cluster.ready ? world.live(cluster, type, key) : undefined;
}

async function planRemoval(world: World, subject: Subject, context: Context): Promise<ReconcilePlan> {
  const { federated } = context;
  const [placement, recorded] = await Promise.all([
    placementOf(world, subject, federated),
    world.version(subject.type, subject.key),
  ]);
  const facts = await factsOf(world, subject, { ...context, placement, recorded, source: sourceVersions(federated) });
  const rules = removalRules(world, federated);
  return {
    kind: "removal",
    federated,
    members: facts.map((member) => ({ ...member, decision: decideRemoval(member.facts, rules) })),
  };
}

/** How a deletion goes on. */
export function removalRules(
  { clock, settings }: Pick<World, "clock" | "settings">,
  federated: UnknownObject,
): { readonly orphans: boolean; readonly overdue: boolean } {
  const since = Date.parse(federated.metadata?.deletionTimestamp ?? "");
  return { orphans: isOrphaning(federated), overdue: clock.now() - since > settings.abandonAfterMs };
}

async function planOrphan(world: World, subject: Subject): Promise<ReconcilePlan> {
  return { kind: "orphan", members: await orphansOf(world, subject) };
}

async function orphansOf(world: World, subject: Subject): Promise<readonly MemberPlan[]> {
  return Promise.all(
    world.clusters().map(async (cluster) => ({
      cluster,
      decision: decideOrphan(await liveIn(world, cluster, subject)),
    })),
  );
}

/** What was propagated before is let go of, and stays where it is. */
async function planRefused(
  world: World,
  subject: Subject,
  found: { readonly federated: UnknownObject; readonly refusal: Refusal },
): Promise<ReconcilePlan> {
  const members = isNamespaceType(subject.type) ? [] : await orphansOf(world, subject);
  return { kind: "refused", ...found, members };
}
