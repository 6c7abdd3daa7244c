import { Command } from "commander";
import type { DiffOptions, DiffResult } from "../engine/diff.ts";
import { ExitCode, FedctlError } from "../errors.ts";
import type { FederationDeps } from "../federation/deps.ts";
import { suggestCommand } from "../federation/suggest.ts";
import type { Execute } from "./execute.ts";
import { incompleteness } from "./incompleteness.ts";
import { addHostFlags, given, type HostFlags, hostOptions } from "./shared-options.ts";

type Run = (options: DiffOptions, core: FederationDeps) => Promise<DiffResult>;
const runDiff: Run = async (options, core) => (await import("../engine/diff.ts")).diffFederation(options, core);

interface DiffFlags extends HostFlags {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
}

export function diffCommand(execute: Execute, run: Run = runDiff): Command {
  const command = new Command("diff")
    .summary("show what sync would change in the members")
    .description(
      "Compares the members with what the federated objects say, and writes nothing. Values of Secrets are not shown. Exits 3 when something differs.",
    )
    .argument("[type]", "type of the objects, or of their federated objects (default: all types)")
    .argument("[name]", "name of one object")
    .option("-n, --namespace <namespace>", "only what is in this namespace")
    .option("-A, --all-namespaces", "all namespaces (the default)");
  return addHostFlags(command, { writes: false }).action(
    async (type: string | undefined, name: string | undefined, flags: DiffFlags) => {
      const options: DiffOptions = {
        ...hostOptions(flags),
        dryRun: true,
        type: given(type),
        name: given(name),
        namespace: flags.allNamespaces === true ? undefined : given(flags.namespace),
      };
      const { renderDiffs, describeDiffs } = await import("./render-diffs.ts");
      await execute({
        kind: "DiffResult",
        flags: { ...flags, dryRun: true },
        run: (core) => run(options, core),
        text: renderDiffs,
        extra: (result) => ({ objects: result.objects, diffs: describeDiffs(result) }),
        failure: (result) => incompleteness(result) ?? differences(result, options),
      });
    },
  );
}

function differences({ diffs }: DiffResult, options: DiffOptions): FedctlError | undefined {
  if (diffs.length === 0) return undefined;
  const what = diffs.length === 1 ? "1 object of a member is" : `${diffs.length} objects of members are`;
  return new FedctlError("DifferencesFound", `${what} not as the federated objects say`, {
    exitCode: ExitCode.Differences,
    hint: `bring them there: ${suggestCommand("sync", options)}`,
  });
}
