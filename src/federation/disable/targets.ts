import { FedctlError, hasCode } from "../../errors.ts";
import type { Discovery } from "../../kube/kube-api.ts";
import { nameOf } from "../describe.ts";
import { federatedCrdName } from "../enable/federated-crd.ts";
import { typeConfigFor } from "../enable/type-config.ts";
import { defaultFederatedGroup, type FederatedTypeConfig } from "../kubefed-types.ts";
import { findResource } from "../resource-lookup.ts";
import { groupQualifiedName } from "../step.ts";
import type { DisableOptions } from "./options.ts";

/** What one name of the command line means. */
export interface DisableTarget {
  /** Name of the FederatedTypeConfig, whether there is one or not. */
  readonly name: string;
  readonly typeConfig: FederatedTypeConfig | undefined;
  /** Name of the CRD of the federated type. */
  readonly crdName: string;
  /** Kind that this CRD must have; undefined when nothing tells the kind of the type. */
  readonly federatedKind: string | undefined;
  /** False when neither a FederatedTypeConfig nor the API server knows such a type. */
  readonly isKnown: boolean;
}

type NameOptions = Pick<DisableOptions, "version" | "federatedGroup">;

/** True when the names are those of FederatedTypeConfigs, so that nothing has to be looked up. */
export function areLiteral(names: readonly string[], typeConfigs: readonly FederatedTypeConfig[]): boolean {
  return names.every((name) => typeConfigs.some((config) => nameOf(config) === name));
}

/**
 * Finds what a name means: a FederatedTypeConfig of that name, else a type that the cluster serves, else the target of a
 * FederatedTypeConfig whose CRD is gone.
 * @throws FedctlError TypeNotFound, TypeAmbiguous
 */
export function findTarget(
  name: string,
  typeConfigs: readonly FederatedTypeConfig[],
  { discovery, ...options }: NameOptions & { readonly discovery: Discovery },
): DisableTarget {
  const literal = typeConfigs.find((config) => nameOf(config) === name);
  if (literal !== undefined) return configuredTarget(literal);
  try {
    return servedTarget(name, typeConfigs, { discovery, ...options });
  } catch (error) {
    if (!hasCode(error, "TypeNotFound")) throw error;
    const gone = findGone(name, typeConfigs);
    if (gone !== undefined) return configuredTarget(gone);
    // As kubefedctl, a name without a dot has to be a type.
    if (!name.includes(".")) throw error;
    return unknownTarget(name, options);
  }
}

function configuredTarget(typeConfig: FederatedTypeConfig): DisableTarget {
  const { federatedType } = typeConfig.spec;
  return {
    name: nameOf(typeConfig),
    typeConfig,
    crdName: federatedCrdName(federatedType),
    federatedKind: federatedType.kind,
    isKnown: true,
  };
}

function servedTarget(
  key: string,
  typeConfigs: readonly FederatedTypeConfig[],
  { discovery, version, federatedGroup }: NameOptions & { readonly discovery: Discovery },
): DisableTarget {
  const name = groupQualifiedName(findResource(discovery, key));
  const live = typeConfigs.find((config) => nameOf(config) === name);
  if (live !== undefined) return configuredTarget(live);
  const { federatedType } = typeConfigFor(findResource(discovery, key, { version }), { federatedGroup }).spec;
  return {
    name,
    typeConfig: undefined,
    crdName: federatedCrdName(federatedType),
    federatedKind: federatedType.kind,
    isKnown: true,
  };
}

/** By the target that a FederatedTypeConfig has noted, though the cluster serves it no more. */
function findGone(name: string, typeConfigs: readonly FederatedTypeConfig[]): FederatedTypeConfig | undefined {
  const key = name.toLowerCase();
  const found = typeConfigs.filter(({ spec: { targetType } }) => {
    const { pluralName, kind, group = "" } = targetType;
    return [pluralName, kind.toLowerCase()].some((form) => key === form || key === `${form}.${group}`);
  });
  if (found.length < 2) return found[0];
  const names = found.map(nameOf).sort();
  throw new FedctlError("TypeAmbiguous", `"${name}" can mean several types: ${names.join(", ")}`, {
    hint: `name the type with its group, such as ${names[0] ?? ""}`,
  });
}

function unknownTarget(name: string, { federatedGroup = defaultFederatedGroup }: NameOptions): DisableTarget {
  const plural = name.slice(0, name.indexOf("."));
  return {
    name,
    typeConfig: undefined,
    crdName: `federated${plural}.${federatedGroup}`,
    federatedKind: undefined,
    isKnown: false,
  };
}
