import type { Step } from "../step.ts";
import { orphanAnnotation } from "./facts.ts";
import type { MarkedObject, OrphaningFacts } from "./facts.ts";
import type { OrphaningOptions, OrphaningState } from "./options.ts";

/** What is to be done to each federated object, in the order of the facts. Pure. */
export function planOrphaning(
  { cluster, type, objects }: OrphaningFacts,
  { orphaning }: Pick<OrphaningOptions, "orphaning">,
): readonly Step[] {
  return objects.map((object) => {
    const reason = reasonToKeep(object, orphaning);
    const { name, namespace } = object;
    return {
      cluster,
      type,
      action: reason === undefined ? "update" : "keep",
      object: { metadata: { name, ...(namespace !== undefined && { namespace }) } },
      reason,
    };
  });
}

/** As kubefedctl has it: `disable` takes away "true" alone, since another value does not enable anything. */
export function reasonToKeep(object: MarkedObject, orphaning: OrphaningOptions["orphaning"]): string | undefined {
  const enabled = stateOf(object) === "Enabled";
  if (orphaning === "enable") return enabled ? "orphaning is enabled already" : undefined;
  if (enabled) return undefined;
  return object.value === undefined
    ? "orphaning is not enabled"
    : `orphaning is not enabled: ${orphanAnnotation} is another value than "true"`;
}

export function stateOf({ value }: Pick<MarkedObject, "value">): OrphaningState["orphaning"] {
  return value === "true" ? "Enabled" : "Disabled";
}
