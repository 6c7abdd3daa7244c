import { ExitCode, FedctlError } from "../../errors.ts";
import type { FederateOptions } from "./options.ts";
import { isSubdomain } from "./selection.ts";

/** @throws FedctlError Usage for what cannot be meant, InvalidName; before anything is read */
export function checkOptions(options: FederateOptions): void {
  const { names, selector, allNamespaces } = options;
  const selects = selector !== undefined || allNamespaces;
  if (names.length === 0 && !selects) {
    throw usage("missing required argument 'names'", "name objects, or select them with -l or -A");
  }
  if (names.length > 0 && selects) {
    throw usage("objects are either named or selected, not both", `leave out ${names.join(" ")}, or -l and -A`);
  }
  if (options.clusters?.length === 0) {
    throw usage("--clusters names no cluster", "leave it out to place the objects in all");
  }
  refuseExclusive(options);
  names.forEach(checkName);
}

function refuseExclusive(options: FederateOptions): void {
  const { allNamespaces, namespace, clusters, clusterSelector, output, enableType } = options;
  if (allNamespaces && namespace !== undefined) throw excluded("--all-namespaces", "--namespace");
  if (clusters !== undefined && clusterSelector !== undefined) throw excluded("--clusters", "--cluster-selector");
  if (output !== undefined && enableType) throw excluded("--enable-type", "--output");
}

function checkName(name: string): void {
  if (isSubdomain(name)) return;
  throw new FedctlError(
    "InvalidName",
    `"${name}" cannot be federated: a federated object's name is a DNS-1123 subdomain`,
    { exitCode: ExitCode.Usage, hint: "choose an object whose name has only lower-case letters, digits, - and ." },
  );
}

function excluded(one: string, other: string): FedctlError {
  return usage(`${one} and ${other} cannot be combined`, "leave out one of them");
}

function usage(message: string, hint: string): FedctlError {
  return new FedctlError("Usage", message, { exitCode: ExitCode.Usage, hint });
}
