import { Command, Option } from "commander";
import type { InstallOptions } from "../federation/install/install.ts";
import type { FederationDeps } from "../federation/deps.ts";
import type { Execute } from "./execute.ts";
import { dryRunLine } from "./result-text.ts";
import { addHostFlags, type HostFlags, hostOptions } from "./shared-options.ts";

type Run = (options: InstallOptions, core: FederationDeps) => Promise<unknown>;
const runInstall: Run = async (options, core) =>
  (await import("../federation/install/install.ts")).installKubeFed(options, core);

interface InstallFlags extends HostFlags {
  readonly scope: "Cluster" | "Namespaced";
}

export function installCommand(execute: Execute, run: Run = runInstall): Command {
  const command = new Command("install")
    .summary("make a cluster the host of a federation")
    .description(
      "Creates the KubeFed CRDs, the types that are federated by default and the KubeFedConfig in the host cluster. It installs no controller.",
    )
    .addOption(
      new Option("--scope <scope>", "what the control plane may federate")
        .choices(["Cluster", "Namespaced"])
        .default("Cluster"),
    );
  return addHostFlags(command, { writes: true }).action(async (flags: InstallFlags) => {
    const options: InstallOptions = { ...hostOptions(flags), scope: flags.scope };
    await execute({
      kind: "InstallResult",
      flags,
      run: (core) => run(options, core),
      text: () => dryRunLine(flags) ?? `KubeFed is installed in namespace ${options.kubefedNamespace}\n`,
    });
  });
}
