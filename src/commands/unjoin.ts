import { Command } from "commander";
import type { FederationDeps } from "../federation/deps.ts";
import type { UnjoinOptions } from "../federation/unjoin/unjoin.ts";
import type { Execute } from "./execute.ts";
import { dryRunLine } from "./result-text.ts";
import { addHostFlags, given, type HostFlags, hostOptions } from "./shared-options.ts";

type Run = (options: UnjoinOptions, core: FederationDeps) => Promise<unknown>;
const runUnjoin: Run = async (options, core) =>
  (await import("../federation/unjoin/unjoin.ts")).unjoinCluster(options, core);

interface UnjoinFlags extends HostFlags {
  readonly clusterContext?: string;
  readonly hostClusterName?: string;
  readonly force?: boolean;
  readonly ignoreNotFound?: boolean;
}

export function unjoinCommand(execute: Execute, run: Run = runUnjoin): Command {
  const command = new Command("unjoin")
    .summary("remove a cluster from a KubeFed control plane")
    .argument("<cluster-name>", "name the cluster was joined under")
    .option("--cluster-context <context>", "kubeconfig context of the cluster (default: the cluster's name)")
    .option("--host-cluster-name <name>", "name of the host cluster that was given to join")
    .option("--force", "finish the host's side even where the cluster cannot be reached")
    .option("--ignore-not-found", "succeed when no such cluster is joined");
  return addHostFlags(command, { writes: true }).action(async (clusterName: string, flags: UnjoinFlags) => {
    const options: UnjoinOptions = {
      ...hostOptions(flags),
      clusterName,
      clusterContext: given(flags.clusterContext),
      hostClusterName: given(flags.hostClusterName),
      force: flags.force ?? false,
      ignoreNotFound: flags.ignoreNotFound ?? false,
    };
    await execute({
      kind: "UnjoinResult",
      flags,
      run: (core) => run(options, core),
      text: () => dryRunLine(flags) ?? `cluster "${clusterName}" is not joined any more\n`,
    });
  });
}
