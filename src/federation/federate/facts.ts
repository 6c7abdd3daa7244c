import type { FederatedTypeConfig, KubeFedCluster } from "../kubefed-types.ts";
import type { Warning } from "../report.ts";
import type { AnnotatedObjects } from "./annotated-objects.ts";
import type { SkippedType } from "./content-types.ts";
import type { Standing } from "./existing.ts";
import type { FederatedType } from "./federated-type.ts";
import type { ObjectStore } from "./object-store.ts";
import type { SkippedObject } from "./selection.ts";

/** An object that is to be federated: its name, and how its federated object stands. Small, since there may be many. */
export interface FoundObject extends Standing {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** Objects of one type that are to be federated. */
export interface Source {
  readonly type: FederatedType;
  /** By namespace and name. */
  readonly found: readonly FoundObject[];
  readonly annotated: AnnotatedObjects;
  /** The objects themselves. */
  readonly objects: ObjectStore;
}

/** All that the plan is made of. */
export interface FederateFacts {
  /** Context of the host cluster. */
  readonly cluster: string;
  /** Context of the cluster that the objects come from. */
  readonly sourceCluster: string;
  /** Every FederatedTypeConfig of the control plane. */
  readonly typeConfigs: readonly FederatedTypeConfig[];
  /** The registered clusters; undefined where they could not or need not be read. */
  readonly members: readonly KubeFedCluster[] | undefined;
  /** The registered cluster that is the host itself. */
  readonly hostMember: KubeFedCluster | undefined;
  /** What the user named or selected. */
  readonly subject: Source;
  /** With `--contents`: the types that have objects to take, by namespace and group-qualified name. */
  readonly contents: readonly Source[];
  /** Objects that were named and that no other cluster can have. */
  readonly refused: readonly SkippedObject[];
  /** Namespaces that were named and are being deleted. */
  readonly terminating: readonly string[];
  readonly skipped: readonly SkippedObject[];
  readonly skippedTypes: readonly SkippedType[];
  /** Namespaces that would have to be federated for what is in them to propagate, and are not. */
  readonly unfederatedNamespaces: readonly string[];
  /** Namespaces that federated objects are to be made in, and that the host does not have. */
  readonly missingNamespaces: readonly string[];
  /** What was noticed while reading. */
  readonly warnings: readonly Warning[];
}
