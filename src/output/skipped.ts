import type { FederateResult } from "../federation/federate/options.ts";
import type { Palette } from "./colour.ts";
import { renderTable } from "./table.ts";

/** What `federate --contents` left out, and why: objects, and types that the user named. Empty when nothing was. */
export function renderSkipped(
  { skipped, skippedTypes }: Pick<FederateResult, "skipped" | "skippedTypes">,
  colours: Palette,
): string {
  const rows = [
    ...skippedTypes.filter(({ requested }) => requested).map(({ type, reason }) => [type, "*", reason]),
    ...skipped.map(({ type, name, reason }) => [type, name, reason]),
  ];
  if (rows.length === 0) return "";
  return renderTable([["SKIPPED", "NAME", "WHY"], ...rows], (cell, { row }) =>
    row === 0 ? colours.strong(cell) : colours.quiet(cell),
  );
}
