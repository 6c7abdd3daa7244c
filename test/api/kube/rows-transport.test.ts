import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { createAuthority, openAuthority } from "../../cluster/certificates.ts";
import { authorityName } from "../../cluster/kubeconfig-file.ts";
import { testClusters } from "../../support/clusters.ts";
import { startInterceptor } from "../../support/interceptor.ts";
import { connectAmid } from "../../support/kubeconfig-connection.ts";
import { configMaps, errorOf, namespaces, openApi } from "./open-api.ts";
import { type ObservedFront, startObservedFront } from "./observed-front.ts";
import { startHttpProxy, startSocksProxy } from "./proxies.ts";

const { earth } = testClusters();
const { port } = new URL(earth.server);
const folder = await mkdtemp(join(tmpdir(), "fedctl-transport-"));
afterAll(() => rm(folder, { recursive: true }));

interface Settings {
  readonly server?: string;
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

const ca = { "certificate-authority-data": Buffer.from(earth.caPem).toString("base64") };
const admin = { token: earth.adminToken };
const signal = new AbortController().signal;

/** The name of the namespace that a kubeconfig of these settings reads so many times, or why it cannot. */
async function read({ server = earth.server, cluster = ca, user = admin, env }: Settings, times = 1): Promise<string> {
  const file = join(folder, "kubeconfig");
  const config = {
    clusters: [{ name: "c", cluster: { server, ...cluster } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  };
  await writeFile(file, JSON.stringify(config));
  try {
    const { api } = await connectAmid(file, undefined, { signal, env });
    const names = new Set<string | undefined>();
    for (let run = 0; run < times; run += 1) {
      names.add((await api.get({ type: namespaces, name: "default" }))?.metadata?.name);
    }
    api.close();
    return [...names].join();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function observe(
  scheme: "https" | "http",
  settings: (front: ObservedFront) => Settings,
  times = 1,
): Promise<{ readonly result: string; readonly front: ObservedFront }> {
  const front = await startObservedFront(earth, scheme);
  onTestFinished(() => front[Symbol.asyncDispose]());
  return { result: await read(settings(front), times), front };
}

const pem = (certificates: string): { readonly "certificate-authority-data": string } => ({
  "certificate-authority-data": Buffer.from(certificates).toString("base64"),
});
async function certificateOf(at: number): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port: at, rejectUnauthorized: false });
  await new Promise((resolve) => socket.once("secureConnect", resolve));
  const certificate = socket.getPeerX509Certificate()?.toString() ?? "";
  socket.destroy();
  return certificate;
}

const atName = `https://kubernetes:${port}`;

/** What client-go 0.34.4 does, row by row, on a real API server. */
describe("3.3", () => {
  test("connection reuse", async () => {
    const { front } = await observe("https", (at) => ({ server: `https://127.0.0.1:${at.port}` }), 4);
    expect([front.seen.length, front.connections]).toEqual([4, 1]);
    expect(front.seen.map(({ version }) => version)).toEqual(["2.0", "2.0", "2.0", "2.0"]);
  });

  test("http:// server", async () => {
    const user = { token: "secret", as: "jane" };
    const { result, front } = await observe("http", (at) => ({ server: `http://127.0.0.1:${at.port}`, user }));
    expect(result).toBe("default");
    expect(front.seen[0]?.headers).toMatchObject({ "impersonate-user": "jane" });
    expect(front.seen[0]?.headers).not.toHaveProperty("authorization");
  });

  test("no scheme", async () => {
    const { result, front } = await observe("http", (at) => ({ server: `127.0.0.1:${at.port}` }));
    expect([result, front.seen.length]).toEqual(["default", 1]);
  });

  test("path prefix", async () => {
    const server = (at: ObservedFront): string => `https://127.0.0.1:${at.port}/k8s/clusters/c-1/?x=1`;
    const { result, front } = await observe("https", (at) => ({ server: server(at) }));
    expect([result, front.seen[0]?.path]).toEqual(["default", "/k8s/clusters/c-1/api/v1/namespaces/default"]);
  });

  test("CA + insecure", async () => {
    expect(await read({ cluster: { ...ca, "insecure-skip-tls-verify": true } })).toContain(
      "specifying a root certificates file with the insecure flag is not allowed",
    );
  });

  test("no CA in the kubeconfig", async () => {
    await writeFile(join(folder, "roots.pem"), earth.caPem);
    expect(await read({ cluster: {}, env: { SSL_CERT_FILE: join(folder, "roots.pem") } })).toBe("default");
    expect(await read({ cluster: {} })).toContain("x509: certificate signed by unknown authority");
  });

  test("garbage CA", async () => {
    expect(await read({ cluster: pem("nothing") })).toContain(
      "unable to load root certificates: unable to parse bytes as PEM block",
    );
  });

  test("intermediate/leaf as CA", async () => {
    const front = await startObservedFront(earth, "https");
    onTestFinished(() => front[Symbol.asyncDispose]());
    const leaf = await certificateOf(front.port);
    expect(await read({ server: `https://127.0.0.1:${front.port}`, cluster: pem(leaf) })).toBe("default");
  });

  test("CN-only certificate", async () => {
    const authority = openAuthority(authorityName("earth"), earth.caKeyPem);
    const { certificatePem: cert, keyPem: key } = authority.issue({
      subject: { commonName: "localhost" },
      usage: "server",
    });
    const server = createServer({ cert, key });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const bare = typeof address === "object" && address !== null ? address.port : 0;
    expect(await read({ server: `https://localhost:${bare}` })).toContain(
      "x509: certificate relies on legacy Common Name field, use SANs instead",
    );
  });

  test("tls-server-name", async () => {
    expect(await read({ cluster: { ...ca, "tls-server-name": "kubernetes" } })).toBe("default");
    expect(await read({ cluster: { ...ca, "tls-server-name": "other" } })).toContain("not other");
  });

  test("proxy-url http", async () => {
    await using proxy = await startHttpProxy();
    const cluster = { ...ca, "proxy-url": `http://127.0.0.1:${proxy.port}` };
    expect(await read({ server: atName, cluster })).toBe("default");
    expect(proxy.asked).toEqual([`CONNECT kubernetes:${port}`]);
  });

  test("proxy-url https", async () => {
    const issued = (from: Pick<ReturnType<typeof createAuthority>, "issue">) =>
      from.issue({ subject: { commonName: "proxy" }, usage: "server", hosts: ["127.0.0.1"] });
    await using proxy = await startHttpProxy(issued(openAuthority(authorityName("earth"), earth.caKeyPem)));
    await using foreign = await startHttpProxy(issued(createAuthority("other")));
    const through = (at: { port: number }): Settings => ({
      cluster: { ...ca, "proxy-url": `https://127.0.0.1:${at.port}` },
    });
    expect(await read({ server: atName, ...through(proxy) })).toBe("default");
    expect(await read({ server: atName, ...through(foreign) })).toContain("x509: ");
  });

  test("proxy-url socks5", async () => {
    await using proxy = await startSocksProxy();
    const cluster = { ...ca, "proxy-url": `socks5://127.0.0.1:${proxy.port}` };
    expect(await read({ server: atName, cluster })).toBe("default");
    expect(proxy.asked).toEqual([`SOCKS kubernetes:${port}`]);
  });

  test("http server through http proxy", async () => {
    await using proxy = await startHttpProxy();
    const cluster = { "proxy-url": `http://127.0.0.1:${proxy.port}` };
    const { result } = await observe("http", (at) => ({ server: `http://api.example:${at.port}`, cluster }));
    expect([result, ...proxy.asked]).toEqual([
      "default",
      expect.stringMatching(/^GET http:\/\/api\.example:\d+\/api\/v1\/namespaces\/default$/),
    ]);
  });

  test("bad proxy-url", async () => {
    for (const url of ["ftp://x", "127.0.0.1:3128"]) {
      expect(await read({ cluster: { ...ca, "proxy-url": url } })).toContain(
        `invalid 'proxy-url' "${url}" for cluster "c"`,
      );
    }
  });

  test("HTTPS_PROXY, NO_PROXY", async () => {
    await using proxy = await startHttpProxy();
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    expect(await read({ server: atName, env })).toBe("default");
    expect(await read({ server: atName, env: { ...env, NO_PROXY: "kubernetes" } })).toContain("dial tcp: lookup");
    expect(proxy.asked).toEqual([`CONNECT kubernetes:${port}`]);
  });

  test("error bodies", async () => {
    expect(await read({ user: { token: "wrong" } })).toContain(": Unauthorized");
    const { api } = openApi(earth);
    const error = await errorOf(api.create(configMaps, { metadata: { name: "A", namespace: "default" } }));
    expect(error.message).toContain('ConfigMap "A" is invalid: metadata.name: Invalid value');
  });

  test("429 Retry-After", async () => {
    let asked = 0;
    const busy = { kind: "answer", status: 429, retryAfterSeconds: 0 } as const;
    await using front = await startInterceptor(earth, {
      decide: () => ((asked += 1) > 10 ? { kind: "pass" } : busy),
    });
    expect([await read({ server: front.cluster.server }), asked]).toEqual(["default", 11]);
  });

  test("User-Agent", async () => {
    const { front } = await observe("https", (at) => ({ server: `https://127.0.0.1:${at.port}` }));
    expect(front.seen[0]?.headers["user-agent"]).toBe("fedctl-tests");
  });

  test("DISABLE_HTTP2", async () => {
    const server = (at: ObservedFront): string => `https://127.0.0.1:${at.port}`;
    const { result, front } = await observe("https", (at) => ({ server: server(at), env: { DISABLE_HTTP2: "1" } }));
    expect([result, front.seen[0]?.version]).toEqual(["default", "1.1"]);
  });

  test("NODE_TLS_REJECT_UNAUTHORIZED", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await read({ cluster: pem(createAuthority("other").certificatePem) })).toContain(
      "x509: certificate signed by unknown authority",
    );
  });
});
