import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { rawGet } from "../cluster/raw-client.ts";
import { askVulcan, decodeBase64, registrationOf, registrationPath, secretsPath } from "../support/cluster-pair.ts";
import { clearedPairForFile } from "../support/file-clusters.ts";
import { writeMemberKubeconfig } from "../support/member-kubeconfig.ts";
import { startTlsFront } from "../support/tls-front.ts";
import { startHttpProxy } from "./kube/proxies.ts";

const pair = clearedPairForFile();

async function closedAddress(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo; // TCP, so never a pipe's name
  await new Promise((resolve) => server.close(resolve));
  return `https://127.0.0.1:${port}`;
}

const withCa = (server: string, caPem: string) => ({
  server,
  "certificate-authority-data": Buffer.from(caPem).toString("base64"),
});

describe("what would be stored is tried first, and nothing is written", () => {
  test("when nobody listens there", async () => {
    const federation = await pair.openFederation();
    const apiEndpoint = await closedAddress();
    const { error, writes } = await pair.watched(() => federation.join("vulcan", { apiEndpoint }));
    expect(error).toMatchObject({
      code: "EndpointUnusable",
      exitCode: 7,
      message: expect.stringMatching(
        `^cluster "vulcan" cannot be joined: with what would be stored, ${apiEndpoint} cannot be used: .*connection refused`,
      ) as string,
      hint: expect.stringContaining("--no-check-endpoint") as string,
    });
    expect(writes).toEqual([]);
    const unchecked = await federation.join("vulcan", { apiEndpoint, skipEndpointCheck: true });
    expect(unchecked.error).toBeUndefined();
    expect((await registrationOf(pair, federation, "vulcan")).spec.apiEndpoint).toBe(apiEndpoint);
  });

  test("when another CA vouches for it, also by a dry run", async () => {
    const federation = await pair.openFederation();
    for (const dryRun of [false, true]) {
      const options = { caPem: pair.earth.caPem, dryRun };
      const { error, writes } = await pair.watched(() => federation.join("vulcan", options));
      expect(error).toMatchObject({
        code: "EndpointUnusable",
        exitCode: 7,
        hint: expect.stringContaining("--ca-file") as string,
      });
      expect(writes).toEqual([]);
    }
    expect((await federation.join("vulcan", { caPem: "no certificate" })).error).toMatchObject({
      code: "EndpointUnusable",
      hint: "give a file with PEM certificates: --ca-file",
    });
  });

  test("when only a proxy of the environment leads there", async () => {
    const federation = await pair.openFederation();
    await using proxy = await startHttpProxy();
    const far = pair.vulcan.server.replace("127.0.0.1", "kubernetes.default.svc");
    const kubeconfigPath = await writeMemberKubeconfig(pair, withCa(far, pair.vulcan.caPem));
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    const { error, writes } = await pair.watched(() => federation.join("vulcan", {}, { kubeconfigPath, env }));
    expect(error).toMatchObject({
      code: "EndpointUnusable",
      hint: expect.stringContaining("a proxy of the environment is not stored") as string,
    });
    expect(writes).toEqual([]);
    expect(proxy.asked).not.toEqual([]);
  });
});

describe("another address", () => {
  test("that the certificate names stands in for tls-server-name (B-JN8)", async () => {
    const federation = await pair.openFederation();
    const cluster = { ...withCa(pair.vulcan.server, pair.vulcan.caPem), "tls-server-name": "kubernetes" };
    const kubeconfigPath = await writeMemberKubeconfig(pair, cluster);
    const refused = await pair.watched(() => federation.join("vulcan", {}, { kubeconfigPath }));
    expect([refused.error, refused.writes]).toMatchObject([{ code: "ClusterUnsupported", exitCode: 7 }, []]);
    const apiEndpoint = pair.vulcan.server.replace("127.0.0.1", "localhost");
    expect((await federation.join("vulcan", { apiEndpoint }, { kubeconfigPath })).error).toBeUndefined();
    expect((await registrationOf(pair, federation, "vulcan")).spec.apiEndpoint).toBe(apiEndpoint);
    expect(await askVulcan(pair, federation, "/healthz")).toBe(200);
  });

  test("of another cluster is found out with the token, and the next join goes on", async () => {
    const federation = await pair.openFederation();
    const wrong = { apiEndpoint: pair.earth.server, caPem: pair.earth.caPem };
    const { error } = await federation.join("vulcan", wrong);
    expect(error).toMatchObject({
      code: "EndpointUnusable",
      exitCode: 1,
      message: `cluster "vulcan" is not registered: with its token, ${pair.earth.server} cannot be used: it does not accept the token that was made, as if another cluster answered there`,
      hint: expect.stringMatching(
        /6 of 7 steps are done; to continue: fedctl join vulcan --api-endpoint .* --host-cluster-context earth --kubefed-namespace plane-/,
      ) as string,
    });
    expect(await rawGet(pair.earth, registrationPath(federation.namespace, "vulcan"))).toBeUndefined();
    expect((await federation.join("vulcan")).error).toBeUndefined();
    expect(await askVulcan(pair, federation, secretsPath("default"))).toBe(200);
  });
});

