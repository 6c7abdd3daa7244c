import { ExitCode, FedctlError } from "../../errors.ts";
import type { FederatedTypeConfig } from "../kubefed-types.ts";
import { groupQualifiedName } from "../step.ts";
import { areEquivalent } from "./equivalent-types.ts";
import type { EnableFacts, TypeFacts } from "./facts.ts";
import { federatedCrdName } from "./federated-crd.ts";
import { describeType, isFederationType } from "./type-config.ts";

/**
 * Refuses what would federate one thing twice, or change a federated type under objects that exist.
 * @throws FedctlError TypeConflict
 */
export function refuseConflicts(facts: EnableFacts): void {
  facts.types.forEach((type, index) => {
    const others = [...facts.typeConfigs, ...facts.types.slice(0, index).map(({ wanted }) => wanted)];
    refuseFederationType(type, facts);
    refuseOtherFederatedType(type, facts);
    for (const other of others.filter(({ metadata }) => metadata?.name !== type.wanted.metadata?.name)) {
      refuseEquivalent(type, other, facts.cluster);
      refuseSharedCrd(type, other, facts.cluster);
    }
    refuseUnusableCrd(type, facts.cluster);
  });
}

function conflict(message: string, hint?: string): FedctlError {
  return new FedctlError("TypeConflict", message, { hint, exitCode: ExitCode.Conflict });
}

function nameOf({ metadata }: FederatedTypeConfig): string {
  return metadata?.name ?? "";
}

function placeOf({ metadata }: FederatedTypeConfig, cluster: string): string {
  const namespace = metadata?.namespace === undefined ? "" : `in namespace "${metadata.namespace}" `;
  return `${namespace}of cluster "${cluster}"`;
}

function refuseFederationType({ resource }: TypeFacts, { typeConfigs, cluster }: EnableFacts): void {
  if (!isFederationType(resource, typeConfigs)) return;
  throw conflict(
    `cannot enable "${groupQualifiedName(resource)}" in cluster "${cluster}": it is a type of the federation itself`,
    "name the type that is to be federated, such as configmaps",
  );
}

function refuseOtherFederatedType({ wanted }: TypeFacts, { typeConfigs, cluster }: EnableFacts): void {
  const live = typeConfigs.find((other) => nameOf(other) === nameOf(wanted));
  if (live === undefined) return;
  if (live.metadata?.deletionTimestamp !== undefined) {
    throw conflict(
      `FederatedTypeConfig "${nameOf(live)}" ${placeOf(live, cluster)} is being deleted`,
      "run the same command again when it is gone",
    );
  }
  const [is, wants] = [live.spec.federatedType, wanted.spec.federatedType];
  if (describeType(is) === describeType(wants) && is.kind === wants.kind && is.scope === wants.scope) return;
  throw conflict(
    `federation of "${describeType(live.spec.targetType)}" ${placeOf(live, cluster)} is already enabled with federated type ` +
      `"${describeType(is)}"; changing it to "${describeType(wants)}" is not supported`,
    `to keep what is there: --federated-group ${is.group ?? '""'} --federated-version ${is.version}`,
  );
}

function refuseEquivalent({ wanted }: TypeFacts, other: FederatedTypeConfig, cluster: string): void {
  if (!areEquivalent(wanted.spec.targetType, other.spec.targetType)) return;
  throw conflict(
    `cannot enable "${describeType(wanted.spec.targetType)}": the equivalent type "${describeType(other.spec.targetType)}" ` +
      `is enabled by FederatedTypeConfig "${nameOf(other)}" ${placeOf(other, cluster)}`,
    "both are the same objects: federate them through the type that is enabled",
  );
}

function refuseSharedCrd({ wanted }: TypeFacts, other: FederatedTypeConfig, cluster: string): void {
  const crd = federatedCrdName(wanted.spec.federatedType);
  if (federatedCrdName(other.spec.federatedType) !== crd) return;
  throw conflict(
    `cannot enable "${nameOf(wanted)}": its federated type "${crd}" is already that of FederatedTypeConfig ` +
      `"${nameOf(other)}" ${placeOf(other, cluster)}`,
    "if they are different types with one name, choose another group with --federated-group",
  );
}

/** A CRD of the right name that is no federated type, or not for long. */
function refuseUnusableCrd({ wanted, crd }: TypeFacts, cluster: string): void {
  if (crd === undefined) return;
  const name = crd.metadata?.name ?? "";
  if (crd.metadata?.deletionTimestamp !== undefined) {
    throw conflict(
      `CRD "${name}" of cluster "${cluster}" is being deleted`,
      "run the same command again when it is gone",
    );
  }
  const { kind, scope } = wanted.spec.federatedType;
  if (crd.spec.names.kind === kind && crd.spec.scope === scope) return;
  throw conflict(
    `CRD "${name}" of cluster "${cluster}" defines ${crd.spec.scope} ${crd.spec.names.kind}, not ${scope} ${kind}`,
    "choose another group with --federated-group, or delete that CRD if nobody needs it",
  );
}
