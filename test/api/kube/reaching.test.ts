import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { KubeObject } from "../../../src/kube/objects.ts";
import { createAuthority, openAuthority } from "../../cluster/certificates.ts";
import type { ClusterDetails } from "../../cluster/details.ts";
import { authorityName } from "../../cluster/kubeconfig-file.ts";
import { testClusters } from "../../support/clusters.ts";
import { errorOf, namespaces, openApi, type OpenOptions } from "./open-api.ts";
import { startHttpProxy, startPlainFront, startSocksProxy } from "./proxies.ts";

const { earth } = testClusters();
const { port } = new URL(earth.server);
const at = (server: string): ClusterDetails => ({ ...earth, server });
const issueFor = (...hosts: string[]) =>
  openAuthority(authorityName("earth"), earth.caKeyPem).issue({
    subject: { commonName: "test" },
    usage: "server",
    hosts,
  });

async function reach(cluster: ClusterDetails, options: OpenOptions = {}): Promise<KubeObject | undefined> {
  return await openApi(cluster, options).api.get({ type: namespaces, name: "default" });
}
const reached = { metadata: { name: "default" } };

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port; // TCP, so never a pipe's name
}

describe("a server that cannot be reached", () => {
  test("because nothing listens", async () => {
    const server = createServer();
    const free = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    const startedMs = performance.now();
    const error = await errorOf(reach(at(`https://127.0.0.1:${free}`)));
    expect(error).toMatchObject({
      code: "ServerUnreachable",
      message: `cannot get namespaces "default" of cluster "earth": Get "https://127.0.0.1:${free}/api/v1/namespaces/default": dial tcp 127.0.0.1:${free}: connect: connection refused`,
      hint: "check that the server is up: kubectl --context earth get --raw /readyz",
      exitCode: 1,
    });
    // A server that was never reached is not worth waiting for.
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });

  test("because its name is unknown", async () => {
    const error = await errorOf(reach(at("https://fedctl.invalid:6443")));
    expect(error.code).toBe("ServerUnreachable");
    // Without a network the resolver itself cannot be asked.
    expect(error.message).toMatch(/: dial tcp: lookup fedctl\.invalid: (no such host|server misbehaving)$/);
  });

  test("because it does not speak TLS", async () => {
    const plain = await listening(createHttpServer());
    const error = await errorOf(reach(at(`https://127.0.0.1:${plain}`)));
    expect(error).toMatchObject({ code: "ServerTLSFailure" });
    expect(error.message).toContain("http: server gave HTTP response to HTTPS client");
  });

  test("because it speaks TLS alone", async () => {
    const error = await errorOf(reach(at(`http://127.0.0.1:${port}`)));
    expect(error.code).toBe("ServerError");
    expect(error.message).toContain("the server answered 400: Client sent an HTTP request to an HTTPS server.");
  });
});

