import type { DiffResult } from "../engine/diff.ts";
import { inOrderOf } from "../output/order.ts";
import { objectName } from "../output/text.ts";
import type { Palette } from "../output/colour.ts";
import { patchOf, renderObjectDiffs, type TwoStates } from "../output/object-diff.ts";

/** What a person reads of differences. */
export function renderDiffs({ diffs, differs, incomplete, objects }: DiffResult, colours: Palette): string {
  const nothing = differs === undefined && incomplete === undefined;
  const what = objects === 1 ? "1 federated object" : `${objects} federated objects`;
  return nothing ? `${what} compared: nothing differs\n` : renderObjectDiffs(sorted(diffs).map(statesOf), colours);
}

/** The same for scripts. */
export function describeDiffs({ diffs }: DiffResult): readonly object[] {
  return sorted(diffs).map((diff) => {
    const { cluster, object, action } = diff.change;
    return {
      cluster,
      object: { ...object, namespace: object.namespace ?? null },
      action,
      diff: patchOf(statesOf(diff)),
    };
  });
}

/** As the table of changes is. */
function sorted(diffs: DiffResult["diffs"]): DiffResult["diffs"] {
  return inOrderOf(diffs, ({ change }) => change);
}

function statesOf({ change, before, after }: DiffResult["diffs"][number]): TwoStates {
  const { namespace } = change.object;
  const where = namespace === undefined ? "" : `${namespace} `;
  return { title: `${change.cluster} ${where}${objectName(change.object)}`, before, after };
}
