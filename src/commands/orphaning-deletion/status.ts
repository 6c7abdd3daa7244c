import { Command, Option } from "commander";
import type { FederationDeps } from "../../federation/deps.ts";
import type { OrphaningResult, OrphaningSelection } from "../../federation/orphaning/options.ts";
import type { Execute } from "../execute.ts";
import { addHostFlags } from "../shared-options.ts";
import { addSelection, selectionOf, type SelectionFlags } from "./selection.ts";

type Run = (options: OrphaningSelection, core: FederationDeps) => Promise<OrphaningResult>;
const runStatus: Run = async (options, core) =>
  (await import("../../federation/orphaning/orphaning.ts")).readOrphaning(options, core);

export function orphaningStatusCommand(execute: Execute, run: Run = runStatus): Command {
  const command = new Command("status").summary("tell whether what federated objects placed in the clusters is kept");
  return (
    addHostFlags(addSelection(command), { writes: false })
      // kubefedctl takes it here too.
      .addOption(new Option("--dry-run").hideHelp())
      .action(async (type: string, names: string[], flags: SelectionFlags) => {
        const options = selectionOf(type, names, flags);
        await execute({
          kind: "OrphaningDeletionStatusResult",
          flags: { ...flags, dryRun: false },
          run: (core) => run(options, core),
          document: async ({ objects }) => {
            const { renderOrphaning } = await import("../../output/orphaning.ts");
            return renderOrphaning(objects, { asWord: names.length === 1 });
          },
          extra: ({ type: federatedType, objects }) => ({ type: federatedType, objects }),
        });
      })
  );
}
