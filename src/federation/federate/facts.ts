import type { UnknownObject } from "../../kube/objects.ts";
import type { FederatedObject, FederatedTypeConfig } from "../kubefed-types.ts";
import type { Warning } from "../report.ts";
import type { SkippedType } from "./content-types.ts";
import type { FederatedType } from "./federated-type.ts";
import type { SkippedObject } from "./selection.ts";

/** Objects of one type that are to be federated, and the federated objects that are there already, by name. */
export interface Source {
  readonly type: FederatedType;
  readonly objects: readonly UnknownObject[];
  readonly existing: ReadonlyMap<string, FederatedObject>;
}

/** All that the plan is made of. */
export interface FederateFacts {
  /** Context of the host cluster. */
  readonly cluster: string;
  /** Every FederatedTypeConfig of the control plane. */
  readonly typeConfigs: readonly FederatedTypeConfig[];
  /** What the user named: one object. */
  readonly subject: Source;
  /** With `--contents`: the types that have objects to take, by group-qualified name. */
  readonly contents: readonly Source[];
  readonly skipped: readonly SkippedObject[];
  readonly skippedTypes: readonly SkippedType[];
  /** False when a namespaced object's namespace is not federated, though it would have to be. */
  readonly namespaceFederated: boolean;
  /** What was noticed while reading. */
  readonly warnings: readonly Warning[];
}
