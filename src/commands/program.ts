import { Command, CommanderError } from "commander";
import type { FedctlError } from "../errors.ts";
import { type CommandLine, readCommandLine, usageOf, wantsJson } from "./command-line.ts";
import { configCommand } from "./config/config.ts";
import { controllerCommand } from "./controller.ts";
import type { Deps } from "./deps.ts";
import { diffCommand } from "./diff.ts";
import { disableCommand } from "./disable.ts";
import { eksCommand } from "./eks/eks.ts";
import { enableCommand } from "./enable.ts";
import { executor } from "./execute.ts";
import { federateCommand } from "./federate.ts";
import { gcCommand } from "./gc.ts";
import { getCommand } from "./get/get.ts";
import { installCommand } from "./install.ts";
import { joinCommand } from "./join.ts";
import { orphaningDeletionCommand } from "./orphaning-deletion/orphaning-deletion.ts";
import { syncCommand } from "./sync.ts";
import { uninstallCommand } from "./uninstall.ts";
import { unjoinCommand } from "./unjoin.ts";
import { versionCommand } from "./version.ts";

export interface ProgramEnd {
  /** True when `--json` was asked for and no document stands on stdout. */
  readonly jsonMissing: boolean;
  readonly error: unknown;
}

/** Runs a command line; never throws, the error is in the answer. */
export async function runProgram(argv: readonly string[], deps: Deps): Promise<ProgramEnd> {
  const json = { printed: false };
  const program = buildProgram(deps, () => {
    json.printed = true;
  });
  const error = await run(argv, program);
  return { jsonMissing: !json.printed && wantsJson(argv, program), error };
}

async function run(argv: readonly string[], program: Command): Promise<unknown> {
  let line: CommandLine | undefined;
  try {
    line = readCommandLine(argv, program);
    if (line.wantsHelp) line.command.outputHelp();
    else await line.command.parseAsync(line.args, { from: "user" });
    return undefined;
  } catch (error) {
    return error instanceof CommanderError ? usageError(error, line?.command ?? program) : error;
  }
}

function buildProgram(deps: Deps, onJsonPrinted: () => void): Command {
  const { out } = deps.streams;
  const program = new Command("fedctl")
    .description("Federate Kubernetes clusters with KubeFed objects.")
    .version(deps.version.version, "-V, --version", "print the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        out.write(text);
      },
      // Errors are printed once, by main.
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => out.columns ?? 100,
    });
  const execute = executor(deps, onJsonPrinted);
  const commands = [
    installCommand(execute),
    joinCommand(execute, deps),
    getCommand(execute, deps.clock),
    enableCommand(execute, deps),
    disableCommand(execute),
    federateCommand(execute, deps),
    diffCommand(execute),
    syncCommand(execute),
    orphaningDeletionCommand(execute),
    unjoinCommand(execute, deps),
    gcCommand(execute),
    uninstallCommand(execute),
    controllerCommand(execute, deps),
    eksCommand(execute, { deps, onJsonPrinted }),
    configCommand({ deps, onJsonPrinted }),
    versionCommand(execute, deps.version),
  ];
  for (const command of commands) program.addCommand(command);
  inherit(program);
  program.addHelpText(
    "after",
    "\nkubefedctl's log flags (--logtostderr, --vmodule, ...) are accepted anywhere and ignored, but for -v.",
  );
  return program;
}

/** addCommand() hands exitOverride and configureOutput to nobody: without this a usage error would end the process. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inherit(child);
  }
}

/** Commander's own error as ours; help and version are no error. */
function usageError(error: CommanderError, command: Command): FedctlError | undefined {
  if (error.exitCode === 0) return undefined;
  const message = error.message.replace(/^error: /, "").replace(/\.$/, "");
  return usageOf(command)(message);
}
