import { ExitCode, FedctlError } from "../../errors.ts";
import { namespaceType } from "../kubefed-types.ts";
import type { Warning } from "../report.ts";
import type { Step } from "../step.ts";
import { isHostsOwn, type MemberFacts } from "./member-facts.ts";
import type { JoinRecord, UnjoinOptions } from "./options.ts";
import type { MemberPlan } from "./plan.ts";
import { isContainer } from "./residents.ts";
import { describeCounts, type Found } from "./workloads.ts";

type WorkloadOptions = Pick<UnjoinOptions, "workloads">;

/** Pure. @throws FedctlError ObjectConflict when the objects may be another federation's */
export function planWorkloads(
  record: JoinRecord,
  member: MemberFacts,
  { workloads: fate }: WorkloadOptions,
): Pick<MemberPlan, "workloads" | "containers"> {
  const items = placedObjects(record, member);
  if (fate === "keep" || items.length === 0 || isHostsOwn(member.namespace, record))
    return { workloads: [], containers: [] };
  refuseShared(record, member);
  const { clusterName: cluster } = record;
  const step = ({ type, object }: Found): Step => ({ cluster, action: "delete", type, object });
  return {
    workloads: items.filter((item) => !isContainer(item)).map(step),
    containers: items.filter(isContainer).map((item) => {
      const reason = member.residents.get(item.object.metadata?.uid ?? "");
      return reason === undefined ? step(item) : { ...step(item), action: "keep", reason };
    }),
  };
}

/** Without the namespace of the join, which has a rule of its own. */
function placedObjects(record: JoinRecord, { workloads }: MemberFacts): readonly Found[] {
  return workloads.items.filter((item) => !isOwnNamespace(item, record));
}

/** True for the namespace of the join, which somebody may have labelled. */
export function isOwnNamespace({ type, object }: Found, { names }: JoinRecord): boolean {
  return type.kind === namespaceType.kind && object.metadata?.name === names.namespace;
}

function refuseShared({ clusterName }: JoinRecord, { otherJoins }: MemberFacts): void {
  const [first] = otherJoins;
  if (first === undefined) return;
  const more = otherJoins.length > 1 ? ` and ${otherJoins.length - 1} more` : "";
  throw new FedctlError(
    "ObjectConflict",
    `cluster "${clusterName}" has other joins too (${first}${more}), and nothing tells which of them placed an object`,
    {
      exitCode: ExitCode.Conflict,
      hint: "nothing was removed; leave the objects with --workloads=keep, end the other joins first, or see what is left of them: fedctl gc",
    },
  );
}

/** What is left, how much of it, and how it can be removed. Pure. */
export function workloadWarnings(
  record: JoinRecord,
  member: MemberFacts,
  { options, removal }: { readonly options: WorkloadOptions; readonly removal: string },
): Warning[] {
  const { clusterName } = record;
  const items = placedObjects(record, member);
  const { unreadable } = member.workloads;
  const warnings: Warning[] = [];
  if (unreadable.length > 0) {
    warnings.push({
      code: "WorkloadsNotLookedAt",
      message: `what the federation placed in cluster "${clusterName}" could not be looked for among: ${unreadable.join(", ")}`,
    });
  }
  if (items.length === 0) return warnings;
  const counts = describeCounts(items);
  if (isHostsOwn(member.namespace, record)) {
    const message = `cluster "${clusterName}" is the host itself: copies cannot be told from the originals, so all stay: ${counts}`;
    return [...warnings, { code: "WorkloadsKept", message }];
  }
  if (options.workloads === "delete") return warnings;
  const message = `cluster "${clusterName}" keeps what the federation placed there: ${counts}; remove it with: ${removal}`;
  return [...warnings, { code: "WorkloadsKept", message }];
}
