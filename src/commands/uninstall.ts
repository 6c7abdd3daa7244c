import { Command, Option } from "commander";
import type { FederationDeps } from "../federation/deps.ts";
import type { UninstallOptions } from "../federation/install/uninstall.ts";
import type { Execute } from "./execute.ts";
import { dryRunLine } from "./result-text.ts";
import { addHostFlags, type HostFlags, hostOptions } from "./shared-options.ts";

type Run = (options: UninstallOptions, core: FederationDeps) => Promise<unknown>;
const runUninstall: Run = async (options, core) =>
  (await import("../federation/install/uninstall.ts")).uninstallKubeFed(options, core);

interface UninstallFlags extends HostFlags {
  readonly instances: "refuse" | "delete";
}

export function uninstallCommand(execute: Execute, run: Run = runUninstall): Command {
  const command = new Command("uninstall")
    .summary("remove KubeFed from the host cluster")
    .description(
      "Removes what `fedctl install` made. Refused while clusters are joined, and while federated objects exist.",
    )
    .addOption(
      new Option("--instances <what>", "what to do with federated objects that exist")
        .choices(["refuse", "delete"])
        .default("refuse"),
    );
  return addHostFlags(command, { writes: true }).action(async (flags: UninstallFlags) => {
    const options: UninstallOptions = { ...hostOptions(flags), instances: flags.instances };
    await execute({
      kind: "UninstallResult",
      flags,
      run: (core) => run(options, core),
      text: () => dryRunLine(flags) ?? "KubeFed is removed\n",
    });
  });
}
