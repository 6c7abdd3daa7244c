import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { PeerCertificate } from "node:tls";

/**
 * Checks a server's certificate against the name it was dialled by, as Go does: subject alternative names alone count.
 * Node would also take the common name.
 */
export function checkIdentity(expected: string, certificate: Pick<PeerCertificate, "raw">): Error | undefined {
  const parsed = new X509Certificate(certificate.raw);
  if (isIP(expected) !== 0) {
    return parsed.checkIP(expected) === undefined ? mismatch(addressWords(expected, parsed)) : undefined;
  }
  const name = expected.replace(/\.$/, "");
  const options = { subject: "never", partialWildcards: false, multiLabelWildcards: false } as const;
  return parsed.checkHost(name, options) === undefined ? mismatch(nameWords(name, parsed)) : undefined;
}

function mismatch(message: string): Error {
  return Object.assign(new Error(message), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
}

function addressWords(expected: string, certificate: X509Certificate): string {
  const addresses = alternativeNames(certificate, "IP Address");
  if (addresses.length === 0) {
    return `x509: cannot validate certificate for ${expected} because it doesn't contain any IP SANs`;
  }
  return `x509: certificate is valid for ${addresses.join(", ")}, not ${expected}`;
}

function nameWords(expected: string, certificate: X509Certificate): string {
  const names = alternativeNames(certificate, "DNS");
  if (names.length > 0) return `x509: certificate is valid for ${names.join(", ")}, not ${expected}`;
  if (certificate.checkHost(expected, { subject: "always" }) !== undefined) {
    return "x509: certificate relies on legacy Common Name field, use SANs instead";
  }
  return `x509: certificate is not valid for any names, but wanted to match ${expected}`;
}

/** For messages only: the checks above read the certificate itself. */
function alternativeNames(certificate: X509Certificate, kind: string): readonly string[] {
  const entries = certificate.subjectAltName?.split(", ") ?? [];
  return entries.filter((entry) => entry.startsWith(`${kind}:`)).map((entry) => entry.slice(kind.length + 1));
}
