import { Command } from "commander";
import { changeCommands } from "./change.ts";
import { listCommands } from "./list.ts";
import { careCommands } from "./care.ts";
import type { ConfigContext } from "./run-config.ts";
import { setCommands } from "./set.ts";
import { viewCommand } from "./view.ts";

/** `kubectl config`, without losing what it does not know, and what it lacks. */
export function configCommand(context: ConfigContext): Command {
  const command = new Command("config").summary("look at kubeconfig files and change them, byte for byte");
  const commands = [
    viewCommand(context),
    ...listCommands(context),
    ...changeCommands(context),
    ...setCommands(context),
    ...careCommands(context),
  ];
  for (const each of commands) command.addCommand(each);
  return command;
}
