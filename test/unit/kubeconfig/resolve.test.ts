import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadKubeconfig } from "../../../src/kubeconfig/load.ts";
import { resolveClientConfig } from "../../../src/kubeconfig/resolve.ts";
import { base64, messageOf, resolveOne, testCertificates } from "./one-user.ts";
import type { OneUser } from "./one-user.ts";
import { tempFolder } from "./temp-folder.ts";

const certificates = testCertificates();
const v1 = "client.authentication.k8s.io/v1";

describe("which context", () => {
  test("the override, else the current one", async () => {
    expect((await resolveOne({ currentContext: "x" })).config.contextName).toBe("x");
    expect((await resolveOne({ currentContext: "gone" }, { contextOverride: "x" })).config.contextName).toBe("x");
    expect((await resolveOne({}, { contextOverride: "" })).config.contextName).toBe("x");
  });

  test("unknown override: the contexts that do exist are listed", async () => {
    const cwd = await tempFolder({ f: "contexts: [{name: b}, {name: a}]\n" });
    const { raw } = await loadKubeconfig({ explicitPath: "f", env: {}, cwd });
    await expect(resolveClientConfig(raw, { contextOverride: "nope", env: {}, cwd })).rejects.toMatchObject({
      code: "ContextNotFound",
      exitCode: 1,
      message: 'context "nope" does not exist',
      hint: 'contexts in f: a, b; list them with "kubectl config get-contexts"',
    });
  });

  test("unknown override in a long kubeconfig: the list is cut", async () => {
    const names = Array.from({ length: 12 }, (_, at) => `{name: c${at + 10}}`).join(", ");
    const cwd = await tempFolder({ f: `contexts: [${names}]\n` });
    const { raw } = await loadKubeconfig({ explicitPath: "f", env: {}, cwd });
    await expect(resolveClientConfig(raw, { contextOverride: "nope", env: {}, cwd })).rejects.toMatchObject({
      hint: expect.stringContaining("c19, and 2 more;") as string,
    });
  });

  test("current context that names nothing", async () => {
    await expect(resolveOne({ currentContext: "ghost" })).rejects.toMatchObject({
      code: "ContextNotFound",
      message:
        "invalid configuration: [context was not found for specified context: ghost, cluster has no server defined]",
    });
  });

  test.each<{ name: string; one: OneUser; hint: string | RegExp }>([
    {
      name: "context of an unknown cluster",
      one: { cluster: null },
      hint: /names cluster "c", which no kubeconfig defines$/,
    },
    {
      name: "no current context",
      one: { currentContext: "" },
      hint: /^no current context is set; contexts in .*: x; /,
    },
  ])("no configuration: $name", async ({ one, hint }) => {
    await expect(resolveOne(one)).rejects.toMatchObject({
      code: "KubeconfigMissing",
      message:
        "invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable",
      hint: expect.stringMatching(hint) as string,
    });
  });

  test("unknown user, and none: no credentials, TLS settings kept", async () => {
    const cluster = { server: "https://c.example", "tls-server-name": "name" };
    for (const user of ["ghost", ""]) {
      const { config } = await resolveOne({ cluster, context: { user } });
      expect(config.credentials).toEqual({ kind: "anonymous" });
      expect(config.tls.serverName).toBe("name");
    }
  });

  test("namespace: the context's, whatever it is, else default", async () => {
    expect((await resolveOne({ context: { namespace: "Not Valid" } })).config.namespace).toBe("Not Valid");
    expect((await resolveOne({})).config.namespace).toBe("default");
  });
});

