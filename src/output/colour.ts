type Paint = (text: string) => string;

/** Colours by meaning. They never carry it alone: the word is always there too. */
export interface Palette {
  readonly good: Paint;
  readonly caution: Paint;
  readonly bad: Paint;
  readonly quiet: Paint;
  readonly strong: Paint;
}

const same: Paint = (text) => text;
export const plain: Palette = { good: same, caution: same, bad: same, quiet: same, strong: same };

/** Loads what paints only where something is painted. */
export async function palette(enabled: boolean): Promise<Palette> {
  if (!enabled) return plain;
  const { Chalk } = await import("chalk");
  const chalk = new Chalk({ level: 1 });
  return { good: chalk.green, caution: chalk.yellow, bad: chalk.red, quiet: chalk.dim, strong: chalk.bold };
}
