import { quoted, suggestCommand } from "../suggest.ts";
import type { JoinOptions } from "./options.ts";

/** The command that goes on with joins: the same as was given, for these clusters. */
export function joinAgain(options: Omit<JoinOptions, "clusterName">, clusterNames: readonly string[]): string {
  const flags: readonly (readonly [string, string | undefined])[] = [
    ["cluster-context", options.clusterContext],
    ["host-cluster-name", options.hostClusterName],
    ["secret-name", options.secretName],
    ["api-endpoint", options.apiEndpoint],
    ["ca-file", options.caPem === undefined ? undefined : "<file>"],
    ["rbac", options.rbac],
    ...(options.source?.flags ?? []),
    ...Object.entries(options.labels ?? {}).map(([key, value]) => ["label", `${key}=${value}`] as const),
  ];
  const words = [
    "join",
    ...clusterNames,
    ...flags.flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`, quoted(value)])),
    ...(options.errorOnExisting ? [] : ["--error-on-existing=false"]),
    ...(options.skipEndpointCheck === true ? ["--no-check-endpoint"] : []),
    ...(options.waitMs === undefined ? [] : ["--wait", "--timeout", `${options.waitMs}ms`]),
  ];
  return suggestCommand(words.join(" "), options);
}