describe("trust", () => {
  test("is in the kubeconfig's authority alone", async () => {
    const caPem = Buffer.from(createAuthority("other").certificatePem);
    const error = await errorOf(reach(earth, { tls: { caPem } }));
    expect(error).toMatchObject({ code: "ServerTLSFailure", exitCode: 1 });
    expect(error.message).toContain(
      `Get "${earth.server}/api/v1/namespaces/default": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    );
    expect(error.hint).toContain("certificate-authority");
  });

  test("is not switched off by the environment", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    onTestFinished(() => void vi.unstubAllEnvs());
    const caPem = Buffer.from(createAuthority("other").certificatePem);
    expect(await errorOf(reach(earth, { tls: { caPem } }))).toMatchObject({ code: "ServerTLSFailure" });
  });

  test("skips certificates of the bundle that cannot be read", async () => {
    const broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    const caPem = Buffer.from(`# a comment\n${broken}${earth.caPem}`);
    expect(await reach(earth, { tls: { caPem } })).toMatchObject(reached);
  });

  test("is in every certificate of the bundle, the server's own too", async () => {
    const socket = connectTls({ host: "127.0.0.1", port: Number(port), rejectUnauthorized: false });
    await new Promise((resolve) => socket.once("secureConnect", resolve));
    const caPem = Buffer.from(socket.getPeerX509Certificate()?.toString() ?? "");
    socket.destroy();
    expect(await reach(earth, { tls: { caPem } })).toMatchObject(reached);
  });

  test("is not read from what holds no certificate", async () => {
    const error = await errorOf(reach(earth, { tls: { caPem: Buffer.from("nothing") } }));
    expect(error).toMatchObject({
      code: "KubeconfigInvalid",
      message: "unable to load root certificates: unable to parse bytes as PEM block",
    });
  });

  test("may be left out, but not together with an authority", async () => {
    const tls = { insecureSkipVerify: true };
    expect(await reach(earth, { tls: { ...tls, caPem: undefined } })).toMatchObject(reached);
    expect((await errorOf(reach(earth, { tls }))).message).toBe(
      "specifying a root certificates file with the insecure flag is not allowed",
    );
  });

  test("is the system's when the kubeconfig names none", async () => {
    const folder = await mkdtemp(join(tmpdir(), "fedctl-roots-"));
    await writeFile(join(folder, "ca.pem"), earth.caPem);
    const tls = { caPem: undefined };
    expect(await reach(earth, { tls, env: { SSL_CERT_FILE: join(folder, "ca.pem") } })).toMatchObject(reached);
    expect(await reach(earth, { tls, env: { SSL_CERT_DIR: folder } })).toMatchObject(reached);
    expect(await errorOf(reach(earth, { tls }))).toMatchObject({ code: "ServerTLSFailure" });
  });
});

describe("the server's name", () => {
  test("is the one of the URL", async () => {
    expect(await reach(at(`https://localhost:${port}`))).toMatchObject(reached);
  });

  test("is tls-server-name when that is set", async () => {
    expect(await reach(earth, { tls: { serverName: "kubernetes" } })).toMatchObject(reached);
    const error = await errorOf(reach(earth, { tls: { serverName: "wrong.example" } }));
    expect(error.code).toBe("ServerTLSFailure");
    expect(error.message).toContain(
      "x509: certificate is valid for localhost, kubernetes, kubernetes.default.svc, not wrong.example",
    );
  });

  test("is never the common name", async () => {
    const authority = openAuthority(authorityName("earth"), earth.caKeyPem);
    const { certificatePem, keyPem } = authority.issue({ subject: { commonName: "localhost" }, usage: "server" });
    const plain = await listening(createTlsServer({ cert: certificatePem, key: keyPem }));
    const error = await errorOf(reach(at(`https://localhost:${plain}`)));
    expect(error.message).toContain("x509: certificate relies on legacy Common Name field, use SANs instead");
    const byAddress = await errorOf(reach(at(`https://127.0.0.1:${plain}`)));
    expect(byAddress.message).toContain(
      "x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs",
    );
  });
});

test("a client certificate whose key is another's is refused before it is offered", async () => {
  const [one, other] = [issueFor(), issueFor()];
  const pair = { certPem: Buffer.from(one.certificatePem), keyPem: Buffer.from(other.keyPem) };
  const error = await errorOf(
    reach(earth, {
      authenticator: {
        headers: () => Promise.resolve({}),
        clientCertificate: () => Promise.resolve(pair),
        refresh: () => Promise.resolve(false),
      },
    }),
  );
  expect(error).toMatchObject({
    code: "CredentialUnavailable",
    message: 'the client certificate of user "admin" cannot be used: tls: private key does not match public key',
  });
});

describe("a plain http server", () => {
  test("is spoken to without TLS", async () => {
    await using front = await startPlainFront(earth);
    expect(await reach(at(`http://127.0.0.1:${front.port}`))).toMatchObject(reached);
  });

  test("is asked in absolute form through an http proxy", async () => {
    await using front = await startPlainFront(earth);
    await using proxy = await startHttpProxy();
    const proxyUrl = `http://127.0.0.1:${proxy.port}`;
    expect(await reach(at(`http://api.example:${front.port}`), { config: { proxyUrl } })).toMatchObject(reached);
    expect(proxy.asked).toEqual([`GET http://api.example:${front.port}/api/v1/namespaces/default`]);
  });

  test("is reached through a SOCKS proxy", async () => {
    await using front = await startPlainFront(earth);
    await using proxy = await startSocksProxy();
    const proxyUrl = `socks5://127.0.0.1:${proxy.port}`;
    expect(await reach(at(`http://api.example:${front.port}`), { config: { proxyUrl } })).toMatchObject(reached);
    expect(proxy.asked).toEqual([`SOCKS api.example:${front.port}`]);
  });
});

describe("a proxy", () => {
  const server = at(`https://kubernetes:${port}`);

  test("of the kubeconfig opens a tunnel, with its user's name decoded, and NO_PROXY does not count", async () => {
    await using proxy = await startHttpProxy();
    const proxyUrl = `http://al%40ice:s%3Acret@127.0.0.1:${proxy.port}`;
    expect(await reach(earth, { config: { proxyUrl }, env: { NO_PROXY: "*" } })).toMatchObject(reached);
    const basic = Buffer.from("al@ice:s:cret").toString("base64");
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${port} Basic ${basic}`]);
  });

  test("carries HTTP/1.1 as well", async () => {
    await using proxy = await startHttpProxy();
    const proxyUrl = `http://127.0.0.1:${proxy.port}`;
    const { api } = openApi(earth, { config: { proxyUrl }, env: { DISABLE_HTTP2: "1" } });
    await Promise.all(Array.from({ length: 10 }, () => api.get({ type: namespaces, name: "default" })));
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT 127.0.0.1:${port}`]));
    expect(proxy.asked.length).toBeGreaterThan(1);
  });

  test("over https is trusted by the cluster's authority", async () => {
    await using trusted = await startHttpProxy(issueFor("127.0.0.1"));
    expect(await reach(server, { config: { proxyUrl: `https://127.0.0.1:${trusted.port}` } })).toMatchObject(reached);
    expect(trusted.asked).toEqual([`CONNECT kubernetes:${port}`]);
    const stranger = createAuthority("other").issue({
      subject: { commonName: "proxy" },
      usage: "server",
      hosts: ["127.0.0.1"],
    });
    await using foreign = await startHttpProxy(stranger);
    const error = await errorOf(reach(server, { config: { proxyUrl: `https://127.0.0.1:${foreign.port}` } }));
    expect(error.code).toBe("ServerTLSFailure");
    expect(foreign.asked).toEqual([]);
  });

  test("of SOCKS looks the name up itself, and may want a password", async () => {
    await using open = await startSocksProxy();
    expect(await reach(server, { config: { proxyUrl: `socks5://127.0.0.1:${open.port}` } })).toMatchObject(reached);
    expect(open.asked).toEqual([`SOCKS kubernetes:${port}`]);
    await using closed = await startSocksProxy({ name: "alice", password: "secret" });
    const right = `socks5://alice:secret@127.0.0.1:${closed.port}`;
    expect(await reach(server, { config: { proxyUrl: right } })).toMatchObject(reached);
    const wrong = `socks5://alice:guess@127.0.0.1:${closed.port}`;
    const error = await errorOf(reach(server, { config: { proxyUrl: wrong } }));
    expect(error.code).toBe("ServerUnreachable");
    expect(error.message).toContain("username/password authentication failed");
    expect(`${error.message}${error.hint ?? ""}`).not.toContain("guess");
  });

  test("of the environment is taken, but for what NO_PROXY exempts and for this machine", async () => {
    await using proxy = await startHttpProxy();
    const env = { https_proxy: `127.0.0.1:${proxy.port}` };
    expect(await reach(server, { env })).toMatchObject(reached);
    expect(await reach(earth, { env })).toMatchObject(reached);
    expect(proxy.asked).toEqual([`CONNECT kubernetes:${port}`]);
    const exempt = await errorOf(reach(server, { env: { ...env, NO_PROXY: "kubernetes" } }));
    expect(exempt.message).toContain("dial tcp: lookup kubernetes: ");
  });

  test("that is not there is named", async () => {
    const closing = createServer();
    const free = await listening(closing);
    await new Promise((resolve) => closing.close(resolve));
    const error = await errorOf(reach(server, { config: { proxyUrl: `http://127.0.0.1:${free}` } }));
    expect(error.message).toContain(`proxyconnect tcp: dial tcp 127.0.0.1:${free}: connect: connection refused`);
  });

  test("that refuses says why", async () => {
    // A web server is no proxy: Node's answers CONNECT by hanging up.
    const web = await listening(createHttpServer());
    const error = await errorOf(reach(server, { config: { proxyUrl: `http://127.0.0.1:${web}` } }));
    expect(error).toMatchObject({ code: "ServerUnreachable" });
    expect(error.message).toContain("proxyconnect tcp: unexpected EOF");
  });
});
