import type { DiffResult } from "../engine/diff.ts";
import { objectName } from "../output/text.ts";
import type { Palette } from "../output/colour.ts";
import { patchOf, renderObjectDiffs, type TwoStates } from "../output/object-diff.ts";

/** What a person reads of differences. */
export function renderDiffs({ diffs }: DiffResult, colours: Palette): string {
  return renderObjectDiffs(diffs.map(statesOf), colours);
}

/** The same for scripts. */
export function describeDiffs({ diffs }: DiffResult): readonly object[] {
  return diffs.map((diff) => {
    const { cluster, object, action } = diff.change;
    return {
      cluster,
      object: { ...object, namespace: object.namespace ?? null },
      action,
      diff: patchOf(statesOf(diff)),
    };
  });
}

function statesOf({ change, before, after }: DiffResult["diffs"][number]): TwoStates {
  const { namespace } = change.object;
  const where = namespace === undefined ? "" : `${namespace} `;
  return { title: `${change.cluster} ${where}${objectName(change.object)}`, before, after };
}
