import { ExitCode, FedctlError } from "../../errors.ts";
import type { Namespace, Secret } from "../../kube/objects.ts";
import { objectLabel } from "../describe.ts";
import { isMadeByFedctl } from "../join/ownership.ts";
import { endpointOf } from "../join/registration.ts";
import { kubefedClusterType, namespaceType, secretType } from "../kubefed-types.ts";
import type { Step } from "../step.ts";
import { suggestCommand } from "../suggest.ts";
import type { CredentialFact, HostFacts } from "./host-facts.ts";
import { isHostsOwn, type MemberFacts } from "./member-facts.ts";
import type { JoinRecord, UnjoinOptions } from "./options.ts";
import { planWorkloads } from "./workloads-plan.ts";

/** What is to be done in the cluster that was joined. */
export interface MemberPlan {
  /** In no order, but that what grants permissions goes first. */
  readonly member: readonly Step[];
  /** What the federation placed there and is to go. */
  readonly workloads: readonly Step[];
  /** Namespaces and CRDs among it: deleted when nobody else has anything in them. */
  readonly containers: readonly Step[];
  /** The namespace of the join: deleted, or kept with the reason; undefined when there is none to speak of. */
  readonly namespace: Step | undefined;
}

export interface UnjoinPlan extends MemberPlan {
  /** The registration goes last, so that an interrupted unjoin can be run again. */
  readonly host: readonly Step[];
}

export interface UnjoinRequest {
  readonly options: UnjoinOptions;
  /** How the host is called in messages. */
  readonly hostContext: string;
}

/**
 * Pure. @param member undefined when the cluster cannot be reached and that is to be tolerated
 * @throws FedctlError ClusterNotJoined, ObjectConflict when it is another cluster that was reached, or one of other joins too
 */
export function planUnjoin(host: HostFacts, member: MemberFacts | undefined, request: UnjoinRequest): UnjoinPlan {
  const { options, hostContext } = request;
  const isTraceless =
    host.registration === undefined && host.credentials.length === 0 && !hasTraces(host, member, options);
  if (isTraceless && !options.ignoreNotFound) throw notJoined(host, request);
  const nothing: MemberPlan = { member: [], workloads: [], containers: [], namespace: undefined };
  const ofMember = member === undefined || isTraceless ? nothing : planMember(host.record, member, options);
  return { ...ofMember, host: planHost(host, hostContext) };
}

type MemberOptions = Pick<UnjoinOptions, "workloads" | "force">;

/** Pure. @throws FedctlError ObjectConflict when it is another cluster that was reached, or one of other joins too */
export function planMember(record: JoinRecord, member: MemberFacts, options: MemberOptions): MemberPlan {
  const { clusterName: cluster } = record;
  refuseOtherCluster(record, member, options);
  return {
    member: member.found.map(({ type, object }): Step => ({ cluster, action: "delete", type, object })),
    ...planWorkloads(record, member, options),
    namespace: planNamespace(record, member),
  };
}

/** An empty namespace that fedctl made is what a join leaves that was stopped early. */
function hasTraces({ record }: HostFacts, member: MemberFacts | undefined, { workloads }: MemberOptions): boolean {
  if (member === undefined) return false;
  const hasWorkloads = workloads === "delete" && member.workloads.items.length > 0;
  return member.found.length > 0 || hasWorkloads || planNamespace(record, member)?.action === "delete";
}

/** Whether the namespace of the join goes. Pure. */
export function planNamespace(record: JoinRecord, member: MemberFacts): Step | undefined {
  const { namespace: object } = member;
  if (object === undefined) return undefined;
  const reason = whyKept(object, record, member);
  const base = { cluster: record.clusterName, type: namespaceType, object };
  return reason === undefined ? { ...base, action: "delete" } : { ...base, action: "keep", reason };
}

function whyKept(object: Namespace, record: JoinRecord, { others, unreadable }: MemberFacts): string | undefined {
  if (isHostsOwn(object, record)) return "it is the host's own";
  if (record.namespaceNote === "existing") return "it was there before the join";
  if (record.apiEndpoint === undefined && !isMadeByFedctl(object)) return "nothing tells that a join made it";
  const [first] = others;
  if (first !== undefined) {
    const more = others.length > 1 ? ` and ${others.length - 1} more` : "";
    return `holds ${objectLabel(first)}${more}, which this join did not make`;
  }
  return unreadable.length > 0 ? `could not look at ${unreadable.join(", ")} in it` : undefined;
}

/** A context that leads elsewhere would have the host forget a cluster that still trusts it (B-UJ4). */
function refuseOtherCluster(record: JoinRecord, member: MemberFacts, { force }: MemberOptions): void {
  const { apiEndpoint, names, clusterName } = record;
  if (apiEndpoint === undefined || member.found.length > 0 || force) return;
  if (endpointOf({ server: apiEndpoint }) === endpointOf(member)) return;
  throw new FedctlError(
    "ObjectConflict",
    `cluster "${clusterName}" was joined at ${apiEndpoint}, but ${endpointOf(member)} was reached, which has no service account "${names.serviceAccount}" in namespace "${names.namespace}"`,
    {
      hint: `give the context of that cluster: fedctl unjoin ${clusterName} --cluster-context <context>; with --force the host's side alone is removed`,
      exitCode: ExitCode.Conflict,
    },
  );
}

function planHost({ registration, credentials }: HostFacts, cluster: string): Step[] {
  const steps = credentials.map((credential) => planCredential(credential, cluster));
  if (registration === undefined) return steps;
  return [...steps, { cluster, action: "delete", type: kubefedClusterType, object: registration }];
}

/** A credential secret holds a token and nothing else; from one with other keys, which is somebody's, only the token goes. */
function planCredential({ secret, usedBy }: CredentialFact, cluster: string): Step {
  const base = { cluster, type: secretType };
  if (usedBy !== undefined)
    return { ...base, object: secret, action: "keep", reason: `cluster "${usedBy}" has it as its credential too` };
  const { token, ...data } = secret.data ?? {};
  const others = Object.keys(data).sort();
  if (others.length === 0) return { ...base, object: secret, action: "delete" };
  const reason = `holds other keys: ${others.join(", ")}`;
  const rest: Secret = { ...secret, data };
  return { ...base, object: rest, action: token === undefined ? "keep" : "update", reason };
}

/** Names those that are joined: the name may be a slip of the pen. */
export function notJoined({ joined }: HostFacts, { options, hostContext }: UnjoinRequest): FedctlError {
  const list = joined.length === 0 ? "no cluster is" : `joined are: ${joined.join(", ")}`;
  return new FedctlError(
    "ClusterNotJoined",
    `cluster "${options.clusterName}" is not joined to host cluster "${hostContext}", and no trace of a join was found; ${list}`,
    {
      hint: `see what is joined: ${suggestCommand("get clusters", { ...options, hostClusterContext: hostContext })}`,
      exitCode: ExitCode.Conflict,
    },
  );
}
