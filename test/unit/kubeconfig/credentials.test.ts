import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { base64, messageOf, resolveOne, testCertificates } from "./one-user.ts";
import type { OneUser } from "./one-user.ts";

const { jane, joe } = testCertificates();
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
const rsaKey = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const encryptedKey = privateKey
  .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "unknown" })
  .toString();
const inline = {
  "client-certificate-data": base64(jane.certificatePem),
  "client-key-data": base64(jane.keyPem),
};
const janePair = { certPem: Buffer.from(jane.certificatePem), keyPem: Buffer.from(jane.keyPem) };
const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "bin/p", interactiveMode: "Never" };
const oidc = { name: "oidc", config: { "idp-issuer-url": "https://idp", "client-id": "id" } };

describe("how a user authenticates (2.1, 3.2)", () => {
  test.each<{ name: string; one: OneUser; credentials: unknown }>([
    { name: "token", one: { user: { token: "t" } }, credentials: { kind: "static", bearerToken: "t" } },
    {
      name: "basic, empty password",
      one: { user: { username: "alice" } },
      credentials: { kind: "static", basic: { username: "alice", password: "" } },
    },
    {
      name: "password without a user name: nothing",
      one: { user: { password: "p" } },
      credentials: { kind: "anonymous" },
    },
    { name: "client cert data", one: { user: inline }, credentials: { kind: "static", clientCertificate: janePair } },
    {
      name: "token and client cert: both",
      one: { user: { ...inline, token: "t" } },
      credentials: { kind: "static", bearerToken: "t", clientCertificate: janePair },
    },
    {
      name: "key without certificate: ignored",
      one: { user: { "client-key": "none" } },
      credentials: { kind: "anonymous" },
    },
    {
      name: "static credentials switch exec off: token",
      one: { user: { token: "t", exec } },
      credentials: { kind: "static", bearerToken: "t" },
    },
    {
      name: "static credentials switch exec off: basic",
      one: { user: { username: "a", exec } },
      credentials: { kind: "static", basic: { username: "a", password: "" } },
    },
    {
      name: "static credentials switch exec off: certificate",
      one: { user: { ...inline, exec } },
      credentials: { kind: "static", clientCertificate: janePair },
    },
    {
      name: "static credentials go before an auth-provider",
      one: { user: { token: "t", "auth-provider": oidc } },
      credentials: { kind: "static", bearerToken: "t" },
    },
    {
      name: "certificate and auth-provider: both",
      one: { user: { ...inline, "auth-provider": oidc } },
      credentials: {
        kind: "oidc",
        config: new Map(Object.entries(oidc.config)),
        userName: "u",
        origin: expect.stringMatching(/config$/) as string,
        clientCertificate: janePair,
      },
    },
    {
      name: "credentials in the server's URL go before all others",
      one: { cluster: { server: "https://u:p%40@h" }, user: { token: "t" } },
      credentials: { kind: "static", basic: { username: "u", password: "p@" } },
    },
  ])("$name", async ({ one, credentials }) => {
    expect((await resolveOne(one)).config.credentials).toEqual(credentials);
  });

  test("tokenFile and certificate files: relative to the kubeconfig", async () => {
    const { config, folder } = await resolveOne({
      user: { tokenFile: "pki/token", "client-certificate": "pki/c.crt", "client-key": "pki/c.key" },
      files: { "pki/token": "t", "pki/c.crt": jane.certificatePem, "pki/c.key": jane.keyPem },
    });
    expect(config.credentials).toEqual({
      kind: "static",
      tokenFile: join(folder, "pki/token"),
      clientCertificate: janePair,
      clientCertificateFiles: { certFile: join(folder, "pki/c.crt"), keyFile: join(folder, "pki/c.key") },
    });
  });

  test("token and a tokenFile that is missing: no error, the token is there", async () => {
    const { config, folder } = await resolveOne({ user: { token: "t", tokenFile: "none" } });
    expect(config.credentials).toEqual({ kind: "static", bearerToken: "t", tokenFile: join(folder, "none") });
  });

  test("exec command: a path only when it holds a slash", async () => {
    const relative = await resolveOne({ user: { exec } });
    expect(relative.config.credentials).toMatchObject({ exec: { command: join(relative.folder, "bin/p") } });
    const bare = await resolveOne({ user: { exec: { ...exec, command: "p" } } });
    expect(bare.config.credentials).toMatchObject({ kind: "exec", exec: { command: "p" }, clusterExtension: null });
  });

  test("exec gets the cluster's extension", async () => {
    const extensions = [
      { name: "other", extension: 1 },
      { name: "client.authentication.k8s.io/exec", extension: { audience: "a" } },
    ];
    const { config } = await resolveOne({ cluster: { server: "https://h", extensions }, user: { exec } });
    expect(config.credentials).toMatchObject({ clusterExtension: new Map([["audience", "a"]]) });
  });
});

