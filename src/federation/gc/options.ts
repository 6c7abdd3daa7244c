import type { HostOptions } from "../deps.ts";

export interface GcOptions extends HostOptions {
  /** Remove what was found. Without, it is only told. */
  readonly yes: boolean;
  /** Contexts of the clusters to look at besides the host's own namespace. Empty: those of the joined clusters, and the host. */
  readonly clusterContexts: readonly string[];
}
