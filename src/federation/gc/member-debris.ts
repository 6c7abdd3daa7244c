import { nameOf } from "../describe.ts";
import { isMadeByFedctl } from "../join/ownership.ts";
import { namespaceType, serviceAccountType } from "../kubefed-types.ts";
import type { ObjectIdentity, Warning } from "../report.ts";
import { identityOf, type Step } from "../step.ts";
import { quoted, suggestCommand } from "../suggest.ts";
import { describeCounts, type Found } from "../unjoin/workloads.ts";
import { unusedSecrets } from "./host-debris.ts";
import { addressOf, type GcHost, isInUse } from "./host-facts.ts";
import { type JoinTraces, joinTraces, markOf } from "./join-traces.ts";
import type { Binding, GcMember } from "./member-facts.ts";
import { tokenOwner } from "./token-owner.ts";

export interface MemberDebris {
  /** `delete` for what is certain, `keep` for what somebody has to look at. */
  readonly steps: readonly Step[];
  /** What is no single object. */
  readonly warnings: readonly Warning[];
}

/** What joins that this host knows no more left in a cluster. What another host marked is none of our business. Pure. */
export function memberDebris(host: GcHost, member: GcMember): MemberDebris {
  const traces = joinTraces(member, host.kubefedNamespace);
  const steps = traces.flatMap((trace) => judge(trace, host, member));
  const namespace = judgeNamespace(host, member, steps);
  return {
    steps: [...steps, ...(namespace === undefined ? [] : [namespace])],
    warnings: judgeWorkloads(host, member, traces),
  };
}

function judge(trace: JoinTraces, host: GcHost, member: GcMember): readonly Step[] {
  const { serviceAccount, objects } = trace;
  const marks = new Set(objects.flatMap(({ object }) => markOf(object) ?? []));
  const isOfOther = [...marks].some((mark) => mark !== host.hostId);
  if (isInUse(host, serviceAccount) || isOfOther) return [];
  const base = { cluster: member.context };
  if (marks.size > 0) {
    const reason = "of a join of this host that no KubeFedCluster tells of";
    return objects
      .filter(({ object }) => markOf(object) !== undefined)
      .map((found) => ({ ...base, ...found, action: "delete", reason }));
  }
  const proof = proofOfKubefedctl(trace, host, member);
  if (proof !== undefined) return objects.map((found) => ({ ...base, ...found, action: "delete", reason: proof }));
  const reason = "of a join by kubefedctl that no KubeFedCluster here tells of; it may be another host's";
  return objects.map((found) => ({ ...base, ...found, action: "keep", reason }));
}

/** kubefedctl leaves no marks; undefined when nothing proves that nobody needs what it made. */
function proofOfKubefedctl(trace: JoinTraces, host: GcHost, member: GcMember): string | undefined {
  const { objects } = trace;
  const account = objects.find(({ type }) => type.kind === serviceAccountType.kind);
  if (account !== undefined)
    return hasUnusedToken(account, host) ? "a credential left in the host is of this join" : undefined;
  return objects.every((found) => isInert(found, { trace, host, member })) ? "its service account is gone" : undefined;
}

function hasUnusedToken({ object }: Found, host: GcHost): boolean {
  return unusedSecrets(host).some((secret) => tokenOwner(secret)?.uid === object.metadata?.uid);
}

interface Surroundings {
  readonly trace: JoinTraces;
  readonly host: GcHost;
  readonly member: GcMember;
}

/** True for a binding to our service account alone, and for a role that nothing else binds: without the account they grant nothing. */
function isInert({ type, object }: Found, { trace, host, member }: Surroundings): boolean {
  if (type.kind.endsWith("Binding")) {
    const { subjects = [] } = object as Binding; // read as one
    return subjects.every(
      ({ kind, name, namespace }) =>
        kind === serviceAccountType.kind && name === trace.serviceAccount && namespace === host.kubefedNamespace,
    );
  }
  if (!type.kind.endsWith("Role")) return false;
  return member.bindings.every(({ type: other, object: binding }) => {
    const { kind, name } = binding.roleRef;
    const isOfThis = kind === type.kind && name === nameOf(object) && isInSight(binding, object, kind);
    return !isOfThis || trace.objects.some((found) => found.type === other && found.object === binding);
  });
}

/** A Role is bound in its own namespace only. */
function isInSight(binding: Binding, role: Found["object"], kind: string): boolean {
  return kind === "ClusterRole" || binding.metadata?.namespace === role.metadata?.namespace;
}

function judgeNamespace(host: GcHost, member: GcMember, steps: readonly Step[]): Step | undefined {
  const { namespace: object, isControlPlane, contents, context: cluster } = member;
  if (object === undefined || isControlPlane || object.metadata?.uid === host.namespaceUid) return undefined;
  const leaving = new Set(steps.flatMap((step) => (step.action === "delete" ? keyOf(identityOf(step)) : [])));
  const rest = contents.items.filter((item) => !leaving.has(keyOf(item)));
  if (rest.length > 0 || contents.unreadable.length > 0) return undefined;
  const base = { cluster, type: namespaceType, object };
  if (isMadeByFedctl(object)) return { ...base, action: "delete", reason: "made by a join, and empty" };
  if (leaving.size === 0) return undefined;
  return { ...base, action: "keep", reason: "empty, but nothing tells that a join made it" };
}

function keyOf({ apiVersion, kind, name }: ObjectIdentity): string {
  return `${apiVersion}/${kind}/${name}`;
}

/** Objects with the label of a federation in a cluster that nobody has joined. */
function judgeWorkloads(host: GcHost, member: GcMember, traces: readonly JoinTraces[]): readonly Warning[] {
  const { context, workloads, namespace } = member;
  const isHost = namespace !== undefined && namespace.metadata?.uid === host.namespaceUid;
  const isJoined = traces.some(({ serviceAccount, objects }) => {
    const isOfOther = objects.some(({ object }) => ![undefined, host.hostId].includes(markOf(object)));
    return isInUse(host, serviceAccount) || isOfOther;
  });
  if (isHost || isJoined || workloads.items.length === 0) return [];
  const command = suggestCommand(`unjoin ${quoted(context)} --workloads=delete`, addressOf(host));
  return [
    {
      code: "WorkloadsFound",
      message: `cluster "${context}" is not joined, and keeps what a federation placed there: ${describeCounts(workloads.items)}; remove it with: ${command}`,
    },
  ];
}
