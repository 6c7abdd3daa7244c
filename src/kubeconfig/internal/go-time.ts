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
  const range = outOfRange(text);
  if (range !== undefined) throw new TextError(`parsing time ${JSON.stringify(text)}: ${range} out of range`);
  return Date.parse(text.replace(",", ".").replace(/T(\d):/, "T0$1:"));
}

/** Which part of a well-formed time no calendar or clock knows. */
function outOfRange(text: string): string | undefined {
  const numbers = (text.match(/\d+/g) ?? []).map(Number);
  const lastDay = new Date(Date.UTC(numbers[0] ?? 0, numbers[1] ?? 0, 0)).getUTCDate();
  const limits: readonly (readonly [part: string, at: number, least: number, most: number])[] = [
    ["month", 1, 1, 12],
    ["hour", 3, 0, 23],
    ["minute", 4, 0, 59],
    ["second", 5, 0, 59],
    ["day", 2, 1, lastDay],
  ];
  const isOutside = (value: number, least: number, most: number): boolean => value < least || value > most;
  return limits.find(([, at, least, most]) => isOutside(numbers[at] ?? 0, least, most))?.[0];
}
