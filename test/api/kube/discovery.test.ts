import { afterAll, beforeAll, expect, test } from "vitest";
import { rawCreate, rawDelete } from "../../cluster/raw-client.ts";
import { testClusters, uniqueName } from "../../support/clusters.ts";
import { openApi } from "./open-api.ts";

const { earth } = testClusters();
const group = `${uniqueName("found")}.example.com`;
const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

beforeAll(async () => {
  await rawCreate(earth, definitions, {
    metadata: { name: `findings.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "findings", singular: "finding", kind: "Finding", shortNames: ["fi"] },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: "object" } },
        },
      ],
    },
  });
});
afterAll(async () => {
  await rawDelete(earth, `${definitions}/findings.${group}`);
});

test("finds built-in and custom resources, core first", async () => {
  const { api } = openApi(earth);
  const find = async (): Promise<unknown> =>
    (await api.discover({ fresh: true })).resources.find((each) => each.group === group);
  // The server lists a new definition a moment after it took it.
  await expect.poll(find, { timeout: 10_000 }).toEqual({
    group,
    version: "v1",
    kind: "Finding",
    plural: "findings",
    singular: "finding",
    shortNames: ["fi"],
    namespaced: true,
    verbs: expect.arrayContaining(["create", "delete", "get", "list", "patch", "update", "watch"]) as string[],
    subresources: ["status"],
  });
  const { resources } = await api.discover();
  expect(resources[0]).toMatchObject({ group: "", version: "v1" });
  expect(resources.find(({ plural }) => plural === "pods")).toMatchObject({ kind: "Pod", shortNames: ["po"] });
});

test("reads once for all who ask, and again when fresh is wanted", async () => {
  const { api, requests } = openApi(earth);
  const [one, other] = await Promise.all([api.discover(), api.discover()]);
  expect(other).toBe(one);
  expect(await api.discover()).toBe(one);
  expect([...requests].sort()).toEqual(["GET /api 200", "GET /apis 200"]);
  await api.discover({ fresh: true });
  expect(requests).toHaveLength(4);
});

test("is not spoilt for others by one who gives up", async () => {
  const { api } = openApi(earth);
  const [given, kept] = await Promise.allSettled([api.discover({ signal: AbortSignal.abort() }), api.discover()]);
  expect(given).toMatchObject({ status: "rejected", reason: { code: "Interrupted" } });
  expect(kept.status).toBe("fulfilled");
});

test("paths that are no objects are read as JSON, or as text", async () => {
  const { api } = openApi(earth);
  expect(await api.read("/version")).toMatchObject({ gitVersion: earth.version });
  expect(await api.read("/readyz")).toBe("ok");
  expect(await api.read("/no/such/path")).toBeUndefined();
});
