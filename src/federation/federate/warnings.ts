import { nameOf } from "../describe.ts";
import type { AnnotatedObjects } from "./annotated-objects.ts";
import type { Warning } from "../report.ts";
import { suggestCommand } from "../suggest.ts";
import type { FederateFacts, Source } from "./facts.ts";
import { isNamespace } from "./federated-object.ts";
import type { FederatedType } from "./federated-type.ts";
import { firstFew } from "./object-key.ts";
import type { FederateOptions } from "./options.ts";
import { isPlacementGiven, placedClusters, selects } from "./placement.ts";
import { namespacesOf } from "./read-subject.ts";
import { systemNamespacesOf } from "../system-namespaces.ts";

const named = 10;

/** What the user should know before it is done, in a fixed order. */
export function planWarnings(facts: FederateFacts, options: FederateOptions): Warning[] {
  const sources = [facts.subject, ...facts.contents];
  return [
    ...facts.warnings,
    ...(options.annotations === "override" ? overrideWarning(facts, options) : sources.flatMap(annotationsWarning)),
    ...placementWarnings(facts, options),
    ...(options.output === undefined ? propagationWarnings(facts, options) : []),
  ];
}

/** Keys, never values: kubectl keeps whole Secrets in an annotation (B-FD11). */
export function annotationsWarning({
  type,
  annotated,
}: {
  readonly type: Pick<FederatedType, "name" | "target">;
  readonly annotated: AnnotatedObjects;
}): Warning[] {
  const { count, example = "", keys } = annotated;
  if (count === 0) return [];
  const whose = count === 1 ? `${type.target.kind} "${example}"` : `${count} ${type.name}`;
  const dropped = firstFew([...keys].sort(), named);
  return [
    { code: "AnnotationsDropped", message: `a template holds no annotations; dropped those of ${whose}: ${dropped}` },
  ];
}

/** Overrides name clusters; a selector may choose more of them later. */
function overrideWarning({ subject, contents, members }: FederateFacts, options: FederateOptions): Warning[] {
  const count = [subject, ...contents].reduce((sum, { annotated }) => sum + annotated.count, 0);
  if (count === 0 || options.clusters !== undefined) return [];
  const clusters = placedClusters(options, members);
  const now = clusters.length === 0 ? "no cluster is joined that gets" : `${firstFew(clusters, named)} get`;
  return [
    {
      code: "AnnotationsOfClustersNow",
      message: `annotations are overrides of single clusters: ${now} them; clusters that join later do not`,
    },
  ];
}

function placementWarnings(facts: FederateFacts, options: FederateOptions): Warning[] {
  const { members, subject, contents } = facts;
  const selectsNone =
    options.clusterSelector !== undefined && members !== undefined && !members.some((one) => selects(options, one));
  const labels = Object.entries(options.clusterSelector ?? {}).map(([key, value]) => `${key}=${value}`);
  const kept = [subject, ...contents].flatMap(({ found }) => found).filter(({ placedElsewhere }) => placedElsewhere);
  return [
    ...(selectsNone
      ? [{ code: "SelectsNoCluster", message: `no joined cluster has the labels ${labels.join(",")}` }]
      : []),
    ...(isPlacementGiven(options) && options.onConflict !== "update" && kept.length > 0
      ? [
          {
            code: "PlacementKept",
            message: `${kept.length} federated objects are placed elsewhere, and stay so; --on-conflict=update places them anew`,
          },
        ]
      : []),
    ...(options.output === undefined ? hostMemberWarning(facts, options) : []),
  ];
}

/** KubeFed takes the originals in the host over when it may place there, and deletes them later (B-FD7). */
function hostMemberWarning(facts: FederateFacts, options: FederateOptions): Warning[] {
  const { hostMember, members = [] } = facts;
  if (hostMember === undefined || facts.sourceCluster !== facts.cluster || !selects(options, hostMember)) return [];
  const taken = [facts.subject, ...facts.contents].filter(isTakenOver);
  if (taken.length === 0) return [];
  const types = [...new Set(taken.map(({ type }) => type.name))];
  const others = members.filter((one) => one !== hostMember).map(nameOf);
  const wayOut = others.length === 0 ? "" : `; leave it out with --clusters ${others.join(",")}`;
  return [
    {
      code: "HostIsMember",
      message:
        `the host is itself joined, as "${nameOf(hostMember)}": KubeFed takes the originals of ${firstFew(types, named)} over, ` +
        `and deletes them with their federated objects${wayOut}`,
    },
  ];
}

/** The host's own namespaces are the one thing that KubeFed spares. */
function isTakenOver({ type, found }: Source): boolean {
  return !isNamespace(type.target) && found.some(({ standing }) => standing === "absent");
}

function propagationWarnings(facts: FederateFacts, options: FederateOptions): Warning[] {
  const stopped = [facts.subject, ...facts.contents]
    .filter(({ type }) => type.state === "enabled" && !type.propagates)
    .map(({ type }) => type.name);
  const disabled = [...new Set(stopped)].map((name) => ({
    code: "PropagationDisabled",
    message: `propagation of ${name} is disabled in its FederatedTypeConfig: the objects stay in the host cluster`,
  }));
  return [...disabled, ...namespaceWarnings(facts, options)];
}

function namespaceWarnings(facts: FederateFacts, options: FederateOptions): Warning[] {
  const system = systemNamespacesOf(options);
  const left = namespacesOf(facts).filter((name) => system.includes(name));
  const unfederated = facts.unfederatedNamespaces.filter((name) => !system.includes(name));
  const warnings = left.map((name) => ({
    code: "SystemNamespace",
    message: `the KubeFed controllers never propagate namespace "${name}" nor what is in it`,
  }));
  if (unfederated.length === 0) return warnings;
  const quoted = firstFew(
    unfederated.map((name) => `"${name}"`),
    named,
  );
  const command = suggestCommand(`federate namespace ${unfederated.join(" ")}`, options);
  const subject = unfederated.length === 1 ? `namespace ${quoted} is` : `namespaces ${quoted} are`;
  const where = unfederated.length === 1 ? "it" : "them";
  return [
    ...warnings,
    {
      code: "NamespaceNotFederated",
      message: `${subject} not federated, so nothing in ${where} propagates; run: ${command}`,
    },
  ];
}
