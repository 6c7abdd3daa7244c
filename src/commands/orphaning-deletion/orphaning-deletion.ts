import { Command } from "commander";
import type { Execute } from "../execute.ts";
import { disableOrphaningCommand } from "./disable.ts";
import { enableOrphaningCommand } from "./enable.ts";
import { orphaningStatusCommand } from "./status.ts";

/** kubefedctl's own examples call it `orphaning`. */
export function orphaningDeletionCommand(execute: Execute): Command {
  return new Command("orphaning-deletion")
    .alias("orphaning")
    .summary("whether objects stay in the clusters when their federated object is deleted")
    .addCommand(enableOrphaningCommand(execute))
    .addCommand(disableOrphaningCommand(execute))
    .addCommand(orphaningStatusCommand(execute));
}
