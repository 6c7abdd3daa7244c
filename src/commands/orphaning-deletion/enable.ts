import { Command } from "commander";
import type { Execute } from "../execute.ts";
import { changeOrphaningAction, type Run, runChange } from "./change.ts";

export function enableOrphaningCommand(execute: Execute, run: Run = runChange): Command {
  const command = new Command("enable").summary(
    "keep what federated objects placed in the clusters when they are deleted",
  );
  return changeOrphaningAction(command, "enable", { execute, run });
}
