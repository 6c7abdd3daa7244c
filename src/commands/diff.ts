import { Command } from "commander";
import type { DiffOptions, DiffResult } from "../engine/diff.ts";
import type { FederationDeps } from "../federation/deps.ts";
import type { Execute } from "./execute.ts";
import { addSelection, type SelectionFlags, selectionOptions } from "./selection-flags.ts";
import { addHostFlags } from "./shared-options.ts";

type Run = (options: DiffOptions, core: FederationDeps) => Promise<DiffResult>;
const runDiff: Run = async (options, core) => (await import("../engine/diff.ts")).diffFederation(options, core);

export function diffCommand(execute: Execute, run: Run = runDiff): Command {
  const command = addSelection(
    new Command("diff")
      .summary("show what sync would change in the members")
      .description(
        "Compares the members with what the federated objects say, and writes nothing. Values of Secrets are not shown. Exits 3 when something differs.",
      ),
  );
  return addHostFlags(command, { writes: false }).action(
    async (type: string | undefined, name: string | undefined, flags: SelectionFlags) => {
      const options: DiffOptions = { ...selectionOptions({ type, name }, flags), dryRun: true };
      const { renderDiffs, describeDiffs } = await import("./render-diffs.ts");
      await execute({
        kind: "DiffResult",
        flags: { ...flags, dryRun: true },
        run: (core) => run(options, core),
        hides: isUnchanged,
        text: renderDiffs,
        extra: (result) => ({ objects: result.objects, diffs: describeDiffs(result) }),
        failure: ({ incomplete, differs }) => incomplete ?? differs,
      });
    },
  );
}

/** Of thousands of objects, those that are as they should be are no news. */
export function isUnchanged({ action, outcome }: { readonly action: string; readonly outcome: string }): boolean {
  return action === "keep" && outcome !== "failed";
}
