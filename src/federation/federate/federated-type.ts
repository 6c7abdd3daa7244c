import type { ApiResource, Discovery, KubeApi, ResourceType } from "../../kube/kube-api.ts";
import { crdType, resourceTypeOf } from "../kubefed-types.ts";
import type { FederatedTypeConfig } from "../kubefed-types.ts";
import { typeConfigFor } from "../enable/type-config.ts";
import { groupQualifiedName } from "../step.ts";
import type { TypePair } from "./federated-object.ts";

/** What the clusters serve, and what of it is enabled: read once. */
export interface Federation {
  /** Where the federated objects are. */
  readonly api: KubeApi;
  readonly discovery: Discovery;
  /** Where the objects come from: the host too, unless the user says otherwise. */
  readonly source: { readonly api: KubeApi; readonly discovery: Discovery };
  /** By name, which is the target's group-qualified plural. */
  readonly typeConfigs: ReadonlyMap<string, FederatedTypeConfig>;
}

/**
 * enabled: ready to use. notEnabled: there is no FederatedTypeConfig. crdMissing: there is one, but its federated type is not
 * served. targetUnserved: it names a version of the target that the source cluster does not have.
 */
export type TypeState = "enabled" | "notEnabled" | "crdMissing" | "targetUnserved";

/** How one type is federated. */
export interface FederatedType extends TypePair {
  /** Group-qualified plural: the name of its FederatedTypeConfig. */
  readonly name: string;
  readonly resource: ApiResource;
  readonly state: TypeState;
  /** Whether the host serves the type itself, which it must for the type to be enabled. */
  readonly servedByHost: boolean;
  readonly propagates: boolean;
}

/** Ties a served type to its FederatedTypeConfig, or to the one that `enable` would make. */
export function federatedTypeOf(
  { discovery, source, typeConfigs }: Pick<Federation, "discovery" | "source" | "typeConfigs">,
  resource: ApiResource,
): FederatedType {
  const name = groupQualifiedName(resource);
  const config = typeConfigs.get(name);
  const { spec } = config ?? typeConfigFor(resource);
  const target = resourceTypeOf(spec.targetType);
  const federated = resourceTypeOf(spec.federatedType);
  return {
    name,
    resource,
    target,
    federated,
    state: config === undefined ? "notEnabled" : stateOf({ target, federated }, discovery, source.discovery),
    servedByHost: isServed(target, discovery),
    propagates: spec.propagation === "Enabled",
  };
}

function stateOf({ target, federated }: TypePair, discovery: Discovery, ofSource: Discovery): TypeState {
  if (!isServed(target, ofSource)) return "targetUnserved";
  return isServed(federated, discovery) ? "enabled" : "crdMissing";
}

function isServed({ group, version, plural }: ResourceType, { resources }: Discovery): boolean {
  return resources.some(
    (resource) => resource.group === group && resource.version === version && resource.plural === plural,
  );
}

/** Discovery lags behind a CRD that was made a moment ago, so only the CRD itself tells that a type is missing. */
export async function confirmCrdMissing(api: KubeApi, type: FederatedType): Promise<FederatedType> {
  if (type.state !== "crdMissing") return type;
  const crd = await api.get({ type: crdType, name: crdNameOf(type.federated) });
  return crd === undefined ? type : { ...type, state: "enabled" };
}

/** Name of the CRD that defines a custom type. */
export function crdNameOf({ plural, group }: Pick<ResourceType, "plural" | "group">): string {
  return `${plural}.${group}`;
}