describe("what client-go refuses (table of 1.5)", () => {
  const exec = { apiVersion: v1, command: "p", interactiveMode: "Never" };
  const missing = (what: string): string => `${what} must be specified for u to use exec authentication plugin`;
  test.each<{ one: OneUser; message: string }>([
    {
      one: { user: { "client-certificate": "c.crt" }, files: { "c.crt": "" } },
      message: "client-key-data or client-key must be specified for u to use the clientCert authentication method.",
    },
    {
      one: { user: { "client-certificate": "none", "client-key": "nor" } },
      message:
        "[unable to read client-cert DIR/none for u due to open DIR/none: no such file or directory, unable to read client-key DIR/nor for u due to open DIR/nor: no such file or directory]",
    },
    {
      one: { user: { exec, "auth-provider": { name: "oidc" } } },
      message: "authProvider cannot be provided in combination with an exec plugin for u",
    },
    {
      one: { user: { exec: { env: [{}, { name: "A" }] } } },
      message: `[${missing("command")}, ${missing("apiVersion")}, ${missing("env variable name")}, ${missing("interactiveMode")}]`,
    },
    { one: { user: { exec: { env: [{}, {}], ...exec } } }, message: missing("env variable name") },
    {
      one: { user: { exec: { ...exec, interactiveMode: "Sometimes" } } },
      message: 'invalid interactiveMode for u: "Sometimes"',
    },
    {
      one: { user: { token: "t", password: "p" } },
      message: "more than one authentication method found for u; found [token basicAuth], only one is allowed",
    },
    ...[{ "as-uid": "1" }, { "as-groups": ["g"] }, { "as-user-extra": { k: ["v"] } }].map((user) => ({
      one: { user },
      message: "requesting uid, groups or user-extra for u without impersonating a user",
    })),
    { one: { cluster: {} }, message: 'no server found for cluster "c"' },
    {
      one: { cluster: { "proxy-url": "//h" } },
      message: `[no server found for cluster "c", invalid 'proxy-url' "//h" for cluster "c": unsupported scheme "", must be http, https, or socks5]`,
    },
    {
      one: {
        cluster: { server: "https://c", "certificate-authority": "ca", "certificate-authority-data": "YQ==" },
        files: { ca: "" },
      },
      message:
        "certificate-authority-data and certificate-authority are both specified for c. certificate-authority-data will override.",
    },
    {
      one: { cluster: { server: "https://c", "certificate-authority": "none" } },
      message: "unable to read certificate-authority DIR/none for c due to open DIR/none: no such file or directory",
    },
  ])("$message", async ({ one, message }) => {
    expect(await messageOf(resolveOne(one))).toBe(`invalid configuration: ${message}`);
    await expect(resolveOne(one)).rejects.toMatchObject({ code: "KubeconfigInvalid", exitCode: 1 });
  });

  test("entries that the context does not use are never looked at", async () => {
    const cwd = await tempFolder({
      f: "clusters: [{name: c, cluster: {server: https://c}}, {name: bad}]\nusers: [{name: bad, user: {token: t, username: u}}]\ncontexts: [{name: x, context: {cluster: c}}]\n",
    });
    const { raw } = await loadKubeconfig({ explicitPath: "f", env: {}, cwd });
    expect((await resolveClientConfig(raw, { contextOverride: "x", env: {}, cwd })).clusterName).toBe("c");
  });
});

// Each line was given to kubectl 1.34, with the same result.
describe("proxy-url", () => {
  test.each([
    { proxy: "ftp://x", reason: 'unsupported scheme "ftp", must be http, https, or socks5' },
    { proxy: "socks5h://x", reason: 'unsupported scheme "socks5h", must be http, https, or socks5' },
    { proxy: "localhost:3128", reason: 'unsupported scheme "localhost", must be http, https, or socks5' },
    { proxy: "proxy", reason: 'unsupported scheme "", must be http, https, or socks5' },
    { proxy: "127.0.0.1:3128", reason: "could not parse: 127.0.0.1:3128" },
    { proxy: ":foo", reason: "could not parse: :foo" },
    { proxy: "http://[x", reason: "could not parse: http://[x" },
    { proxy: "http://h/%zz", reason: "could not parse: http://h/%zz" },
  ])("$proxy is refused", async ({ proxy, reason }) => {
    const attempt = resolveOne({ cluster: { server: "https://c", "proxy-url": proxy } });
    expect(await messageOf(attempt)).toBe(
      `invalid configuration: invalid 'proxy-url' "${proxy}" for cluster "c": ${reason}`,
    );
  });

  test("a password in it is not shown", async () => {
    const attempt = resolveOne({ cluster: { server: "https://c", "proxy-url": "ftp://u:s3cret@h" } });
    expect(await messageOf(attempt)).toContain('"ftp://u:xxxxx@h"');
  });

  test.each(["http://p:1", "https://p", "socks5://u:p@p:1080", "HTTP://p"])("%s is taken as it is", async (proxy) => {
    const { config } = await resolveOne({ cluster: { server: "https://c", "proxy-url": proxy } });
    expect(config.proxyUrl).toBe(proxy);
  });

  test("without a host it means none", async () => {
    const { config } = await resolveOne({ cluster: { server: "https://c", "proxy-url": "http://" } });
    expect(config.proxyUrl).toBeUndefined();
  });
});

