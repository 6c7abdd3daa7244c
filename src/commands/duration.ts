import { InvalidArgumentError } from "commander";

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** setTimeout takes no more; a longer wait would fire at once. */
const longestMs = 2_147_483_647;

/** A flag's duration in milliseconds: Go's form (`90s`, `1m30s`, `500ms`) or whole seconds. */
export function parseDuration(text: string): number {
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : goDurationMs(text);
  if (ms === undefined) throw new InvalidArgumentError("a duration such as 30s, 1m30s or 500ms is wanted.");
  if (ms <= 0 || ms > longestMs) throw new InvalidArgumentError("it must be greater than zero and less than 24 days.");
  return ms;
}

function goDurationMs(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (unitMs[unit ?? ""] ?? 0);
  }
  return Math.round(total);
}
