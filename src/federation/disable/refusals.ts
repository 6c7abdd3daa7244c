import { ExitCode, FedctlError } from "../../errors.ts";
import { nameOf } from "../describe.ts";
import type { DisableFacts, DisableTypeFacts } from "./facts.ts";

/** @throws FedctlError TypeNotEnabled for a name that means nothing here (B-DI7) */
export function requireKnown({ name, isKnown, crd }: DisableTypeFacts, facts: DisableFacts): void {
  if (isKnown || crd !== undefined) return;
  const enabled = facts.typeConfigs.map(nameOf).sort();
  throw new FedctlError(
    "TypeNotEnabled",
    `there is nothing to disable for "${name}": cluster "${facts.cluster}" serves no such type, and namespace ` +
      `"${facts.kubefedNamespace}" has no FederatedTypeConfig of that name`,
    { hint: enabled.length === 0 ? "no type is enabled" : `enabled types: ${enabled.join(", ")}` },
  );
}

/** @throws FedctlError TypeConflict: the CRD belongs to another type (B-DI1), or to no federated type at all */
export function refuseSharedCrd(type: DisableTypeFacts, { cluster }: DisableFacts): void {
  const { crd, crdName, federatedKind, sharers, name } = type;
  if (crd === undefined) return;
  const [sharer] = sharers;
  if (sharer !== undefined) {
    throw conflict(
      `cannot delete CRD "${crdName}" of cluster "${cluster}" for "${name}": FederatedTypeConfig "${nameOf(sharer)}" in ` +
        `namespace "${sharer.metadata?.namespace ?? ""}" uses it`,
      `without the CRD: leave out --delete-crd; to disable that type: fedctl disable ${nameOf(sharer)}`,
    );
  }
  const { kind } = crd.spec.names;
  if (federatedKind === undefined ? kind.startsWith("Federated") : kind === federatedKind) return;
  throw conflict(
    `cannot delete CRD "${crdName}" of cluster "${cluster}" for "${name}": it defines ${kind}, not ${federatedKind ?? "a federated type"}`,
    "name the group of the federated type with --federated-group",
  );
}

function conflict(message: string, hint: string): FedctlError {
  return new FedctlError("TypeConflict", message, { exitCode: ExitCode.Conflict, hint });
}