describe("server URL", () => {
  test.each([
    { server: "https://h:6443", baseUrl: "https://h:6443" },
    { server: "https://h/", baseUrl: "https://h" },
    { server: "https://h/k8s/clusters/c-1/", baseUrl: "https://h/k8s/clusters/c-1" },
    { server: "https://h/k8s?x=1#f", baseUrl: "https://h/k8s" },
    { server: "https://h?x=1", baseUrl: "https://h" },
    { server: "HTTPS://h", baseUrl: "https://h" },
    { server: "https://[::1]:6443", baseUrl: "https://[::1]:6443" },
    { server: "https://u:s3cret@h", baseUrl: "https://h" },
    { server: "10.0.0.1:6443", baseUrl: "http://10.0.0.1:6443" },
    { server: "localhost:6443", baseUrl: "http://localhost:6443" },
    { server: "[::1]:1", baseUrl: "http://[::1]:1" },
    { server: "http://h", baseUrl: "http://h" },
  ])("$server", async ({ server, baseUrl }) => {
    const { config } = await resolveOne({ cluster: { server, "insecure-skip-tls-verify": true } });
    expect(config).toMatchObject({ server, baseUrl });
  });

  test.each(["https://[bad", "https://h:port", "h/prefix", "https://", "https:///x", "//h", "https://a b"])(
    "%s is refused",
    async (server) => {
      expect(await messageOf(resolveOne({ cluster: { server } }))).toBe(
        `cluster "c" of context "x": host must be a URL or a host:port pair: "${server}"`,
      );
    },
  );

  test("another scheme is refused", async () => {
    expect(await messageOf(resolveOne({ cluster: { server: "ftp://h" } }))).toBe(
      'cluster "c" of context "x": unsupported protocol scheme "ftp"',
    );
  });

  test("over http neither credentials nor TLS settings count; impersonation does", async () => {
    const { config } = await resolveOne({
      cluster: {
        server: "http://h",
        "tls-server-name": "n",
        "insecure-skip-tls-verify": true,
        "certificate-authority-data": "YQ==",
      },
      user: { tokenFile: "none", exec: { apiVersion: "wrong", command: "p", interactiveMode: "Never" }, as: "jane" },
    });
    expect(config.credentials).toEqual({ kind: "anonymous" });
    expect(config.tls).toEqual({
      caPem: undefined,
      caFile: undefined,
      insecureSkipVerify: false,
      serverName: undefined,
    });
    expect(config.impersonation).toEqual({ user: "jane", uid: "", groups: [], extra: new Map() });
  });
});

describe("TLS settings", () => {
  const { certificatePem } = certificates.ca;

  test("authority from data, and from a file relative to the kubeconfig", async () => {
    const data = await resolveOne({
      cluster: { server: "https://h", "certificate-authority-data": base64(certificatePem) },
    });
    expect(data.config.tls).toMatchObject({ caPem: Buffer.from(certificatePem), caFile: undefined });
    const file = await resolveOne({
      cluster: { server: "https://h", "certificate-authority": "pki/ca.crt" },
      files: { "pki/ca.crt": certificatePem },
    });
    expect(file.config.tls).toMatchObject({
      caPem: Buffer.from(certificatePem),
      caFile: join(file.folder, "pki/ca.crt"),
    });
  });

  test("relative paths start at the kubeconfig that holds the entry, not at the current folder", async () => {
    const cwd = await tempFolder({
      "sub/f":
        "clusters: [{name: c, cluster: {server: https://h, certificate-authority: ca.crt}}]\ncontexts: [{name: x, context: {cluster: c}}]\n",
      "sub/ca.crt": certificatePem,
    });
    const { raw } = await loadKubeconfig({ env: { KUBECONFIG: "sub/f" }, cwd });
    const config = await resolveClientConfig(raw, { contextOverride: "x", env: {}, cwd });
    expect(config.tls.caFile).toBe(join(cwd, "sub/ca.crt"));
  });

  test.each([
    { data: "", insecure: true, text: "specifying a root certificates file with the insecure flag is not allowed" },
    { data: "junk", insecure: false, text: "unable to load root certificates: unable to parse bytes as PEM block" },
    {
      data: certificates.jane.keyPem,
      insecure: false,
      text: "unable to load root certificates: no valid certificate authority data seen",
    },
  ])("refused: $text", async ({ data, insecure, text }) => {
    const cluster = {
      server: "https://h",
      "insecure-skip-tls-verify": insecure,
      "certificate-authority-data": base64(data === "" ? certificatePem : data),
    };
    expect(await messageOf(resolveOne({ cluster }))).toBe(`cluster "c" of context "x": ${text}`);
  });

  test("a bundle may hold text, keys and a broken certificate beside a good one", async () => {
    const broken = "-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n";
    const bundle = `# ours\n${broken}${certificates.jane.keyPem}${certificatePem}`;
    const { config } = await resolveOne({
      cluster: { server: "https://h", "certificate-authority-data": base64(bundle) },
    });
    expect(config.tls.caPem?.toString()).toBe(bundle);
  });

  test("tls-server-name, disable-compression, proxy-url", async () => {
    const cluster = {
      server: "https://h",
      "tls-server-name": "n",
      "disable-compression": true,
      "proxy-url": "http://p",
    };
    const { config } = await resolveOne({ cluster });
    expect([config.tls.serverName, config.disableCompression, config.proxyUrl]).toEqual(["n", true, "http://p"]);
  });
});
