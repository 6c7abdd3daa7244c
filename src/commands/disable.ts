import { Command, Option } from "commander";
import type { FederationDeps } from "../federation/deps.ts";
import type { DisableOptions, DisableResult } from "../federation/disable/disable.ts";
import { parseDuration } from "./duration.ts";
import type { Execute } from "./execute.ts";
import { dryRunLine } from "./result-text.ts";
import { addHostFlags, given, type HostFlags, hostOptions } from "./shared-options.ts";

type Run = (options: DisableOptions, core: FederationDeps) => Promise<DisableResult>;
const runDisable: Run = async (options, core) =>
  (await import("../federation/disable/disable.ts")).disableTypes(options, core);

const defaultTimeoutMs = 60_000;

interface DisableFlags extends HostFlags {
  readonly deleteCrd?: boolean;
  readonly federatedGroup?: string;
  readonly version?: string;
  readonly instances: "refuse" | "orphan" | "delete";
  readonly timeout: number;
}

export function disableCommand(execute: Execute, run: Run = runDisable): Command {
  const command = new Command("disable")
    .summary("end the federation of a type")
    .description(
      "Stops the propagation of each named type and removes its FederatedTypeConfig. Refused while federated objects exist that could not be deleted any more.",
    )
    .argument("<types...>", "name of a FederatedTypeConfig, or plural, singular, kind, short name, plural.group")
    .option("--delete-crd", "also delete the federated type (its CRD)")
    .option(
      "--federated-group <group>",
      "with --delete-crd, for a type that is not enabled: API group of the federated type (default: types.kubefed.io)",
    )
    .option("--version <version>", "with --delete-crd, for a type that is not enabled: API version of the type")
    .addOption(
      new Option(
        "--instances <what>",
        "federated objects that exist: refuse; orphan: let go of what they placed in clusters; delete: delete that too",
      )
        .choices(["refuse", "orphan", "delete"])
        .default("refuse"),
    )
    .addOption(
      new Option("--timeout <duration>", "limit for waiting for the controller and for deletions")
        .argParser(parseDuration)
        .default(defaultTimeoutMs, "1m"),
    );
  return addHostFlags(command, { writes: true }).action(async (names: string[], flags: DisableFlags) => {
    const options: DisableOptions = {
      ...hostOptions(flags),
      names,
      deleteCrd: flags.deleteCrd ?? false,
      federatedGroup: given(flags.federatedGroup),
      version: given(flags.version),
      instances: flags.instances,
      timeoutMs: flags.timeout,
    };
    await execute({
      kind: "DisableResult",
      flags,
      run: (core) => run(options, core),
      text: () => dryRunLine(flags) ?? "",
      extra: ({ controller }) => ({ controller }),
    });
  });
}