describe("the CA", () => {
  test("of a certificate-authority file is stored, of a front with another CA (B-JN7)", async () => {
    const federation = await pair.openFederation();
    await using front = await startTlsFront(pair.vulcan);
    const file = join(pair.root, "front.pem");
    await writeFile(file, front.caPem);
    const kubeconfigPath = await writeMemberKubeconfig(pair, { server: front.server, "certificate-authority": file });
    expect((await federation.join("vulcan", {}, { kubeconfigPath })).error).toBeUndefined();
    const { spec } = await registrationOf(pair, federation, "vulcan");
    expect(decodeBase64(spec.caBundle)).toBe(front.caPem);
    expect(await askVulcan(pair, federation, secretsPath("default"))).toBe(200);
  });

  test("that is given switches the verification on again", async () => {
    const federation = await pair.openFederation();
    const insecure = { server: pair.vulcan.server, "insecure-skip-tls-verify": true };
    const kubeconfigPath = await writeMemberKubeconfig(pair, insecure);
    const { caPem } = pair.vulcan;
    expect((await federation.join("vulcan", { caPem }, { kubeconfigPath })).error).toBeUndefined();
    const { spec } = await registrationOf(pair, federation, "vulcan");
    expect(decodeBase64(spec.caBundle)).toBe(caPem);
    expect(spec).not.toHaveProperty("disabledTLSValidations");
  });

  test("is that of the cluster where the kubeconfig has none and it fits", async () => {
    const federation = await pair.openFederation();
    const kubeconfigPath = await writeMemberKubeconfig(pair, { server: pair.vulcan.server });
    const file = join(pair.root, "vulcan.pem");
    await writeFile(file, pair.vulcan.caPem);
    const run = { kubeconfigPath, env: { SSL_CERT_FILE: file } };
    expect((await federation.join("vulcan", {}, run)).error).toBeUndefined();
    const { spec } = await registrationOf(pair, federation, "vulcan");
    expect(decodeBase64(spec.caBundle).trim()).toBe(pair.vulcan.caPem.trim());
  });

  test("is left out where the system's certificates alone fit, as of a public load balancer", async () => {
    const federation = await pair.openFederation();
    await using front = await startTlsFront(pair.vulcan);
    const kubeconfigPath = await writeMemberKubeconfig(pair, { server: front.server });
    const file = join(pair.root, "public.pem");
    await writeFile(file, front.caPem);
    const run = { kubeconfigPath, env: { SSL_CERT_FILE: file } };
    expect((await federation.join("vulcan", {}, run)).error).toBeUndefined();
    const { spec } = await registrationOf(pair, federation, "vulcan");
    expect(spec).not.toHaveProperty("caBundle");
    const again = await federation.join("vulcan", { errorOnExisting: false }, run);
    expect(again.changes.filter((change) => !change.startsWith("keep "))).toEqual([]);
  });
});

test("a proxy-url is stored, and used by the trial", async () => {
  const federation = await pair.openFederation();
  await using proxy = await startHttpProxy();
  const proxyUrl = `http://127.0.0.1:${proxy.port}`;
  const cluster = { ...withCa(pair.vulcan.server, pair.vulcan.caPem), "proxy-url": proxyUrl };
  const kubeconfigPath = await writeMemberKubeconfig(pair, cluster);
  expect((await federation.join("vulcan", {}, { kubeconfigPath })).error).toBeUndefined();
  expect((await registrationOf(pair, federation, "vulcan")).spec.proxyURL).toBe(proxyUrl);
  // A tunnel for the kubeconfig's connection, one for the trial, one for that with the token.
  expect(proxy.asked).toHaveLength(3);
});
