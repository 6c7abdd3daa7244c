import { Command, Option } from "commander";
import type { FederationDeps } from "../federation/deps.ts";
import type { FederateOptions, FederateResult } from "../federation/federate/federate.ts";
import { ExitCode, FedctlError } from "../errors.ts";
import { renderObjects } from "./enable.ts";
import type { Execute } from "./execute.ts";
import { dryRunLine } from "./result-text.ts";
import { addHostFlags, given, type HostFlags, hostOptions } from "./shared-options.ts";

type Run = (options: FederateOptions, core: FederationDeps) => Promise<FederateResult>;
const runFederate: Run = async (options, core) =>
  (await import("../federation/federate/federate.ts")).federateObjects(options, core);

interface FederateFlags extends HostFlags {
  readonly namespace?: string;
  readonly contents?: boolean;
  readonly enableType?: boolean;
  readonly skipApiResources?: string[];
  readonly output?: "yaml";
}

export function federateCommand(execute: Execute, run: Run = runFederate): Command {
  const command = new Command("federate")
    .summary("make federated objects from objects of the host cluster")
    .argument("<type>", "plural, singular, kind, short name, or plural.group")
    .argument("<name>", "name of the object")
    .option("-n, --namespace <namespace>", "namespace of the object (default: that of the host context)")
    .option("-c, --contents", "of a namespace: federate also what is in it")
    .option("-t, --enable-type", "enable types that are not yet federated")
    .option(
      "-s, --skip-api-resources <types>",
      "with --contents: types or groups to leave out, comma-separated; repeatable",
      collect,
    )
    .addOption(new Option("-o, --output <format>", "print the objects, write nothing").choices(["yaml"]));
  return addHostFlags(command, { writes: true }).action(async (type: string, name: string, flags: FederateFlags) => {
    refuseMixedFlags(flags);
    const options: FederateOptions = {
      ...hostOptions(flags),
      type,
      name,
      namespace: given(flags.namespace),
      contents: flags.contents ?? false,
      enableType: flags.enableType ?? false,
      skipApiResources: flags.skipApiResources ?? [],
      output: flags.output,
    };
    await execute({
      kind: "FederateResult",
      flags,
      run: (core) => run(options, core),
      notes: async (result, colours) => (await import("../output/skipped.ts")).renderSkipped(result, colours),
      text: () => dryRunLine(flags) ?? "",
      extra: ({ taken, skipped, skippedTypes }) => ({ taken, skipped, skippedTypes }),
      ...(flags.output === "yaml" && { document: ({ objects }: FederateResult) => renderObjects({ objects }) }),
    });
  });
}

function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, ...value.split(",").filter((entry) => entry !== "")];
}

function refuseMixedFlags(flags: FederateFlags): void {
  if (flags.output === undefined) return;
  const other = flags.enableType === true ? "--enable-type" : "--json";
  if (flags.enableType !== true && flags.json !== true) return;
  throw new FedctlError("Usage", `${other} and --output cannot be combined`, {
    exitCode: ExitCode.Usage,
    hint: "leave out one of them",
  });
}
