import { Command } from "commander";
import type { Deps } from "../deps.ts";
import { getTokenCommand } from "./get-token.ts";

export function eksCommand(deps: Deps): Command {
  return new Command("eks")
    .summary("kubeconfigs and tokens of EKS clusters, without the AWS CLI")
    .addCommand(getTokenCommand(deps));
}
