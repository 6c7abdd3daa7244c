import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClusterClients, createClusterClients } from "../../../src/engine/cluster-clients.ts";
import type { KubeFedCluster } from "../../../src/federation/kubefed-types.ts";
import { rawCreate, rawPatch } from "../../cluster/raw-client.ts";
import { connectTo } from "../../support/cluster-connection.ts";
import { testClusters, uniqueName } from "../../support/clusters.ts";
import { connectWithToken } from "../../support/kubeconfig-connection.ts";
import { startTlsFront, type TlsFrontOptions } from "../../support/tls-front.ts";

const { earth, vulcan } = testClusters();
const namespace = uniqueName("plane");
const { signal } = new AbortController();
let clients: ClusterClients;

const secretsPath = `/api/v1/namespaces/${namespace}/secrets`;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

beforeAll(async () => {
  await rawCreate(earth, "/api/v1/namespaces", { metadata: { name: namespace } });
  await store("good", { token: base64(vulcan.adminToken) });
  clients = createClusterClients({
    host: connectTo(earth).api,
    kubefedNamespace: namespace,
    connectWith: (config, token) => Promise.resolve(connectWithToken(config, token, { signal })),
  });
});
afterAll(() => {
  clients.close();
});

const store = (name: string, data: Record<string, string>) =>
  rawCreate(earth, secretsPath, { metadata: { name }, data });

function registration(more: Partial<KubeFedCluster["spec"]> = {}, name = uniqueName("vulcan")): KubeFedCluster {
  const spec = { apiEndpoint: vulcan.server, caBundle: base64(vulcan.caPem), secretRef: { name: "good" }, ...more };
  return { metadata: { name, uid: name }, spec };
}

async function version(cluster: KubeFedCluster): Promise<unknown> {
  const { api } = await clients.clientFor(cluster);
  return api.read("/version");
}

const itsVersion = { gitVersion: vulcan.version };

describe("a registered cluster", () => {
  test("is reached with what its registration and its Secret hold, over a second connection for watches", async () => {
    const client = await clients.clientFor(registration());
    expect(await client.api.read("/version")).toMatchObject(itsVersion);
    expect(await client.watchApi.read("/version")).toMatchObject(itsVersion);
    expect(client.watchApi).not.toBe(client.api);
  });

  test("has one client for as long as its spec stays", async () => {
    const cluster = registration();
    const [one, same] = await Promise.all([clients.clientFor(cluster), clients.clientFor(structuredClone(cluster))]);
    expect(same).toBe(one);
    const moved = { ...cluster, spec: { ...cluster.spec, apiEndpoint: `${vulcan.server}/` } };
    expect(await clients.clientFor(moved)).not.toBe(one);
    expect(await version(moved)).toMatchObject(itsVersion);
  });

  test("is reached again after its token was replaced", async () => {
    await store("replaced", { token: base64("revoked") });
    const client = await clients.clientFor(registration({ secretRef: { name: "replaced" } }));
    await expect(client.api.read("/api")).rejects.toMatchObject({ code: "ServerUnauthorized" });
    expect(await client.reloadToken()).toBe(false);
    await rawPatch(earth, `${secretsPath}/replaced`, { data: { token: base64(vulcan.adminToken) } });
    expect(await client.reloadToken()).toBe(true);
    expect(await client.api.read("/version")).toMatchObject(itsVersion);
  });

  test.each([
    ["nobody made", 'there is no secret "nobody-made"'],
    ["empty", 'is missing a non-empty value for "token"'],
  ])(
    "whose Secret %s is told apart from one that does not answer, and works once that is mended",
    async (what, why) => {
      const name = what.replace(" ", "-");
      if (name === "empty") await store(name, {});
      const cluster = registration({ secretRef: { name } });
      await expect(clients.clientFor(cluster)).rejects.toMatchObject({
        code: "ClusterConfigMalformed",
        message: expect.stringContaining(why) as string,
      });
      const data = { token: base64(vulcan.adminToken) };
      await (name === "empty" ? rawPatch(earth, `${secretsPath}/${name}`, { data }) : store(name, data));
      expect(await version(cluster)).toMatchObject(itsVersion);
    },
  );
});

describe("disabledTLSValidations", () => {
  const dayMs = 24 * 3_600_000;

  async function reach(front: TlsFrontOptions, disabledTLSValidations: string[], caPem?: string): Promise<unknown> {
    await using server = await startTlsFront(vulcan, { ...front });
    const caBundle = base64(caPem ?? server.caPem);
    return await version(registration({ apiEndpoint: server.server, caBundle, disabledTLSValidations }));
  }

  test.each<[string, TlsFrontOptions, string[]]>([
    ["nothing: a good certificate", {}, []],
    ["ValidityPeriod: one that ran out", { expiredForMs: 1_000 }, ["ValidityPeriod"]],
    ["SubjectName: one for another name", { hosts: ["elsewhere"] }, ["SubjectName"]],
    ["both: one with both faults", { hosts: ["elsewhere"], expiredForMs: 1_000 }, ["SubjectName", "ValidityPeriod"]],
    ["everything: one with both faults", { hosts: ["elsewhere"], expiredForMs: 1_000 }, ["*"]],
  ])("%s is taken", async (_what, front, disabled) => {
    expect(await reach(front, disabled)).toMatchObject(itsVersion);
  });

  test.each<[string, TlsFrontOptions, { disabled: string[]; words: string }]>([
    ["one that ran out", { expiredForMs: 1_000 }, { disabled: [], words: "certificate has expired" }],
    [
      "one that ran out, where but the name does not count",
      { expiredForMs: 1_000 },
      { disabled: ["SubjectName"], words: "expired" },
    ],
    ["one for another name", { hosts: ["elsewhere"] }, { disabled: [], words: "valid" }],
    [
      "one for another name, where but the dates do not count",
      { hosts: ["elsewhere"] },
      { disabled: ["ValidityPeriod"], words: "valid" },
    ],
    [
      "one with both faults, where but the dates do not count",
      { hosts: ["elsewhere"], expiredForMs: dayMs / 48 },
      { disabled: ["ValidityPeriod"], words: "valid" },
    ],
  ])("%s is refused", async (_what, front, { disabled, words }) => {
    await expect(reach(front, disabled)).rejects.toMatchObject({
      code: "ServerTLSFailure",
      message: expect.stringContaining(words) as string,
    });
  });

  test.each([[{}], [{ expiredForMs: 1_000 }]])(
    "no switch but * has one taken that nobody trusted signed (%j)",
    async (front) => {
      const disabled = ["SubjectName", "ValidityPeriod"];
      await expect(reach(front, disabled, vulcan.caPem)).rejects.toMatchObject({
        code: "ServerTLSFailure",
        message: expect.stringContaining("signed by unknown authority") as string,
      });
    },
  );
});
