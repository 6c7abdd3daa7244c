import { createHash } from "node:crypto";
import { ExitCode, FedctlError } from "../errors.ts";
import { quoted } from "./suggest.ts";

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const longestName = 253;
/** Also the name of the credential secret is made from a cluster's name: `<cluster>-abcde`. */
const longestClusterName = longestName - 6;
const hashLength = 8;

/** True for a DNS-1123 subdomain, which is what names of clusters, secrets and service accounts have to be. */
export function isSubdomain(name: string): boolean {
  return name.length <= longestName && subdomain.test(name);
}

/** @throws FedctlError InvalidName with a name that would do, before anything is contacted */
export function requireClusterName(name: string, clusterContext = name): void {
  if (isSubdomain(name) && name.length <= longestClusterName) return;
  throw new FedctlError(
    "InvalidName",
    `"${name}" cannot be the name of a cluster: lower-case letters, digits, "-" and "." are allowed, ${longestClusterName} at most`,
    {
      exitCode: ExitCode.Usage,
      hint: `choose another name and point to the context, as in: fedctl join ${sanitise(name, 63)} --cluster-context ${quoted(clusterContext)}`,
    },
  );
}

/** @throws FedctlError InvalidName: found out now, not when the joining cluster has been written to */
export function requireSecretName(name: string | undefined): void {
  if (name === undefined || isSubdomain(name)) return;
  throw new FedctlError(
    "InvalidName",
    `"${name}" cannot be the name of a secret: lower-case letters, digits, "-" and "." are allowed, ${longestName} at most`,
    { exitCode: ExitCode.Usage, hint: `use --secret-name ${sanitise(name, longestName)}, or leave it out` },
  );
}

/** @throws FedctlError Usage, with kubefedctl's rule: the name becomes part of object names that may hold neither */
export function requireHostClusterName(name: string | undefined): void {
  if (name === undefined || !/[:/]/.test(name)) return;
  throw new FedctlError("Usage", `--host-cluster-name may not contain "/" or ":", but is "${name}"`, {
    exitCode: ExitCode.Usage,
    hint: `use --host-cluster-name ${sanitise(name, 63)}, or leave it out`,
  });
}

/**
 * The service account that stands for the host in a joining cluster: `<cluster>-<host>` as kubefedctl has it wherever that is a valid
 * name, so that both tools manage each other's clusters; else (EKS ARNs, `user@cluster`, upper case) a readable form of it with a hash.
 */
export function serviceAccountName(clusterName: string, hostName: string): string {
  const plain = `${clusterName}-${hostName}`;
  if (isSubdomain(plain)) return plain;
  return `${sanitise(plain, longestName - hashLength - 1)}-${digest(plain, hashLength)}`;
}

/** Names of the RBAC objects that belong to a service account. */
export interface RbacNames {
  /** Role or ClusterRole, and its binding. */
  readonly manager: string;
  /** ClusterRole and binding of a namespaced control plane's health check. */
  readonly healthCheck: string;
}

export function rbacNames(serviceAccount: string, kubefedNamespace: string): RbacNames {
  return {
    manager: `kubefed-controller-manager:${serviceAccount}`,
    healthCheck: `kubefed-controller-manager:${kubefedNamespace}:healthcheck-${serviceAccount}`,
  };
}

/**
 * The name of the credential secret in the host cluster: looks like a generated one (`vulcan-x7k2p`), yet is the same for every join of
 * that cluster into that control plane, so that a repeated or resumed join leaves no second credential behind (B-JN3).
 * @param controlPlaneId UID of the KubeFedConfig
 */
export function credentialSecretName(clusterName: string, controlPlaneId: string): string {
  return `${clusterName}-${digest(`${controlPlaneId}/${clusterName}`, 5)}`;
}

/** Letters and digits that the API server's own generated suffixes are made of. */
const suffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";

function digest(text: string, length: number): string {
  const bytes = createHash("sha256").update(text).digest();
  return Array.from(bytes.subarray(0, length), (byte) => suffixAlphabet[byte % suffixAlphabet.length] ?? "").join("");
}

/** The nearest DNS-1123 subdomain that a person would recognise. */
function sanitise(name: string, length: number): string {
  const letters = name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/-*\.[-.]*/g, ".")
    .slice(0, length)
    .replace(/^[-.]+|[-.]+$/g, "");
  return letters === "" ? "cluster" : letters;
}
