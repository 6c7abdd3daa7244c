import { ExitCode, FedctlError } from "../../errors.ts";
import type { Secret } from "../../kube/objects.ts";
import { objectLabel } from "../describe.ts";
import { kubefedClusterType, managedByFedctl, managedByLabel, namespaceType, secretType } from "../kubefed-types.ts";
import type { Step } from "../step.ts";
import { type HostFacts, type MemberFacts, wasThereBefore } from "./facts.ts";
import type { UnjoinOptions } from "./options.ts";

export interface UnjoinPlan {
  /** What grants permissions goes first. */
  readonly member: readonly Step[];
  /** The namespace in the member: deleted, or kept with the reason; undefined when there is none to speak of. */
  readonly namespace: Step | undefined;
  /** The registration goes last, so that an interrupted unjoin can be run again. */
  readonly host: readonly Step[];
}

/** Pure. @param member undefined when the cluster cannot be reached and that is to be tolerated */
export function planUnjoin(
  host: HostFacts,
  member: MemberFacts | undefined,
  request: { options: UnjoinOptions; hostContext: string },
): UnjoinPlan {
  const { options, hostContext } = request;
  const { clusterName } = options;
  const foundNothing = isTraceless(host, member);
  if (foundNothing && !options.ignoreNotFound) throw notJoined(host, request);
  const memberSteps = (member?.found ?? []).map(({ type, object }): Step => ({
    cluster: clusterName,
    action: "delete",
    type,
    object,
  }));
  return {
    member: memberSteps,
    namespace: member === undefined || foundNothing ? undefined : planNamespace(host, member, clusterName),
    host: planHost(host, hostContext),
  };
}

function isTraceless({ registration, credential }: HostFacts, member: MemberFacts | undefined): boolean {
  return registration === undefined && !isOurs(credential) && (member === undefined || member.found.length === 0);
}

function planNamespace(host: HostFacts, member: MemberFacts, cluster: string): Step | undefined {
  const { namespace: object, others, unreadable } = member;
  if (object === undefined) return undefined;
  const base = { cluster, type: namespaceType, object };
  const keep = (reason: string): Step => ({ ...base, action: "keep", reason });
  if (object.metadata?.uid === host.namespace?.metadata?.uid) return keep("it is the host's own");
  if (wasThereBefore(host.registration)) return keep("it was there before the join");
  const [first] = others;
  if (first !== undefined) {
    const more = others.length > 1 ? ` and ${others.length - 1} more` : "";
    return keep(`holds ${objectLabel(first)}${more}, which no join made`);
  }
  if (unreadable.length > 0) return keep(`could not look at ${unreadable.join(", ")} in it`);
  return { ...base, action: "delete" };
}

function planHost({ registration, credential }: HostFacts, cluster: string): Step[] {
  const steps: Step[] = [];
  if (credential !== undefined && (registration !== undefined || isOurs(credential))) {
    steps.push(planCredential(credential, cluster));
  }
  if (registration !== undefined)
    steps.push({ cluster, action: "delete", type: kubefedClusterType, object: registration });
  return steps;
}

/** A credential secret holds a token and nothing else; one with other keys is somebody's, who gave it a place here. */
function planCredential(credential: Secret, cluster: string): Step {
  const others = Object.keys(credential.data ?? {}).filter((key) => key !== "token");
  const base = { cluster, type: secretType, object: credential };
  return others.length === 0
    ? { ...base, action: "delete" }
    : { ...base, action: "keep", reason: `holds other keys: ${others.sort().join(", ")}` };
}

function isOurs(credential: Secret | undefined): boolean {
  return credential?.metadata?.labels?.[managedByLabel] === managedByFedctl;
}

function notJoined(
  { joined }: HostFacts,
  { options, hostContext }: { options: UnjoinOptions; hostContext: string },
): FedctlError {
  const list = joined.length === 0 ? "no cluster is" : `joined are: ${joined.join(", ")}`;
  return new FedctlError(
    "ClusterNotJoined",
    `cluster "${options.clusterName}" is not joined to host cluster "${hostContext}", and no trace of a join was found; ${list}`,
    {
      hint: `see what is joined: fedctl get clusters --host-cluster-context ${hostContext}`,
      exitCode: ExitCode.Conflict,
    },
  );
}