describe("what shows before the first request", () => {
  test.each<{
    name: string;
    user: OneUser["user"];
    message: string;
    code: string;
    files?: Readonly<Record<string, string>>;
  }>([
    {
      name: "basic and tokenFile",
      user: { username: "a", tokenFile: "t" },
      files: { t: "x" },
      code: "KubeconfigInvalid",
      message: "username/password or bearer token may be set, but not both",
    },
    {
      name: "tokenFile missing",
      user: { tokenFile: "none" },
      code: "CredentialUnavailable",
      message: "open DIR/none: no such file or directory",
    },
    {
      name: "tokenFile empty",
      user: { tokenFile: "t" },
      files: { t: " \n" },
      code: "CredentialUnavailable",
      message: 'read empty token from file "DIR/t"',
    },
    ...["client.authentication.k8s.io/v1alpha1", "foo/v9"].map((apiVersion) => ({
      name: `exec of ${apiVersion}`,
      // Even where a static token would be used.
      user: { token: "t", exec: { ...exec, apiVersion } },
      code: "KubeconfigInvalid",
      message: `exec plugin: invalid apiVersion "${apiVersion}"`,
    })),
    {
      name: "auth-provider azure",
      user: { "auth-provider": { name: "azure" } },
      code: "CredentialUnavailable",
      message:
        "The azure auth plugin has been removed. Please use the https://github.com/Azure/kubelogin kubectl/client-go credential plugin instead. See https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins for further details",
    },
    {
      name: "auth-provider openstack",
      user: { "auth-provider": { name: "openstack" } },
      code: "CredentialUnavailable",
      message: 'no Auth Provider found for name "openstack"',
    },
    {
      name: "oidc without issuer",
      user: { "auth-provider": { name: "oidc" } },
      code: "CredentialUnavailable",
      message: "Must provide idp-issuer-url",
    },
    {
      name: "oidc without client id",
      user: { "auth-provider": { name: "oidc", config: { "idp-issuer-url": "https://i" } } },
      code: "CredentialUnavailable",
      message: "Must provide client-id",
    },
    {
      name: "key of another certificate",
      user: { ...inline, "client-key-data": base64(joe.keyPem) },
      code: "KubeconfigInvalid",
      message: "tls: private key does not match public key",
    },
    {
      name: "key of another kind",
      user: { ...inline, "client-key-data": base64(rsaKey) },
      code: "KubeconfigInvalid",
      message: "tls: private key type does not match public key type",
    },
    {
      name: "encrypted key",
      user: { ...inline, "client-key-data": base64(encryptedKey) },
      code: "KubeconfigInvalid",
      message: "tls: failed to parse private key",
    },
    {
      name: "certificate that is none",
      user: { ...inline, "client-certificate-data": base64("junk") },
      code: "KubeconfigInvalid",
      message: "tls: failed to find any PEM data in certificate input",
    },
    {
      name: "certificate and key exchanged",
      user: { "client-certificate-data": base64(jane.keyPem), "client-key-data": base64(jane.certificatePem) },
      code: "KubeconfigInvalid",
      message:
        "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched",
    },
    {
      name: "key that is a certificate",
      user: { ...inline, "client-key-data": base64(jane.certificatePem) },
      code: "KubeconfigInvalid",
      message: "tls: found a certificate rather than a key in the PEM for the private key",
    },
    {
      name: "broken key",
      user: { ...inline, "client-key-data": base64("-----BEGIN PRIVATE KEY-----\nYQ==\n-----END PRIVATE KEY-----\n") },
      code: "KubeconfigInvalid",
      message: "tls: failed to parse private key",
    },
  ])("$name", async ({ user, files = {}, message, code }) => {
    const attempt = resolveOne({ user: user ?? {}, files });
    expect(await messageOf(attempt)).toBe(`user "u" of context "x": ${message}`);
    await expect(attempt).rejects.toMatchObject({ code, exitCode: 1, hint: expect.stringMatching(/\S/) as string });
  });

  test("the hint for v1alpha1 is the command that repairs it, and no other tool takes it", async () => {
    const user = { exec: { ...exec, apiVersion: "client.authentication.k8s.io/v1alpha1" } };
    await expect(resolveOne({ user })).rejects.toMatchObject({
      hint: expect.stringMatching(
        /^fedctl config repair \(kubectl 1.24 and later refuse v1alpha1 too; exec.apiVersion of user "u" in .*config becomes v1beta1, which ".*bin\/p" must speak\)$/,
      ) as string,
    });
  });
});
