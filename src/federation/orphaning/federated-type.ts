import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { Discovery, KubeApi, ResourceType } from "../../kube/kube-api.ts";
import { describeType } from "../enable/type-config.ts";
import { defaultFederatedGroup, resourceTypeOf, typeConfigType } from "../kubefed-types.ts";
import type { ApiResourceSpec, FederatedTypeConfig } from "../kubefed-types.ts";
import { findResource } from "../resource-lookup.ts";
import { groupQualifiedName } from "../step.ts";
import { suggestCommand } from "../suggest.ts";
import type { OrphaningSelection } from "./options.ts";

/** The federated type that the user named. */
export interface NamedType {
  readonly type: ResourceType;
  /** Its objects live in the very namespaces they stand for. */
  readonly isFederatedNamespace: boolean;
}

/**
 * Finds the federated type, known by its FederatedTypeConfig or by KubeFed's own group for them: what is enabled no more can
 * still be kept from being deleted.
 * @throws FedctlError TypeNotFound, TypeAmbiguous; TypeConflict for a type that is not federated (B-OR2)
 */
export async function findFederatedType(api: KubeApi, options: OrphaningSelection): Promise<NamedType> {
  const [discovery, typeConfigs] = await Promise.all([api.discover(), readTypeConfigs(api, options)]);
  const known = typeConfigs instanceof FedctlError ? [] : typeConfigs;
  const type = lookUp(discovery, options.type, known);
  const config = known.find(({ spec }) => isSameType(spec.federatedType, type));
  if (config !== undefined) return { type, isFederatedNamespace: isOfNamespaces(config) };
  if (type.group === defaultFederatedGroup && type.kind.startsWith("Federated")) {
    return { type, isFederatedNamespace: type.kind === "FederatedNamespace" };
  }
  // Whether it is one cannot be told without the FederatedTypeConfigs.
  if (typeConfigs instanceof FedctlError) throw typeConfigs;
  throw notFederated(type, known, { options, cluster: api.context });
}

/** Who may write federated objects need not be allowed to see the type configs: that matters only where one is needed. */
async function readTypeConfigs(
  api: KubeApi,
  { kubefedNamespace }: OrphaningSelection,
): Promise<readonly FederatedTypeConfig[] | FedctlError> {
  try {
    return (await api.list<FederatedTypeConfig>(typeConfigType, { namespace: kubefedNamespace })).items;
  } catch (error) {
    if (hasCode(error, "ServerNotFound")) return [];
    if (hasCode(error, "ServerForbidden")) return error;
    throw error;
  }
}

/** Discovery lags behind a type that was enabled a moment ago; its FederatedTypeConfig does not. */
function lookUp(discovery: Discovery, key: string, typeConfigs: readonly FederatedTypeConfig[]): ResourceType {
  try {
    return findResource(discovery, key);
  } catch (error) {
    if (!hasCode(error, "TypeNotFound")) throw error;
    const config = typeConfigs.find(({ spec }) => isNamed(spec.federatedType, key.toLowerCase()));
    if (config === undefined) throw error;
    return resourceTypeOf(config.spec.federatedType);
  }
}

function isNamed({ pluralName, kind, group = "" }: ApiResourceSpec, key: string): boolean {
  return [pluralName, kind.toLowerCase()].some((name) => key === name || key === `${name}.${group}`);
}

function isSameType({ group = "", pluralName }: ApiResourceSpec, type: ResourceType): boolean {
  return group === type.group && pluralName === type.plural;
}

function isOfNamespaces({ spec: { targetType } }: FederatedTypeConfig): boolean {
  return (targetType.group ?? "") === "" && targetType.kind === "Namespace";
}

interface Place {
  readonly options: OrphaningSelection;
  readonly cluster: string;
}

function notFederated(
  type: ResourceType,
  typeConfigs: readonly FederatedTypeConfig[],
  { options, cluster }: Place,
): FedctlError {
  const config = typeConfigs.find(({ spec }) => isSameType(spec.targetType, type));
  const name = groupQualifiedName(type);
  const hint =
    config === undefined
      ? `to federate it, run: ${suggestCommand(`enable ${name}`, options)}`
      : `name its federated type instead: ${describeType(config.spec.federatedType).replace(/\/.*$/, "")}`;
  return new FedctlError(
    "TypeConflict",
    `${name} in cluster "${cluster}" is not a federated type; nothing was written`,
    {
      exitCode: ExitCode.Conflict,
      hint,
    },
  );
}
