import { afterAll, afterEach, beforeAll } from "vitest";
import { type ClusterPair, startClusterPair } from "./cluster-pair.ts";
import { type EngineFederation, openEngineFederation } from "./engine-runs.ts";

/** Two clusters for all tests of the file that calls this: there before the first, gone after the last. */
export function pairForFile(): ClusterPair {
  const pair = {} as ClusterPair; // Filled before any test reads it.
  beforeAll(async () => {
    Object.assign(pair, await startClusterPair());
  });
  afterAll(() => pair.stop());
  return pair;
}

/** The same for tests that join and unjoin: each finds no roles of the ones before it. */
export function clearedPairForFile(): ClusterPair {
  const pair = pairForFile();
  afterEach(() => pair.clear());
  return pair;
}

/** Two clusters and a control plane that both are members of. */
export function federationForFile(): { readonly pair: ClusterPair; readonly federation: EngineFederation } {
  const pair = pairForFile();
  const federation = {} as EngineFederation; // Filled before any test reads it.
  beforeAll(async () => {
    Object.assign(federation, await openEngineFederation(pair));
  });
  return { pair, federation };
}
