import { Command } from "commander";
import { ExitCode, FedctlError } from "../../errors.ts";
import type { Execute } from "../execute.ts";
import { disableOrphaningCommand } from "./disable.ts";
import { enableOrphaningCommand } from "./enable.ts";
import { orphaningStatusCommand } from "./status.ts";

/** Alone it prints its help, as kubefedctl does; kubefedctl's own examples call it `orphaning`. */
export function orphaningDeletionCommand(execute: Execute): Command {
  return new Command("orphaning-deletion")
    .alias("orphaning")
    .summary("whether objects stay in the clusters when their federated object is deleted")
    .addCommand(enableOrphaningCommand(execute))
    .addCommand(disableOrphaningCommand(execute))
    .addCommand(orphaningStatusCommand(execute))
    .usage("[options] [command]")
    .argument("[words...]")
    .action(([unknown]: string[], _flags: object, command: Command) => {
      if (unknown !== undefined) {
        throw new FedctlError("Usage", `unknown command '${unknown}'`, {
          exitCode: ExitCode.Usage,
          hint: 'see "fedctl orphaning-deletion --help"',
        });
      }
      command.outputHelp();
    });
}
