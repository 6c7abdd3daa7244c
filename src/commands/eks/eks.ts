import { Command } from "commander";
import type { Deps } from "../deps.ts";
import type { Execute } from "../execute.ts";
import { getTokenCommand } from "./get-token.ts";
import { listCommand } from "./list.ts";
import { updateKubeconfigCommand } from "./update-kubeconfig.ts";

export interface EksContext {
  readonly deps: Deps;
  /** Called once a JSON document stands on stdout. */
  readonly onJsonPrinted: () => void;
}

export function eksCommand(execute: Execute, context: EksContext): Command {
  return new Command("eks")
    .summary("kubeconfigs and tokens of EKS clusters, without the AWS CLI")
    .addCommand(getTokenCommand(context.deps))
    .addCommand(updateKubeconfigCommand(execute, context.deps))
    .addCommand(listCommand(context));
}
