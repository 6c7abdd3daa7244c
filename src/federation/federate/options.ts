import type { FederatedObject } from "../kubefed-types.ts";
import type { HostOptions } from "../deps.ts";
import type { SkippedType } from "./content-types.ts";
import type { SkippedObject } from "./selection.ts";

export interface FederateOptions extends HostOptions {
  /** Plural, singular, kind, short name or group-qualified plural. */
  readonly type: string;
  readonly name: string;
  /** Default: the namespace of the host cluster's context. Means nothing for cluster-scoped types. */
  readonly namespace?: string | undefined;
  /** Of a namespace: also what is in it. */
  readonly contents: boolean;
  /** Enable types that are not enabled, and repair those whose federated CRD is gone. */
  readonly enableType: boolean;
  /** With `contents`: types or groups to leave out. */
  readonly skipApiResources: readonly string[];
  /** Only build the objects; nothing is written, and KubeFed need not be installed. */
  readonly output?: "yaml" | undefined;
}

/** An object of the host cluster that is, or would be, federated. */
export interface TakenObject {
  /** Group-qualified plural. */
  readonly type: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface FederateResult {
  /** Context of the host cluster. */
  readonly cluster: string;
  /** The object that was named, then the contents: types by group-qualified name, objects by name. */
  readonly objects: readonly FederatedObject[];
  readonly taken: readonly TakenObject[];
  readonly skipped: readonly SkippedObject[];
  readonly skippedTypes: readonly SkippedType[];
}
