import { Command, CommanderError } from "commander";
import { ExitCode, FedctlError } from "../errors.ts";
import { normaliseArgv } from "./argv.ts";
import type { Deps } from "./deps.ts";
import { enableCommand } from "./enable.ts";
import { executor } from "./execute.ts";
import { federateCommand } from "./federate.ts";
import { getCommand } from "./get/get.ts";
import { installCommand } from "./install.ts";
import { joinCommand } from "./join.ts";
import { uninstallCommand } from "./uninstall.ts";
import { unjoinCommand } from "./unjoin.ts";
import { versionCommand } from "./version.ts";

export interface ProgramEnd {
  /** True when a JSON document stands on stdout, also one that tells of the error. */
  readonly jsonPrinted: boolean;
  readonly error: unknown;
}

/** Runs a command line; never throws, the error is in the answer. */
export async function runProgram(argv: readonly string[], deps: Deps): Promise<ProgramEnd> {
  let jsonPrinted = false;
  const program = buildProgram(deps, () => {
    jsonPrinted = true;
  });
  try {
    const normalised = normaliseArgv(argv, booleanFlags(program));
    if (normalised.length === 0) program.outputHelp();
    else await program.parseAsync(normalised, { from: "user" });
    return { jsonPrinted, error: undefined };
  } catch (error) {
    return { jsonPrinted, error: error instanceof CommanderError ? usageError(error, argv) : error };
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
    joinCommand(execute),
    getCommand(execute, deps.clock),
    enableCommand(execute, deps),
    federateCommand(execute),
    unjoinCommand(execute),
    uninstallCommand(execute),
    versionCommand(execute, deps.version),
  ];
  for (const command of commands) program.addCommand(command);
  inherit(program);
  return program;
}

/** addCommand() hands exitOverride and configureOutput to nobody: without this a usage error would end the process. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inherit(child);
  }
}

function booleanFlags(command: Command): Map<string, { negatable: boolean }> {
  const flags = new Map<string, { negatable: boolean }>();
  for (const option of command.options.filter((each) => each.isBoolean() || each.negate)) {
    const name = (option.long ?? "").replace(/^--(no-)?/, "");
    flags.set(name, { negatable: option.negate || flags.get(name)?.negatable === true });
  }
  for (const child of command.commands) for (const [name, flag] of booleanFlags(child)) flags.set(name, flag);
  return flags;
}

/** Commander's own error as ours; help and version are no error. */
function usageError(error: CommanderError, argv: readonly string[]): FedctlError | undefined {
  if (error.exitCode === 0) return undefined;
  const command = argv.filter((argument) => !argument.startsWith("-"))[0];
  const known = error.code !== "commander.unknownCommand" && command !== undefined;
  const message =
    error.code === "commander.help"
      ? "a subcommand is required"
      : error.message.replace(/^error: /, "").replace(/\.$/, "");
  return new FedctlError("Usage", message, {
    exitCode: ExitCode.Usage,
    hint: `see "fedctl ${known ? `${command} ` : ""}--help"`,
  });
}
