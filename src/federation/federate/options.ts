import type { FederatedObject } from "../kubefed-types.ts";
import type { HostOptions } from "../deps.ts";
import type { SkippedType } from "./content-types.ts";
import type { SkippedObject } from "./selection.ts";

/** What to do about an object that is federated already, with another template. */
export type OnConflict = "fail" | "skip" | "update";

export interface FederateOptions extends HostOptions {
  /** Plural, singular, kind, short name or group-qualified plural. */
  readonly type: string;
  /** Empty: `selector` or `allNamespaces` says which objects. */
  readonly names: readonly string[];
  /** Label selector. */
  readonly selector?: string | undefined;
  /** Objects of every namespace. */
  readonly allNamespaces: boolean;
  /** Default: the namespace of the context that the objects are read with. Means nothing for cluster-scoped types. */
  readonly namespace?: string | undefined;
  /** Of namespaces: also what is in them. */
  readonly contents: boolean;
  /** Enable types that are not enabled, and repair those whose federated CRD is gone. */
  readonly enableType: boolean;
  /** With `contents`: types or groups to leave out. */
  readonly skipApiResources: readonly string[];
  /** `TYPE` or `TYPE/NAME`: what would be left out because clusters make their own. */
  readonly include: readonly string[];
  /** With `contents`: types that cannot be listed are left out instead of ending the command. */
  readonly ignoreForbidden: boolean;
  readonly onConflict: OnConflict;
  /** Place the objects in these clusters; default: in all. */
  readonly clusters?: readonly string[] | undefined;
  /** Place the objects in the clusters with these labels. */
  readonly clusterSelector?: Readonly<Record<string, string>> | undefined;
  /** `override`: give the annotations, which no template can hold, to each cluster as overrides. Default: report. */
  readonly annotations?: "report" | "override" | undefined;
  /** Context of the cluster that the objects are read from; default: the host cluster's. */
  readonly fromContext?: string | undefined;
  /** Only build the objects; nothing is written, and KubeFed need not be installed. */
  readonly output?: "yaml" | undefined;
}

/** An object that is, or would be, federated. */
export interface TakenObject {
  /** Group-qualified plural. */
  readonly type: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface FederateResult {
  /** Context of the host cluster. */
  readonly cluster: string;
  /** For `output`: what was named, then the contents: types by group-qualified name, objects by name. */
  readonly objects: readonly FederatedObject[];
  readonly taken: readonly TakenObject[];
  readonly skipped: readonly SkippedObject[];
  readonly skippedTypes: readonly SkippedType[];
}
