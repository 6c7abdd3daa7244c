import { Command } from "commander";
import type { FederationDeps } from "../federation/deps.ts";
import type { GcOptions } from "../federation/gc/gc.ts";
import type { Execute } from "./execute.ts";
import { addHostFlags, given, type HostFlags, hostOptions } from "./shared-options.ts";

type Run = (options: GcOptions, core: FederationDeps) => Promise<unknown>;
const runGc: Run = async (options, core) => (await import("../federation/gc/gc.ts")).collectGarbage(options, core);

interface GcFlags extends HostFlags {
  readonly yes?: boolean;
  readonly clusterContext?: readonly string[];
}

export function gcCommand(execute: Execute, run: Run = runGc): Command {
  const command = new Command("gc")
    .summary("find and remove what earlier joins and unjoins left behind")
    .description(
      "Looks for credentials, service accounts, roles and namespaces of joins that the host knows no more. Removes nothing without --yes; what may be somebody's is only reported. Exits 3 when there is something.",
    )
    .option("-y, --yes", "remove what is certain to be debris")
    .option(
      "--cluster-context <context>",
      "kubeconfig context of a cluster to look at; repeatable (default: those named as the joined clusters, and the host)",
      (context: string, earlier: readonly string[] | undefined): readonly string[] => [...(earlier ?? []), context],
    );
  return addHostFlags(command, { writes: true }).action(async (flags: GcFlags) => {
    const options: GcOptions = {
      ...hostOptions(flags),
      yes: flags.yes ?? false,
      clusterContexts: (flags.clusterContext ?? []).flatMap((context) => given(context) ?? []),
    };
    await execute({
      kind: "GcResult",
      flags: { ...flags, dryRun: options.dryRun || !options.yes },
      run: (core) => run(options, core),
      text: () => (options.yes && !options.dryRun ? "nothing is left to remove\n" : "nothing was found\n"),
    });
  });
}
