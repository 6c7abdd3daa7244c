import { describe, expect, test } from "vitest";
import { messageOf, testCertificates } from "./one-user.ts";
import { answering, never, pluginConfig, request, runner, v1, v1beta1 } from "./plugin.ts";

const { jane, joe } = testCertificates();

async function failureOf(script: string, apiVersion = v1): Promise<string> {
  return messageOf(runner()(request(await pluginConfig(script, { apiVersion })), never));
}

describe("what the plugin answers", () => {
  test.each([v1, v1beta1])("a token in %s", async (apiVersion) => {
    const exec = await pluginConfig(answering({ token: "t" }, apiVersion), { apiVersion });
    expect(await runner()(request(exec), never)).toEqual({ token: "t", keyPair: undefined, expiresAtMs: undefined });
  });

  test("YAML, unknown fields, no kind", async () => {
    const yaml = `apiVersion: ${v1}\nstatus:\n  token: t\n  other: 1\n  expirationTimestamp: 2024-01-02T03:04:05Z\n`;
    const exec = await pluginConfig(answering(yaml));
    expect(await runner()(request(exec), never)).toMatchObject({
      token: "t",
      expiresAtMs: Date.UTC(2024, 0, 2, 3, 4, 5),
    });
  });

  test("a certificate, with and without a token", async () => {
    const pair = { clientCertificateData: jane.certificatePem, clientKeyData: jane.keyPem };
    const exec = await pluginConfig(answering(pair));
    const { token, keyPair } = await runner()(request(exec), never);
    expect([token, keyPair?.certPem.toString(), keyPair?.keyPem.toString()]).toEqual([
      "",
      jane.certificatePem,
      jane.keyPem,
    ]);
    const both = await pluginConfig(answering({ ...pair, token: "t" }));
    expect((await runner()(request(both), never)).token).toBe("t");
  });

  const decoding = "decoding stdout: ";
  test.each([
    {
      name: "nothing",
      script: "",
      message: `exec plugin is configured to use API version ${v1}, plugin returned version client.authentication.k8s.io/__internal`,
    },
    {
      name: "another version",
      script: answering({ token: "t" }, v1beta1),
      message: `exec plugin is configured to use API version ${v1}, plugin returned version ${v1beta1}`,
    },
    {
      name: "an unknown version",
      script: answering({ token: "t" }, "foo/v9"),
      message: `${decoding}no kind "ExecCredential" is registered for version "foo/v9"`,
    },
    {
      name: "another kind",
      script: answering('{"apiVersion":"v1","kind":"Pod"}'),
      message: `${decoding}no kind "Pod" is registered for version "v1"`,
    },
    { name: "no status", script: answering(undefined), message: "exec plugin didn't return a status field" },
    { name: "an empty status", script: answering({}), message: "exec plugin didn't return a token or cert/key pair" },
    {
      name: "half a pair",
      script: answering({ token: "t", clientKeyData: jane.keyPem }),
      message: "exec plugin returned only certificate or key, not both",
    },
    {
      name: "bad PEM",
      script: answering({ clientCertificateData: "x", clientKeyData: "y" }),
      message: "failed parsing client key/certificate: tls: failed to find any PEM data in certificate input",
    },
    {
      name: "a foreign key",
      script: answering({ clientCertificateData: jane.certificatePem, clientKeyData: joe.keyPem }),
      message: "failed parsing client key/certificate: tls: private key does not match public key",
    },
    {
      name: "a bad time",
      script: answering({ token: "t", expirationTimestamp: "soon" }),
      message: `${decoding}parsing time "soon" as "2006-01-02T15:04:05Z07:00": cannot parse "soon" as "2006"`,
    },
    {
      name: "a day that February does not have",
      script: answering({ token: "t", expirationTimestamp: "2024-02-31T03:04:05Z" }),
      message: `${decoding}parsing time "2024-02-31T03:04:05Z": day out of range`,
    },
    {
      name: "a month that no year has",
      script: answering({ token: "t", expirationTimestamp: "2024-13-02T00:00:00Z" }),
      message: `${decoding}parsing time "2024-13-02T00:00:00Z": month out of range`,
    },
    {
      name: "a date alone",
      script: answering({ token: "t", expirationTimestamp: "2024-01-02" }),
      message: `${decoding}parsing time "2024-01-02" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"`,
    },
    {
      name: "a token that is a number",
      script: answering({ token: 1 }),
      message: `${decoding}json: cannot unmarshal number into Go struct field ExecCredentialStatus.status.token of type string`,
    },
  ])("$name", async ({ script, message }) => {
    expect(await failureOf(script)).toBe(message);
  });

  test("garbage is refused and not repeated: it may be a token", async () => {
    const plain = await failureOf(answering("s3cret"));
    expect(plain).toMatch(
      /^decoding stdout: couldn't get version\/kind; json parse error: json: cannot unmarshal string into /,
    );
    const broken = await failureOf(answering('{"status": {"token": "s3cret"'));
    expect(broken).toBe("decoding stdout: couldn't get version/kind; json parse error: the text is not valid JSON");
    expect(plain + broken).not.toContain("s3cret");
  });
});
