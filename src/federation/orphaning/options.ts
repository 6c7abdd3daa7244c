import type { HostOptions } from "../deps.ts";

/** Which objects of one federated type are meant. */
export interface OrphaningSelection extends HostOptions {
  /** The federated type: plural, singular, kind, short name or group-qualified plural. */
  readonly type: string;
  /** Empty: all, or those that the label selector chooses. */
  readonly names: readonly string[];
  /** Default: the namespace of the host cluster's context; of a federated namespace, that namespace itself. */
  readonly namespace?: string | undefined;
  readonly allNamespaces: boolean;
  readonly labelSelector?: string | undefined;
}

export interface OrphaningOptions extends OrphaningSelection {
  /** Whether the objects in the clusters are to stay when the federated object goes. */
  readonly orphaning: "enable" | "disable";
}

/** A federated object, and whether what it placed in the clusters outlives it. */
export interface OrphaningState {
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly orphaning: "Enabled" | "Disabled";
}

export interface OrphaningResult {
  /** Context of the host cluster. */
  readonly cluster: string;
  /** Group-qualified plural of the federated type. */
  readonly type: string;
  readonly objects: readonly OrphaningState[];
}
