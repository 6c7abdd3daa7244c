import type { Command } from "commander";
import type { FederationDeps } from "../../federation/deps.ts";
import type { OrphaningOptions, OrphaningResult } from "../../federation/orphaning/options.ts";
import type { Execute } from "../execute.ts";
import { dryRunLine } from "../result-text.ts";
import { addHostFlags } from "../shared-options.ts";
import { addSelection, selectionOf, type SelectionFlags } from "./selection.ts";

export type Run = (options: OrphaningOptions, core: FederationDeps) => Promise<OrphaningResult>;
export const runChange: Run = async (options, core) =>
  (await import("../../federation/orphaning/orphaning.ts")).changeOrphaning(options, core);

/** `enable` and `disable`, which are one command but for a word. */
export function changeOrphaningAction(
  command: Command,
  orphaning: OrphaningOptions["orphaning"],
  { execute, run }: { readonly execute: Execute; readonly run: Run },
): Command {
  return addHostFlags(addSelection(command), { writes: true }).action(
    async (type: string, names: string[], flags: SelectionFlags) => {
      const options: OrphaningOptions = { ...selectionOf(type, names, flags), orphaning };
      await execute({
        kind: "OrphaningDeletionResult",
        flags,
        run: (core) => run(options, core),
        text: () => dryRunLine(flags) ?? "",
        extra: ({ type: federatedType, objects }) => ({ type: federatedType, objects }),
      });
    },
  );
}
