import { type Command, Option } from "commander";

/** Who reads an option of the aws command line: its main parser first, then that of the command. */
export type AwsScope = "global" | "command";

/** An option that aws has, too. Scripts may write it shorter there, as long as it stays clear. */
export class AwsOption extends Option {
  readonly scope: AwsScope;

  constructor(scope: AwsScope, flags: string, description?: string) {
    super(flags, description);
    this.scope = scope;
  }
}

/**
 * The option that a beginning of a name means to aws, which matches its global options first; options of fedctl alone make
 * nothing unclear. Several: it is ambiguous, and these are meant.
 */
export function abbreviated(spelling: string, command: Command): readonly Option[] {
  if (!/^--\w/.test(spelling)) return [];
  const fitting = command.options.filter(
    (option): option is AwsOption => option instanceof AwsOption && option.long?.startsWith(spelling) === true,
  );
  const globals = fitting.filter(({ scope }) => scope === "global");
  return globals.length > 0 ? globals : fitting;
}
