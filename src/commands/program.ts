import { Command, CommanderError } from "commander";
import type { FedctlError } from "../errors.ts";
import { childOf, type CommandLine, readCommandLine, usageOf, wantsJson } from "./command-line.ts";
import { configCommand } from "./config/config.ts";
import { controllerCommand } from "./controller.ts";
import type { Deps } from "./deps.ts";
import { diffCommand } from "./diff.ts";
import { disableCommand } from "./disable.ts";
import { eksCommand } from "./eks/eks.ts";
import { enableCommand } from "./enable.ts";
import { type Execute, executor } from "./execute.ts";
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
  const parts: Parts = {
    deps,
    execute: executor(deps, () => void (json.printed = true)),
    onJsonPrinted: () => void (json.printed = true),
  };
  const error = await run(argv, buildPart(argv, parts) ?? buildProgram(parts));
  const mayBeMissing = error !== undefined && !json.printed && argv.some((text) => text.startsWith("--json"));
  return { jsonMissing: mayBeMissing && wantsJson(argv, buildProgram(parts)), error };
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

/** What commands are made from. */
interface Parts {
  readonly deps: Deps;
  readonly execute: Execute;
  /** Called once a JSON document stands on stdout. */
  readonly onJsonPrinted: () => void;
}

/** By name, in the order of the help. */
const builders: ReadonlyMap<string, (parts: Parts) => Command> = new Map([
  ["install", ({ execute }) => installCommand(execute)],
  ["join", ({ execute, deps }) => joinCommand(execute, deps)],
  ["get", ({ execute, deps }) => getCommand(execute, deps.clock)],
  ["enable", ({ execute, deps }) => enableCommand(execute, deps)],
  ["disable", ({ execute }) => disableCommand(execute)],
  ["federate", ({ execute, deps }) => federateCommand(execute, deps)],
  ["diff", ({ execute }) => diffCommand(execute)],
  ["sync", ({ execute }) => syncCommand(execute)],
  ["orphaning-deletion", ({ execute }) => orphaningDeletionCommand(execute)],
  ["unjoin", ({ execute, deps }) => unjoinCommand(execute, deps)],
  ["gc", ({ execute }) => gcCommand(execute)],
  ["uninstall", ({ execute }) => uninstallCommand(execute)],
  ["controller", ({ execute, deps }) => controllerCommand(execute, deps)],
  ["eks", ({ execute, deps, onJsonPrinted }) => eksCommand(execute, { deps, onJsonPrinted })],
  ["config", ({ deps, onJsonPrinted }) => configCommand({ deps, onJsonPrinted })],
  ["version", ({ execute, deps }) => versionCommand(execute, deps.version)],
]);

function buildProgram(parts: Parts): Command {
  const program = emptyProgram(parts.deps);
  for (const build of builders.values()) program.addCommand(build(parts));
  inherit(program);
  return program;
}

/**
 * The program with the one command that the first words name: the others take longer to build than most commands to run.
 * Undefined when it takes all commands to tell what is meant: flags stand in front, or a word names none.
 */
function buildPart(argv: readonly string[], parts: Parts): Command | undefined {
  const [first = ""] = argv;
  const command = builders.get(first)?.(parts);
  if (command === undefined || !isNamedInFull(command, argv.slice(1))) return undefined;
  const program = emptyProgram(parts.deps);
  program.addCommand(command);
  inherit(program);
  return program;
}

/** A group needs the name of one of its commands, or nothing at all behind it. */
function isNamedInFull(command: Command, [next, ...rest]: readonly string[]): boolean {
  if (command.commands.length === 0 || next === undefined) return true;
  const child = childOf(command, next);
  return child !== undefined && isNamedInFull(child, rest);
}

function emptyProgram({ streams: { out }, version }: Deps): Command {
  return new Command("fedctl")
    .description("Federate Kubernetes clusters with KubeFed objects.")
    .version(version.version, "-V, --version", "print the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        out.write(text);
      },
      // Errors are printed once, by main.
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => out.columns ?? 100,
    })
    .addHelpText(
      "after",
      "\nkubefedctl's log flags (--logtostderr, --vmodule, ...) are accepted anywhere and ignored, but for -v.",
    );
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
