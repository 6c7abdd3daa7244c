import { X509Certificate } from "node:crypto";
import type { DetailedPeerCertificate } from "node:tls";

const serverAuthentication = "1.3.6.1.5.5.7.3.1";
const anyPurpose = "2.5.29.37.0";
/** Longer than any chain that is in use. */
const longestChain = 8;

/**
 * Whether a server's certificate was good when it had just become valid: signed by way of what the server presented up to one that is
 * trusted, and made for servers. For clusters of which the dates are not to be looked at: what OpenSSL says of a chain is one error
 * only, the last one found, and an expired certificate hides that nobody trusted signed it.
 */
export function checkChainAtIssue(peer: DetailedPeerCertificate, anchorPems: readonly string[]): Error | undefined {
  const presented = presentedBy(peer);
  const [leaf] = presented;
  if (leaf === undefined) return failure("UNABLE_TO_GET_ISSUER_CERT", "x509: no certificate was presented");
  if (!isForServers(leaf)) return failure("INVALID_PURPOSE", "x509: certificate specifies an incompatible key usage");
  const anchors = anchorPems.map((pem) => new X509Certificate(pem));
  const atMs = Date.parse(leaf.validFrom) + 1;
  return leadsToAnchor(leaf, { anchors, presented, atMs, depth: 0 })
    ? undefined
    : failure("UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "x509: certificate signed by unknown authority");
}

/** The last one of Node's chain names itself, or nobody. */
function presentedBy(peer: DetailedPeerCertificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  // The types leave out that nothing may be presented, and that a chain may end before its authority.
  let next = peer as Partial<DetailedPeerCertificate> | undefined;
  while (next?.raw !== undefined && chain.length < longestChain) {
    const certificate = new X509Certificate(next.raw);
    if (chain.some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256)) break;
    chain.push(certificate);
    next = next.issuerCertificate;
  }
  return chain;
}

function isForServers({ keyUsage }: X509Certificate): boolean {
  // The type leaves out that a certificate may say nothing of its purpose.
  const purposes = keyUsage as readonly string[] | undefined;
  return purposes === undefined || purposes.includes(serverAuthentication) || purposes.includes(anyPurpose);
}

interface Walk {
  readonly anchors: readonly X509Certificate[];
  readonly presented: readonly X509Certificate[];
  readonly atMs: number;
  readonly depth: number;
}

function leadsToAnchor(certificate: X509Certificate, walk: Walk): boolean {
  const { anchors, presented, atMs, depth } = walk;
  if (!isValidAt(certificate, atMs) || depth > longestChain) return false;
  if (anchors.some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256)) return true;
  const issuers = [...anchors, ...presented].filter((other) => isIssuedBy(certificate, other));
  return issuers.some((issuer) => leadsToAnchor(issuer, { ...walk, depth: depth + 1 }));
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isValidAt({ validFrom, validTo }: X509Certificate, atMs: number): boolean {
  return Date.parse(validFrom) <= atMs && atMs <= Date.parse(validTo);
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
