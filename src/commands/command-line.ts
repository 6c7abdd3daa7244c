import type { Command, Option } from "commander";
import { ExitCode, FedctlError } from "../errors.ts";
import { type Argument, type FindFlag, type Flag, type GivenFlag, readArguments } from "./argv.ts";
import { abbreviated } from "./aws-option.ts";
import { logFlags, verbosityFlag } from "./log-flags.ts";

/** A command line as Commander is to see it. */
export interface CommandLine {
  /** The innermost command that is named. */
  readonly command: Command;
  /** For `command`, without its name: flags in one spelling, then `--`, then positional arguments. */
  readonly args: readonly string[];
  /** `--help`, `help COMMAND`, or a group of commands without one of them. */
  readonly wantsHelp: boolean;
}

/** Go's strconv.ParseBool, which kubefedctl's flags follow. */
const goTrue = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const goFalse = new Set(["0", "f", "F", "false", "FALSE", "False"]);

/**
 * Finds the command and spells its arguments in the one way that Commander reads as it is meant (decision 0055).
 * @throws FedctlError Usage for a value that a flag does not take, or lacks
 */
export function readCommandLine(argv: readonly string[], program: Command): CommandLine {
  const { command, rest, asksForHelp } = findCommand(argv, program);
  const refuse = usageOf(command);
  const { flags, unknown, positionals } = sorted(readArguments(rest, findWithAbbreviations(command, refuse)));
  for (const given of flags) checkValue(given, refuse);
  const booleans = readBooleans(flags, refuse);
  const isGroup = command.commands.length > 0;
  // An unknown flag in front of all else: Commander names it, and the nearest that there is.
  const spelt = [...unknown, ...spellValues(flags, command), ...spellBooleans(booleans, command)];
  const behind = positionals.length === 0 ? [] : ["--", ...positionals];
  // A command that does not exist is what is wrong, whatever flags it was given, and there is no help to it.
  if (isGroup && positionals.length > 0) return { command, args: positionals, wantsHelp: false };
  const wantsHelp = asksForHelp || booleans.get("help") === true || (isGroup && spelt.length === 0);
  return { command, args: [...spelt, ...behind], wantsHelp };
}

interface Sorted {
  readonly flags: readonly GivenFlag[];
  readonly unknown: readonly string[];
  readonly positionals: readonly string[];
}

function sorted(given: readonly Argument[]): Sorted {
  return {
    flags: given.filter((argument) => argument.kind === "flag"),
    unknown: given.filter((argument) => argument.kind === "unknown").map(({ text }) => text),
    positionals: given.filter((argument) => argument.kind === "positional").map(({ text }) => text),
  };
}

