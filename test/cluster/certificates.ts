import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { isIPv4 } from "node:net";
import { bitString, boolean, integer, octetString, oid, sequence, set, tagged, time, utf8String } from "./der.ts";

/** A certificate and its private key, in PEM. */
export interface KeyAndCertificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface Subject {
  readonly commonName: string;
  /** Kubernetes reads the organisations of a client certificate as groups. */
  readonly organisations?: readonly string[];
}

interface CertificateRequest {
  readonly subject: Subject;
  readonly usage: "authority" | "server" | "client";
  /** DNS names and IPv4 addresses of a server. */
  readonly hosts?: readonly string[];
  /** How long ago it ran out. Default: it has not. */
  readonly expiredForMs?: number;
}

/** A certificate authority for one cluster. Certificates are made here because a clean machine need not have openssl. */
export interface CertificateAuthority extends KeyAndCertificate {
  issue(request: CertificateRequest): KeyAndCertificate;
}

const hourMs = 3_600_000;
const ecdsaWithSha256 = sequence(oid("1.2.840.10045.4.3.2"));

/** Makes a self-signed authority (P-256, ten days). */
export function createAuthority(commonName: string): CertificateAuthority {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const subject = { commonName };
  const authority = { subject, key: privateKey };
  const own = signCertificate(authority, { subject, usage: "authority" }, publicKey);
  return { ...toPem(own, privateKey), issue: (request) => issue(authority, request) };
}

/** Opens an authority that `createAuthority` made, in this process or another. */
export function openAuthority(commonName: string, keyPem: string): Pick<CertificateAuthority, "issue"> {
  const key = createPrivateKey(keyPem);
  return { issue: (request) => issue({ subject: { commonName }, key }, request) };
}

interface Issuer {
  readonly subject: Subject;
  readonly key: KeyObject;
}

function issue(issuer: Issuer, request: CertificateRequest): KeyAndCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return toPem(signCertificate(issuer, request, publicKey), privateKey);
}

/** RFC 5280, section 4.1: the parts of a version 3 certificate. */
function signCertificate(issuer: Issuer, request: CertificateRequest, publicKey: KeyObject): Buffer {
  const body = sequence(
    tagged(0, true, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    ecdsaWithSha256,
    name(issuer.subject),
    // An hour back: clocks of containers and hosts differ.
    sequence(time(new Date(Date.now() - hourMs)), time(new Date(endOf(request)))),
    name(request.subject),
    publicKey.export({ type: "spki", format: "der" }),
    tagged(3, true, sequence(...extensions(request, publicKey))),
  );
  return sequence(body, ecdsaWithSha256, bitString(sign("sha256", body, issuer.key)));
}

function endOf({ expiredForMs }: CertificateRequest): number {
  return Date.now() + (expiredForMs === undefined ? 240 * hourMs : -expiredForMs);
}

function name({ commonName, organisations = [] }: Subject): Buffer {
  const part = (type: string, value: string): Buffer => set(sequence(oid(type), utf8String(value)));
  return sequence(...organisations.map((value) => part("2.5.4.10", value)), part("2.5.4.3", commonName));
}

function extensions({ usage, hosts = [] }: CertificateRequest, publicKey: KeyObject): Buffer[] {
  if (usage === "authority") {
    const keyId = createHash("sha1")
      .update(publicKey.export({ type: "spki", format: "der" }))
      .digest();
    return [
      extension("2.5.29.19", sequence(boolean(true)), true),
      // keyCertSign and digitalSignature.
      extension("2.5.29.15", bitString(Buffer.from([0x84]), 2), true),
      extension("2.5.29.14", octetString(keyId)),
    ];
  }
  const purpose = usage === "server" ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2";
  const common = [
    extension("2.5.29.15", bitString(Buffer.from([0x80]), 7), true),
    extension("2.5.29.37", sequence(oid(purpose))),
  ];
  return hosts.length === 0 ? common : [...common, extension("2.5.29.17", sequence(...hosts.map(generalName)))];
}

function extension(type: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(type), ...(critical ? [boolean(true)] : []), octetString(value));
}

function generalName(host: string): Buffer {
  return isIPv4(host)
    ? tagged(7, false, Buffer.from(host.split(".").map(Number)))
    : tagged(2, false, Buffer.from(host));
}

function toPem(der: Buffer, key: KeyObject): KeyAndCertificate {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    certificatePem: ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"),
    keyPem: key.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
