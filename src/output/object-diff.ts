import { createTwoFilesPatch } from "diff";
import type { Palette } from "./colour.ts";
import { renderYaml } from "./yaml.ts";

/** An object before and after; undefined: it is not there. */
export interface TwoStates {
  /** `vulcan configmap/settings`. */
  readonly title: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Unified diffs of YAML, one after the other. */
export function renderObjectDiffs(states: readonly TwoStates[], colours: Palette): string {
  return states.map((state) => paint(patchOf(state), colours)).join("");
}

/** The unified diff of one object, without colours. */
export function patchOf({ title, before, after }: TwoStates): string {
  const patch = createTwoFilesPatch(`${title} (is)`, `${title} (to be)`, yamlOf(before), yamlOf(after), "", "", {
    context: 3,
  });
  return patch.replace(/^=+\n/, "").replace(/^(---|\+\+\+ .*?)\t$/gm, "$1");
}

function yamlOf(object: unknown): string {
  return object === undefined ? "" : renderYaml(object);
}

function paint(patch: string, colours: Palette): string {
  const lines = patch.split("\n").map((line) => {
    if (line.startsWith("---") || line.startsWith("+++")) return colours.strong(line);
    if (line.startsWith("+")) return colours.good(line);
    return line.startsWith("-") ? colours.bad(line) : line;
  });
  return lines.join("\n");
}