/** The path of a command in hints: `fedctl get clusters`. */
export function commandPath(command: Command): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`;
}

/** `--json` anywhere on a command line, also on one that is wrong. */
export function wantsJson(argv: readonly string[], program: Command): boolean {
  const given = readArguments(argv, findIn(allCommands(program)));
  const last = given.filter(
    (argument): argument is GivenFlag => argument.kind === "flag" && argument.flag.name === "json",
  );
  return last.length > 0 && !goFalse.has(last.at(-1)?.value ?? "true");
}

interface Found {
  readonly command: Command;
  /** The arguments without those that named the command. */
  readonly rest: readonly string[];
  /** `help` stood before the command. */
  readonly asksForHelp: boolean;
}

/** Flags may stand before the command, too: whether a flag takes the next argument is then asked of all commands. */
function findCommand(argv: readonly string[], program: Command): Found {
  const given = readArguments(argv, findIn([program, ...allCommands(program)]));
  const names = given.filter((argument) => argument.kind === "positional");
  const taken = new Set<number>();
  let command = program;
  let asksForHelp = false;
  for (const { text, index } of names.filter((name) => !name.isBehindDashes)) {
    const child = childOf(command, text);
    if (child !== undefined) command = child;
    else if (text === "help" && command.commands.length > 0) asksForHelp = true;
    else break;
    taken.add(index);
  }
  return { command, rest: argv.filter((_, index) => !taken.has(index)), asksForHelp };
}

/** The command of a group that goes by this name. */
export function childOf(command: Command, name: string): Command | undefined {
  return command.commands.find((child) => child.name() === name || child.aliases().includes(name));
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}

const helpFlag: Flag = { name: "help", takesValue: false };

/** The flags of these commands, the first having the say, and those that every command takes. */
function findIn(commands: readonly Command[]): FindFlag {
  const flags = new Map<string, Flag>(logFlags.map((flag) => [`--${flag.name}`, flag]));
  const add = (spelling: string | undefined, flag: Flag): void => {
    if (spelling !== undefined && !flags.has(spelling)) flags.set(spelling, flag);
  };
  add("-v", flags.get("--v") ?? { name: verbosityFlag, takesValue: true });
  for (const option of commands.flatMap((command) => command.options)) {
    const flag = flagOf(option);
    add(option.long, flag);
    add(option.short, flag);
  }
  add("--help", helpFlag);
  add("-h", helpFlag);
  return (spelling) => flags.get(spelling);
}

/** As {@link findIn}; what is no flag as it stands may be the beginning of one that aws has. */
function findWithAbbreviations(command: Command, refuse: Refuse): FindFlag {
  const find = findIn([command]);
  return (spelling) => {
    const exact = find(spelling);
    if (exact !== undefined) return exact;
    const [option, ...others] = abbreviated(spelling, command);
    if (others.length === 0) return option === undefined ? undefined : flagOf(option);
    const names = [option, ...others].map((each) => each?.long ?? "").sort();
    throw refuse(`ambiguous option: ${spelling} could match ${names.join(", ")}`);
  };
}

function flagOf(option: Option): Flag {
  return { name: nameOf(option), takesValue: option.required || option.optional };
}

function nameOf({ long, short }: Option): string {
  return (long ?? short ?? "").replace(/^-+/, "");
}

type Refuse = (message: string) => FedctlError;

export function usageOf(command: Command): Refuse {
  return (message) =>
    new FedctlError("Usage", message, { exitCode: ExitCode.Usage, hint: `see "${commandPath(command)} --help"` });
}

function checkValue({ flag, value }: GivenFlag, refuse: Refuse): void {
  if (!flag.takesValue) return;
  if (value === undefined) throw refuse(`flag needs a value: --${flag.name}`);
  const isAccepted = logFlags.find(({ name }) => name === flag.name)?.accepts(value) ?? true;
  if (!isAccepted) throw refuse(`invalid argument "${value}" for "--${flag.name}"`);
}

/** By name what each boolean is at last: `--dry-run --dry-run=false` is no dry run. */
function readBooleans(flags: readonly GivenFlag[], refuse: Refuse): ReadonlyMap<string, boolean> {
  const booleans = new Map<string, boolean>();
  for (const { flag, value = "true" } of flags.filter((given) => !given.flag.takesValue)) {
    if (!goTrue.has(value) && !goFalse.has(value)) {
      throw refuse(`invalid argument "${value}" for "--${flag.name}": true or false is wanted`);
    }
    const positive = flag.name.replace(/^no-/, "");
    booleans.set(positive, goTrue.has(value) === (positive === flag.name));
  }
  return booleans;
}

function spellBooleans(booleans: ReadonlyMap<string, boolean>, command: Command): string[] {
  const spellings = [...booleans].map(([name, value]) => `--${value ? "" : "no-"}${name}`);
  // What is false already cannot be said to Commander, and needs no saying.
  return spellings.filter((spelling) => command.options.some(({ long }) => long === spelling));
}

/** Log flags that no command knows have done their work by being accepted. */
function spellValues(flags: readonly GivenFlag[], command: Command): string[] {
  return flags.flatMap(({ flag, value = "" }) => {
    const option = command.options.find((each) => nameOf(each) === flag.name);
    if (!flag.takesValue || option === undefined) return [];
    // An empty value counts as not given; of a fixed choice Commander would refuse it.
    if (value === "" && option.argChoices !== undefined) return [];
    return [`--${flag.name}=${value}`];
  });
}
