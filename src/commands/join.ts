import { Command } from "commander";
import type { FederationDeps } from "../federation/deps.ts";
import type { JoinOptions } from "../federation/join/join.ts";
import type { Execute } from "./execute.ts";
import { dryRunLine, hostFlag } from "./result-text.ts";
import { addHostFlags, given, type HostFlags, hostOptions } from "./shared-options.ts";

type Run = (options: JoinOptions, core: FederationDeps) => Promise<unknown>;
const runJoin: Run = async (options, core) => (await import("../federation/join/join.ts")).joinCluster(options, core);

interface JoinFlags extends HostFlags {
  readonly clusterContext?: string;
  readonly hostClusterName?: string;
  readonly secretName?: string;
  readonly errorOnExisting: boolean;
}

export function joinCommand(execute: Execute, run: Run = runJoin): Command {
  const command = new Command("join")
    .summary("register a cluster with a KubeFed control plane")
    .argument("<cluster-name>", "name of the joining cluster")
    .option("--cluster-context <context>", "kubeconfig context of the joining cluster (default: the cluster's name)")
    .option(
      "--host-cluster-name <name>",
      "name of the host cluster in the names of what is made in the joining cluster (default: the host context)",
    )
    .option(
      "--secret-name <name>",
      "name of the secret in the host cluster that holds the credential (default: made from the cluster's name)",
    )
    .option("--error-on-existing", "fail when the cluster is joined already", true)
    .option("--no-error-on-existing", "bring what exists up to date instead");
  return addHostFlags(command, { writes: true }).action(async (clusterName: string, flags: JoinFlags) => {
    const options: JoinOptions = {
      ...hostOptions(flags),
      clusterName,
      clusterContext: given(flags.clusterContext),
      hostClusterName: given(flags.hostClusterName),
      secretName: given(flags.secretName),
      errorOnExisting: flags.errorOnExisting,
    };
    await execute({
      kind: "JoinResult",
      flags,
      run: (core) => run(options, core),
      text: () =>
        dryRunLine(flags) ?? `cluster "${clusterName}" is joined; see it with: fedctl get clusters${hostFlag(flags)}\n`,
    });
  });
}
