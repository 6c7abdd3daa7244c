import { type Command } from "commander";
import type { MemberContext } from "../eks/member-context.ts";
import { ExitCode, FedctlError } from "../errors.ts";
import type { FederationDeps } from "../federation/deps.ts";
import type { MemberSource } from "../federation/join/options.ts";
import type { RawConfig } from "../kubeconfig/types.ts";
import type { Connector, Deps } from "./deps.ts";
import { awsDeps, awsOptions } from "./eks/aws-flags.ts";
import { given, type HostFlags } from "./shared-options.ts";

/** Flags of `join` for a member that EKS knows. */
export interface EksMemberFlags {
  readonly eksCluster?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly roleArn?: string;
  readonly assumeRoleArn?: string;
}

export function addEksMemberFlags(command: Command): Command {
  return command
    .option("--eks-cluster <name>", "EKS cluster that joins: its address and CA, and a context that is made if need be")
    .option("--region <region>", "AWS region of --eks-cluster (default: $AWS_REGION, then the profile's)")
    .option("--profile <name>", "AWS profile to ask for --eks-cluster with; kept in the context's user")
    .option("--role-arn <arn>", "role that tokens for --eks-cluster are made with; kept in the context's user")
    .option("--assume-role-arn <arn>", "role to ask EKS as; not kept");
}

type Flags = EksMemberFlags & Pick<HostFlags, "kubeconfig" | "requestTimeout" | "dryRun" | "v">;

export interface EksJoin {
  /** The name of the joining cluster, which its context gets too where none is named. */
  readonly clusterName: string;
  readonly clusterContext: string | undefined;
  readonly waitMs: number | undefined;
}

/** @throws FedctlError Usage for flags that mean nothing without the cluster, or a cluster that would be several */
export function requireEksFlags(flags: EksMemberFlags, clusterNames: readonly string[]): string | undefined {
  const eksCluster = given(flags.eksCluster);
  const [first = "NAME"] = clusterNames;
  const of = { region: "--region", profile: "--profile", roleArn: "--role-arn", assumeRoleArn: "--assume-role-arn" };
  const idle = Object.entries(of).find(([key]) => given(flags[key as keyof typeof of]) !== undefined)?.[1];
  if (eksCluster === undefined && idle !== undefined) {
    throw usage(
      `${idle} is about --eks-cluster, which is not given`,
      `fedctl join ${first} --eks-cluster ${first} ...`,
    );
  }
  if (eksCluster === undefined || clusterNames.length <= 1) return eksCluster;
  throw usage(
    `--eks-cluster is about one cluster, but ${clusterNames.length} are named`,
    `join them one by one, as in: fedctl join ${first} --eks-cluster ${first}`,
  );
}

function usage(message: string, hint: string): FedctlError {
  return new FedctlError("Usage", message, { exitCode: ExitCode.Usage, hint });
}

export type EksDeps = Pick<Deps, "env" | "cwd" | "clock" | "signal"> & Partial<Pick<Deps, "streams">>;

interface EksMemberDeps {
  readonly deps: EksDeps;
  readonly core: FederationDeps;
  readonly connector: Connector;
}

export interface EksMember {
  readonly clusterContext: string;
  readonly source: MemberSource;
}

/** Asks EKS for the cluster and sees to a context for it; under --dry-run one that this process alone knows. @throws FedctlError */
export async function eksMember(
  { eksCluster, ...join }: EksJoin & { readonly eksCluster: string },
  flags: Flags,
  { deps, core, connector }: EksMemberDeps,
): Promise<EksMember> {
  const { ensureMemberContext } = await import("../eks/member-context.ts");
  const { contextsOfClusters } = await import("../kubeconfig/contexts-of-cluster.ts");
  const { loadKubeconfig } = await import("../kubeconfig/load.ts");
  const { saveClusterEntries } = await import("../kubeconfig/save-cluster-entries.ts");
  const { defaultExec } = await import("./eks/update-flags.ts");
  const { clock, report } = core;
  const dryRun = flags.dryRun ?? false;
  const sources = { explicitPath: given(flags.kubeconfig), env: deps.env, cwd: deps.cwd };
  const saving = { ...sources, signal: deps.signal, setCurrent: false, overwrite: false, dryRun };
  const member = await ensureMemberContext(
    {
      ...awsOptions(flags),
      cluster: eksCluster,
      contextName: join.clusterContext ?? join.clusterName,
      isNamed: join.clusterContext !== undefined,
      assumeRoleArn: given(flags.assumeRoleArn),
      roleArn: given(flags.roleArn),
      exec: await defaultExec(deps),
      waitMs: join.waitMs,
    },
    {
      ...awsDeps(deps, flags),
      sleep: (ms, signal) => clock.sleep(ms, signal),
      onProgress: (text) => {
        report.progress(text);
      },
      contextsOf: async (cluster) => contextsOfClusters((await loadKubeconfig(sources)).raw)(cluster),
      save: (entries) => saveClusterEntries(entries, saving),
    },
  );
  tell(member, report, dryRun);
  if (dryRun && member.saved !== undefined) connector.addEntries(await entriesAlone(member.saved));
  const { endpoint, certificateAuthorityData } = member.cluster;
  const caPem = Buffer.from(certificateAuthorityData, "base64").toString("utf8");
  const source = { apiEndpoint: endpoint, caPem: caPem === "" ? undefined : caPem, flags: again(flags) };
  return { clusterContext: member.contextName, source };
}

function tell(
  { contextName, saved, warnings }: MemberContext,
  report: FederationDeps["report"],
  dryRun: boolean,
): void {
  for (const message of warnings) report.warn({ code: "Kubeconfig", message });
  if (saved === undefined) return;
  report.change({
    cluster: "kubeconfig",
    action: "create",
    object: { apiVersion: "v1", kind: "Context", name: contextName },
    outcome: dryRun ? "planned" : "done",
    reason: saved.file,
  });
}

async function entriesAlone({ entries, file }: NonNullable<MemberContext["saved"]>): Promise<RawConfig> {
  const { KubeconfigDocument } = await import("../kubeconfig/document.ts");
  const document = new KubeconfigDocument("", file);
  document.setEntry("clusters", entries.clusterName, entries.cluster);
  document.setEntry("users", entries.userName, entries.user);
  document.setEntry("contexts", entries.contextName, entries.context);
  return document.config();
}

/** Of the command that goes on where this one failed. */
function again(flags: EksMemberFlags): MemberSource["flags"] {
  const named = {
    "eks-cluster": flags.eksCluster,
    region: flags.region,
    profile: flags.profile,
    "role-arn": flags.roleArn,
    "assume-role-arn": flags.assumeRoleArn,
  };
  return Object.entries(named).flatMap(([flag, text]) => {
    const value = given(text);
    return value === undefined ? [] : [[flag, value] as const];
  });
}
