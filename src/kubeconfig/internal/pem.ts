import { X509Certificate, createPrivateKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { KeyPair } from "../types.ts";

interface PemBlock {
  readonly type: string;
  readonly text: string;
}

function pemBlocks(pem: Buffer): readonly PemBlock[] {
  const text = pem.toString("latin1");
  const found = text.matchAll(/-----BEGIN ([^\n\r-]+)-----\r?\n[\s\S]*?-----END \1-----/g);
  return [...found].map((match) => ({ type: match[1] ?? "", text: match[0] }));
}

/** Why Go's TLS would refuse this bundle of authorities; undefined when at least one certificate in it can be read. */
export function caBundleError(pem: Buffer): string | undefined {
  const blocks = pemBlocks(pem);
  if (blocks.length === 0) return "unable to parse bytes as PEM block";
  const certificates = blocks.filter(({ type }) => type === "CERTIFICATE");
  if (certificates.length === 0) return "no valid certificate authority data seen";
  if (certificates.some(({ text }) => readCertificate(text) !== undefined)) return undefined;
  return "failed to parse certificate: x509: malformed certificate";
}

/** Why Go's TLS would refuse this pair as a client certificate; undefined when certificate and key fit. */
export function keyPairError({ certPem, keyPem }: KeyPair): string | undefined {
  const certBlocks = pemBlocks(certPem);
  const first = certBlocks.find(({ type }) => type === "CERTIFICATE");
  if (first === undefined) return missingCertificate(certBlocks);
  const keyBlocks = pemBlocks(keyPem);
  const keyBlock = keyBlocks.find(({ type }) => type.endsWith("PRIVATE KEY"));
  if (keyBlock === undefined) return missingKey(keyBlocks);
  const certificate = readCertificate(first.text);
  if (certificate === undefined) return "x509: malformed certificate";
  const key = readKey(keyBlock.text);
  if (key === undefined) return "tls: failed to parse private key";
  if (certificate.publicKey.asymmetricKeyType !== key.asymmetricKeyType) {
    return "tls: private key type does not match public key type";
  }
  return certificate.checkPrivateKey(key) ? undefined : "tls: private key does not match public key";
}

/** True when both hold the same bytes, or nothing. */
export function isSamePair(a: KeyPair | undefined, b: KeyPair | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.certPem.equals(b.certPem) && a.keyPem.equals(b.keyPem);
}

function missingCertificate(blocks: readonly PemBlock[]): string {
  if (blocks.length === 0) return "tls: failed to find any PEM data in certificate input";
  if (blocks[0]?.type.endsWith("PRIVATE KEY") === true) {
    return "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched";
  }
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: ${types(blocks)}`;
}

function missingKey(blocks: readonly PemBlock[]): string {
  if (blocks.length === 0) return "tls: failed to find any PEM data in key input";
  if (blocks[0]?.type === "CERTIFICATE") {
    return "tls: found a certificate rather than a key in the PEM for the private key";
  }
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: ${types(blocks)}`;
}

function types(blocks: readonly PemBlock[]): string {
  return `[${blocks.map(({ type }) => type).join(" ")}]`;
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    // Unreadable is an answer here; the caller says so.
    return undefined;
  }
}

/** Encrypted keys are unreadable too: there is nobody to ask for the password. */
function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
