/** A flag as far as reading a command line goes. */
export interface Flag {
  /** Long name without dashes. */
  readonly name: string;
  /** A flag without a value is a boolean: its value, if any, follows a `=`. */
  readonly takesValue: boolean;
}

/** Finds the flag of a spelling without value: `--dry-run`, `-n`. */
export type FindFlag = (spelling: string) => Flag | undefined;

interface Place {
  /** In the arguments that were read. */
  readonly index: number;
}

export interface Positional extends Place {
  readonly kind: "positional";
  readonly text: string;
  /** Behind `--`, where nothing names a command. */
  readonly isBehindDashes: boolean;
}

export interface GivenFlag extends Place {
  readonly kind: "flag";
  readonly flag: Flag;
  /** Undefined for a boolean without one, and where the command line ends too early. */
  readonly value: string | undefined;
}

export interface UnknownFlag extends Place {
  readonly kind: "unknown";
  readonly text: string;
}

export type Argument = Positional | GivenFlag | UnknownFlag;

/**
 * Reads arguments by the rules of kubefedctl's flag library: `--flag value`, `--flag=value`, `--flag_name`, `-f value`,
 * `-fvalue`, `-f=value`, groups of short booleans whose last may take a value (`-cto yaml`), flags and positional
 * arguments in any order, and nothing but positional ones behind `--`. A value may look like a flag.
 */
export function readArguments(argv: readonly string[], find: FindFlag): Argument[] {
  const found: Argument[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const text = argv[index] ?? "";
    if (text === "--")
      return [...found, ...argv.slice(index + 1).map((each, at) => behindDashes(each, index + 1 + at))];
    if (!isFlag(text)) {
      found.push({ kind: "positional", text, index, isBehindDashes: false });
      continue;
    }
    const read = text.startsWith("--") ? readLong(text, index, find) : readShorts(text, index, find);
    const last = read.at(-1);
    if (last?.kind === "flag" && last.flag.takesValue && last.value === undefined) {
      index += 1;
      read[read.length - 1] = { ...last, value: argv[index] };
    }
    found.push(...read);
  }
  return found;
}

function behindDashes(text: string, index: number): Positional {
  return { kind: "positional", text, index, isBehindDashes: true };
}

/** A dash alone is a value: standard input. */
function isFlag(text: string): boolean {
  return text.startsWith("-") && text !== "-";
}

function readLong(text: string, index: number, find: FindFlag): Argument[] {
  const [spelling, value] = splitAt(text, text.indexOf("="));
  const flag = find(`--${spelling.slice(2).replaceAll("_", "-")}`);
  return [flag === undefined ? { kind: "unknown", text: spelling, index } : { kind: "flag", flag, value, index }];
}

function readShorts(text: string, index: number, find: FindFlag): Argument[] {
  const found: Argument[] = [];
  for (let at = 1; at < text.length; at += 1) {
    const flag = find(`-${text.charAt(at)}`);
    if (flag === undefined) return [...found, { kind: "unknown", text: `-${text.slice(at)}`, index }];
    const rest = text.slice(at + 1);
    const ends = rest.startsWith("=") || (flag.takesValue && rest !== "");
    found.push({ kind: "flag", flag, value: ends ? rest.replace(/^=/, "") : undefined, index });
    if (ends) break;
  }
  return found;
}

function splitAt(text: string, at: number): readonly [string, string | undefined] {
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
