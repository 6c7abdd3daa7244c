import { X509Certificate, createPrivateKey } from "node:crypto";
import { expect, test } from "vitest";
import { createAuthority, openAuthority } from "../../cluster/certificates.ts";

const authority = createAuthority("earth test authority");
const own = new X509Certificate(authority.certificatePem);

test("an authority signs itself and may sign others", () => {
  expect(own.ca).toBe(true);
  expect(own.subject).toBe("CN=earth test authority");
  expect(own.verify(own.publicKey)).toBe(true);
  expect(own.checkPrivateKey(createPrivateKey(authority.keyPem))).toBe(true);
});

test("a server certificate names its hosts", () => {
  const hosts = ["localhost", "127.0.0.1"];
  const { certificatePem, keyPem } = authority.issue({ subject: { commonName: "server" }, usage: "server", hosts });
  const certificate = new X509Certificate(certificatePem);
  expect(certificate.subjectAltName).toBe("DNS:localhost, IP Address:127.0.0.1");
  expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  expect(certificate.ca).toBe(false);
  expect(certificate.checkIssued(own)).toBe(true);
  expect(certificate.verify(own.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(keyPem))).toBe(true);
});

test("a client certificate carries user and groups, also from an authority that was opened again", () => {
  const { certificatePem } = openAuthority("earth test authority", authority.keyPem).issue({
    subject: { commonName: "jane", organisations: ["dev", "ops"] },
    usage: "client",
  });
  const certificate = new X509Certificate(certificatePem);
  expect(certificate.subject.split("\n")).toEqual(["O=dev", "O=ops", "CN=jane"]);
  expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
  expect(certificate.verify(own.publicKey)).toBe(true);
});

test("certificates are valid now and for days", () => {
  expect(Date.parse(own.validFrom)).toBeLessThan(Date.now());
  expect(Date.parse(own.validTo)).toBeGreaterThan(Date.now() + 9 * 24 * 3_600_000);
});

test("no two certificates share a serial number", () => {
  const issue = () =>
    new X509Certificate(authority.issue({ subject: { commonName: "a" }, usage: "client" }).certificatePem).serialNumber;
  expect(issue()).not.toBe(issue());
});
