import { Chalk } from "chalk";

type Paint = (text: string) => string;

/** Colours by meaning. They never carry it alone: the word is always there too. */
export interface Palette {
  readonly good: Paint;
  readonly caution: Paint;
  readonly bad: Paint;
  readonly quiet: Paint;
  readonly strong: Paint;
}

export function palette(enabled: boolean): Palette {
  const chalk = new Chalk({ level: enabled ? 1 : 0 });
  return { good: chalk.green, caution: chalk.yellow, bad: chalk.red, quiet: chalk.dim, strong: chalk.bold };
}
