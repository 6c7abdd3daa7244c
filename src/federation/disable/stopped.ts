import type { FederatedTypeConfig } from "../kubefed-types.ts";

/**
 * True when the controller has said, of the FederatedTypeConfig as it is now, that it does not propagate. One that is being
 * deleted is about to be stopped.
 */
export function isStopped({ metadata, status }: FederatedTypeConfig): boolean {
  if (metadata?.deletionTimestamp !== undefined) return true;
  if (status?.propagationController !== "NotRunning") return false;
  return metadata?.generation !== undefined && status.observedGeneration >= metadata.generation;
}
