import { X509Certificate } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FedctlError } from "../../errors.ts";
import type { ClientConfig } from "../../kubeconfig/types.ts";
import type { Environment } from "./proxy-choice.ts";

/**
 * The certificates that may vouch for a server, as PEM: the kubeconfig's alone, else the system's.
 * Undefined: no system bundle was found and Node's own list serves.
 * @throws FedctlError KubeconfigInvalid when the kubeconfig's bundle holds no certificate
 */
export function trustedCertificates(tls: ClientConfig["tls"], env: Environment): string[] | undefined {
  if (tls.insecureSkipVerify) {
    if (tls.caPem === undefined) return [];
    throw invalid("specifying a root certificates file with the insecure flag is not allowed");
  }
  if (tls.caPem === undefined) return systemCertificates(env);
  const certificates = readableCertificates(tls.caPem.toString("latin1"));
  if (certificates.length === 0) {
    throw invalid("unable to load root certificates: unable to parse bytes as PEM block");
  }
  return certificates;
}

function invalid(message: string): FedctlError {
  return new FedctlError("KubeconfigInvalid", message, {
    hint: "look at certificate-authority-data, certificate-authority and insecure-skip-tls-verify: kubectl config view",
  });
}

/** One broken certificate must not spoil the bundle: OpenSSL stops there, Go goes on. */
function readableCertificates(pem: string): string[] {
  return certificateBlocks(pem).filter((block) => {
    try {
      return new X509Certificate(block).raw.length > 0;
    } catch {
      return false;
    }
  });
}

function certificateBlocks(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

// Where Go looks on Unix (crypto/x509/root_linux.go and its neighbours).
const bundleFiles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];
const bundleFolders = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

function systemCertificates(env: Environment): string[] | undefined {
  const files = set(env["SSL_CERT_FILE"]) ? [env["SSL_CERT_FILE"]] : bundleFiles;
  const folders = set(env["SSL_CERT_DIR"]) ? env["SSL_CERT_DIR"].split(":") : bundleFolders;
  const blocks = new Set<string>();
  for (const text of [firstReadable(files), ...folders.flatMap(readFolder)]) {
    for (const block of certificateBlocks(text)) blocks.add(block);
  }
  return blocks.size === 0 ? undefined : readableCertificates([...blocks].join("\n"));
}

function set(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}

function firstReadable(files: readonly string[]): string {
  for (const file of files) {
    const text = readOrEmpty(file);
    if (text !== "") return text;
  }
  return "";
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => readOrEmpty(join(folder, name)));
  } catch {
    return [];
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    // Missing and unreadable ones are passed over, as Go does.
    return "";
  }
}
