import { TextError } from "./text-error.ts";

const layout = "2006-01-02T15:04:05Z07:00";
const elements: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}/, "2006"],
  [/^-/, "-"],
  [/^\d{2}/, "01"],
  [/^-/, "-"],
  [/^\d{2}/, "02"],
  [/^T/, "T"],
  [/^\d{1,2}/, "15"],
  [/^:/, ":"],
  [/^\d{2}/, "04"],
  [/^:/, ":"],
  [/^\d{2}(?:[.,]\d+)?/, "05"],
  [/^(?:Z|[+-]\d{2}:\d{2})/, "Z07:00"],
];

/** Milliseconds since the epoch of an RFC 3339 time. @throws TextError in the words of Go's time.Parse */
export function parseGoTime(text: string): number {
  let rest = text;
  for (const [pattern, element] of elements) {
    const found = pattern.exec(rest);
    if (found === null) {
      throw new TextError(
        `parsing time ${JSON.stringify(text)} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${element}"`,
      );
    }
    rest = rest.slice(found[0].length);
  }
  if (rest !== "") throw new TextError(`parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`);
  const time = Date.parse(text.replace(",", ".").replace(/T(\d):/, "T0$1:"));
  if (Number.isNaN(time)) throw new TextError(`parsing time ${JSON.stringify(text)}: day out of range`);
  return time;
}
