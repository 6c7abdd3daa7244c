import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { checkIdentity } from "../../../src/kube/internal/identity.ts";
import { createAuthority } from "../../cluster/certificates.ts";

const authority = createAuthority("identity");
const certificateFor = (commonName: string, ...hosts: string[]) => {
  const { certificatePem } = authority.issue({ subject: { commonName }, usage: "server", hosts });
  return { raw: new X509Certificate(certificatePem).raw };
};
const certificate = certificateFor("cn.example", "api.example", "*.wild.example", "10.0.0.1");

describe("a certificate", () => {
  test.each(["api.example", "API.example", "api.example.", "one.wild.example", "10.0.0.1"])(
    "is valid for %s",
    (name) => {
      expect(checkIdentity(name, certificate)).toBeUndefined();
    },
  );

  test.each([
    ["cn.example", "x509: certificate is valid for api.example, *.wild.example, not cn.example"],
    ["wild.example", "x509: certificate is valid for api.example, *.wild.example, not wild.example"],
    ["a.b.wild.example", "x509: certificate is valid for api.example, *.wild.example, not a.b.wild.example"],
    ["10.0.0.2", "x509: certificate is valid for 10.0.0.1, not 10.0.0.2"],
    ["fd00::1", "x509: certificate is valid for 10.0.0.1, not fd00::1"],
  ])("is not valid for %s", (name, message) => {
    expect(checkIdentity(name, certificate)?.message).toBe(message);
  });

  test("without alternative names is valid for nothing", () => {
    const bare = certificateFor("cn.example");
    expect(checkIdentity("cn.example", bare)?.message).toBe(
      "x509: certificate relies on legacy Common Name field, use SANs instead",
    );
    expect(checkIdentity("other.example", bare)?.message).toBe(
      "x509: certificate is not valid for any names, but wanted to match other.example",
    );
    expect(checkIdentity("10.0.0.1", bare)?.message).toBe(
      "x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs",
    );
  });
});
