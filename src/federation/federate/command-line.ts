import { suggestCommand } from "../suggest.ts";
import type { FederateOptions } from "./options.ts";

/** The command line that does the same again: what is done stays done. */
export function commandLineOf(options: FederateOptions): string {
  const { type, names, contents, enableType, skipApiResources, include, ignoreForbidden, onConflict } = options;
  const flags: readonly (string | false)[] = [
    ...placeFlags(options),
    contents && "--contents",
    enableType && "--enable-type",
    skipApiResources.length > 0 && `--skip-api-resources ${skipApiResources.join(",")}`,
    ...include.map((entry) => `--include ${entry}`),
    ignoreForbidden && "--ignore-forbidden",
    onConflict !== "fail" && `--on-conflict=${onConflict}`,
    ...placementFlags(options),
  ];
  return suggestCommand(["federate", type, ...names, ...flags.filter((flag) => flag !== false)].join(" "), options);
}

function placeFlags({ namespace, allNamespaces, selector, fromContext }: FederateOptions): readonly (string | false)[] {
  return [
    namespace !== undefined && `-n ${namespace}`,
    allNamespaces && "-A",
    selector !== undefined && `-l '${selector}'`,
    fromContext !== undefined && `--from-context ${fromContext}`,
  ];
}

function placementFlags({ clusters, clusterSelector }: FederateOptions): readonly (string | false)[] {
  const labels = Object.entries(clusterSelector ?? {}).map(([key, value]) => `${key}=${value}`);
  return [
    clusters !== undefined && `--clusters ${clusters.join(",")}`,
    clusterSelector !== undefined && `--cluster-selector ${labels.join(",")}`,
  ];
}
