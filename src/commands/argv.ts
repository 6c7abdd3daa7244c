import { ExitCode, FedctlError } from "../errors.ts";

/** Go's strconv.ParseBool, which kubefedctl's flags follow. */
const goTrue = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const goFalse = new Set(["0", "f", "F", "false", "FALSE", "False"]);

/** Long names, without dashes, of all boolean flags; `negatable` ones also exist as `--no-name`. */
export type BooleanFlags = ReadonlyMap<string, { readonly negatable: boolean }>;

/**
 * Turns the spellings that kubefedctl's flag library takes into those that Commander takes: `--flag_name` into `--flag-name`, and
 * `--flag=true|false` of a boolean flag into the flag, its negation, or nothing. Everything behind `--` is left alone.
 * @throws FedctlError Usage for a boolean flag with another value
 */
export function normaliseArgv(argv: readonly string[], booleans: BooleanFlags): string[] {
  const end = argv.indexOf("--");
  const flags = end === -1 ? argv : argv.slice(0, end);
  let normalised: string[] = [];
  for (const argument of flags) {
    const flag = parseLongFlag(argument);
    if (flag === undefined) normalised.push(argument);
    else normalised = withFlag(normalised, flag, booleans.get(flag.name));
  }
  return end === -1 ? normalised : [...normalised, ...argv.slice(end)];
}

interface LongFlag {
  readonly name: string;
  readonly value: string | undefined;
}

function parseLongFlag(argument: string): LongFlag | undefined {
  const match = /^--([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(argument);
  return match === null ? undefined : { name: (match[1] ?? "").replaceAll("_", "-"), value: match[2] };
}

function withFlag(
  earlier: readonly string[],
  { name, value }: LongFlag,
  boolean: { negatable: boolean } | undefined,
): string[] {
  const long = `--${name}`;
  if (value === undefined) return [...earlier, long];
  if (boolean === undefined) return [...earlier, `${long}=${value}`];
  if (goTrue.has(value)) return [...earlier, long];
  if (!goFalse.has(value)) {
    throw new FedctlError("Usage", `invalid argument "${value}" for "${long}": true or false is wanted`, {
      exitCode: ExitCode.Usage,
    });
  }
  // The last one wins, so `--dry-run --dry-run=false` is no dry run.
  return boolean.negatable ? [...earlier, `--no-${name}`] : earlier.filter((argument) => argument !== long);
}
