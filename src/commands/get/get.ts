import { Command } from "commander";
import type { Clock } from "../../federation/deps.ts";
import type { Execute } from "../execute.ts";
import { getClustersCommand } from "./clusters.ts";

export function getCommand(execute: Execute, clock: Clock): Command {
  return new Command("get")
    .summary("show what a federation consists of")
    .addCommand(getClustersCommand(execute, clock));
}
