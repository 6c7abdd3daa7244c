import { ExitCode, FedctlError } from "../../errors.ts";
import type { HostOptions } from "../deps.ts";
import { defaultFederatedGroup } from "../kubefed-types.ts";

/** What to do with federated objects that would be left with a finalizer that nobody removes. */
export type InstancePolicy = "refuse" | "orphan" | "delete";

export interface DisableOptions extends HostOptions {
  /** Names of FederatedTypeConfigs, or types as `enable` takes them. */
  readonly names: readonly string[];
  readonly deleteCrd: boolean;
  /** API group of the CRD to delete where no FederatedTypeConfig tells it. */
  readonly federatedGroup?: string | undefined;
  /** API version of the type, where no FederatedTypeConfig tells it. */
  readonly version?: string | undefined;
  readonly instances: InstancePolicy;
  /** Limit for all that is waited for. */
  readonly timeoutMs: number;
}

/** @throws FedctlError Usage, with kubefedctl's rules */
export function checkDisableOptions({ deleteCrd, federatedGroup, version }: DisableOptions): void {
  if (deleteCrd) return;
  if (version !== undefined) throw onlyWithDeleteCrd("--version");
  if (federatedGroup !== undefined && federatedGroup !== defaultFederatedGroup) {
    throw onlyWithDeleteCrd("--federated-group");
  }
}

function onlyWithDeleteCrd(flag: string): FedctlError {
  return new FedctlError("Usage", `${flag} names a CRD to delete and is valid only with --delete-crd`, {
    exitCode: ExitCode.Usage,
    hint: `leave out ${flag}, or add --delete-crd`,
  });
}
