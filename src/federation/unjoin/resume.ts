import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { Connection, FederationDeps } from "../deps.ts";
import type { KubeFedCluster, KubeFedConfig } from "../kubefed-types.ts";
import { kubefedClusterType, kubefedConfigName, kubefedConfigType } from "../kubefed-types.ts";
import { plannedChange } from "../step.ts";
import { clearMember, requireCleared } from "./clear-member.ts";
import { readMember } from "./member-facts.ts";
import type { UnfinishedUnjoin } from "./options.ts";
import { planMember } from "./plan.ts";
import { workloadWarnings } from "./workloads-plan.ts";

export interface ResumeOptions {
  readonly unfinished: UnfinishedUnjoin;
  /** The file it was read from. */
  readonly source: string;
  /** Default: as it was when the cluster was unjoined. */
  readonly clusterContext?: string | undefined;
  /** Default: as it was when the cluster was unjoined. */
  readonly hostClusterContext?: string | undefined;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

/**
 * Finishes in the cluster what an unjoin could not, from its record. Can be run again.
 * @throws FedctlError ClusterAlreadyJoined when the host has joined it again; ObjectConflict when it is another cluster; LeftBehind
 */
export async function resumeUnjoin(options: ResumeOptions, deps: FederationDeps): Promise<void> {
  const { unfinished, clusterContext, source, timeoutMs } = options;
  const { record, workloads } = unfinished;
  const member = await deps.connect(clusterContext ?? unfinished.context);
  const [facts] = await Promise.all([readMember(member, record, { workloads }), refuseJoinedAgain(options, deps)]);
  const plan = planMember(record, facts, { workloads, force: false });
  deps.report.cluster({ name: record.clusterName, reached: true });
  const removal = `fedctl unjoin ${record.clusterName} --workloads=delete`;
  for (const warning of workloadWarnings(record, facts, { options: { workloads }, removal })) deps.report.warn(warning);
  const place = { member, record, options: { timeoutMs, workloads }, again: `fedctl unjoin --resume ${source}` };
  if (!options.dryRun) {
    await requireCleared(plan, await clearMember(plan, place, deps), place);
    return;
  }
  const namespace = plan.namespace === undefined ? [] : [plan.namespace];
  for (const step of [...plan.member, ...plan.workloads, ...plan.containers, ...namespace])
    deps.report.change(plannedChange(step));
}

/** A cluster that was joined again since needs what the record would remove. */
async function refuseJoinedAgain(options: ResumeOptions, deps: FederationDeps): Promise<void> {
  const { clusterName } = options.unfinished.record;
  let isJoined: boolean;
  try {
    isJoined = await isJoinedNow(await deps.connect(hostContextOf(options)), options.unfinished);
  } catch (error) {
    if (!(error instanceof FedctlError) || error.code === "Interrupted") throw error;
    // Whoever cleans the cluster up may well not reach the host.
    const message = `could not see whether cluster "${clusterName}" has been joined again: ${error.message}`;
    deps.report.warn({ code: "HostNotLookedAt", message });
    return;
  }
  if (!isJoined) return;
  throw new FedctlError(
    "ClusterAlreadyJoined",
    `cluster "${clusterName}" has been joined again since it was unjoined`,
    {
      exitCode: ExitCode.Conflict,
      hint: `nothing was removed; ${options.source} is out of date: delete it, or unjoin the cluster with: fedctl unjoin ${clusterName}`,
    },
  );
}

function hostContextOf({ hostClusterContext, unfinished }: ResumeOptions): string {
  return hostClusterContext ?? unfinished.hostContext;
}

async function isJoinedNow({ api }: Connection, { record }: UnfinishedUnjoin): Promise<boolean> {
  const { namespace } = record.names;
  try {
    const [registration, config] = await Promise.all([
      api.get<KubeFedCluster>({ type: kubefedClusterType, namespace, name: record.clusterName }),
      api.get<KubeFedConfig>({ type: kubefedConfigType, namespace, name: kubefedConfigName }),
    ]);
    // A context of the same name may lead to another host by now.
    const isSameHost = record.hostId === undefined || config?.metadata?.uid === record.hostId;
    return registration !== undefined && isSameHost;
  } catch (error) {
    // KubeFed has been uninstalled.
    if (hasCode(error, "ServerNotFound")) return false;
    throw error;
  }
}
