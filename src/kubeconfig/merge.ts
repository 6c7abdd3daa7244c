import { byteOrder } from "./byte-order.ts";
import { emptyConfig } from "./parse.ts";
import type { RawConfig } from "./types.ts";

/**
 * Merges kubeconfigs in order of precedence: of entries with the same name the first wins as a whole,
 * and so does the first current-context that is set. Entries come out sorted by name.
 */
export function mergeConfigs(configs: readonly RawConfig[]): RawConfig {
  return configs.reduce(mergeTwo, emptyConfig);
}

function mergeTwo(first: RawConfig, second: RawConfig): RawConfig {
  return {
    preferences: {
      colors: first.preferences.colors || second.preferences.colors,
      extensions: firstWins(first.preferences.extensions, second.preferences.extensions),
    },
    extensions: firstWins(first.extensions, second.extensions),
    clusters: firstWins(first.clusters, second.clusters),
    users: firstWins(first.users, second.users),
    contexts: firstWins(first.contexts, second.contexts),
    currentContext: first.currentContext === "" ? second.currentContext : first.currentContext,
  };
}

function firstWins<T>(first: ReadonlyMap<string, T>, second: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  if (first.size === 0 && isSorted(second)) return second;
  return new Map([...second, ...first].sort(([a], [b]) => byteOrder(a, b)));
}

function isSorted(entries: ReadonlyMap<string, unknown>): boolean {
  let last = "";
  for (const name of entries.keys()) {
    if (byteOrder(last, name) > 0) return false;
    last = name;
  }
  return true;
}
