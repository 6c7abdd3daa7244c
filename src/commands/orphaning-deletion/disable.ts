import { Command } from "commander";
import type { Execute } from "../execute.ts";
import { changeOrphaningAction, type Run, runChange } from "./change.ts";

export function disableOrphaningCommand(execute: Execute, run: Run = runChange): Command {
  const command = new Command("disable").summary(
    "delete what federated objects placed in the clusters together with them",
  );
  return changeOrphaningAction(command, "disable", { execute, run });
}
