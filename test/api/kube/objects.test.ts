import { beforeAll, describe, expect, test } from "vitest";
import { failureOf } from "../../../src/kube/errors.ts";
import type { ResourceType } from "../../../src/kube/kube-api.ts";
import type { ConfigMap, Namespace } from "../../../src/kube/objects.ts";
import { rawCreate, rawGet } from "../../cluster/raw-client.ts";
import { testClusters, uniqueName } from "../../support/clusters.ts";
import { configMaps, errorOf, namespaces, openApi, secrets } from "./open-api.ts";

const { earth } = testClusters();
const namespace = uniqueName("kube-objects");

beforeAll(async () => {
  await rawCreate(earth, "/api/v1/namespaces", { metadata: { name: namespace } });
});

const configMap = (name: string, data: Record<string, string> = { colour: "blue" }): ConfigMap => ({
  metadata: { name, namespace },
  data,
});
const key = (name: string) => ({ type: configMaps, namespace, name });

// The same verbs must hold over both protocols.
describe.each([
  ["HTTP/2", {}],
  ["HTTP/1.1", { DISABLE_HTTP2: "1" }],
])("objects over %s", (_protocol, env) => {
  const { api } = openApi(earth, { env });

  test("are created as they are sent, with apiVersion and kind filled in", async () => {
    const name = uniqueName("created");
    const made = await api.create(configMaps, configMap(name));
    expect(made).toMatchObject({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { colour: "blue" } });
    expect(await rawGet(earth, `/api/v1/namespaces/${namespace}/configmaps/${name}`)).toEqual(made);
  });

  test("are read, or undefined", async () => {
    const name = uniqueName("read");
    expect(await api.get(key(name))).toBeUndefined();
    const made = await api.create(configMaps, configMap(name));
    expect(await api.get(key(name))).toEqual(made);
  });

  test("are not created twice", async () => {
    const name = uniqueName("twice");
    await api.create(configMaps, configMap(name));
    const error = await errorOf(api.create(configMaps, configMap(name)));
    expect(error).toMatchObject({
      code: "ServerAlreadyExists",
      message: `cannot create configmaps "${name}" in namespace "${namespace}" of cluster "earth": configmaps "${name}" already exists`,
      exitCode: 1,
    });
    expect(failureOf(error)).toMatchObject({ status: 409, reason: "AlreadyExists", details: { name } });
  });

  test("are replaced when nobody wrote in between", async () => {
    const name = uniqueName("replaced");
    const made = await api.create(configMaps, configMap(name));
    const changed = await api.update(configMaps, { ...made, data: { colour: "red" } });
    expect(changed.data).toEqual({ colour: "red" });
    const error = await errorOf(api.update(configMaps, { ...made, data: { colour: "green" } }));
    expect(error.code).toBe("ServerConflict");
    expect(error.message).toContain("the object has been modified");
    expect((await api.get<ConfigMap>(key(name)))?.data).toEqual({ colour: "red" });
  });

  test("are patched by merge and by JSON patch", async () => {
    const name = uniqueName("patched");
    await api.create(configMaps, configMap(name, { colour: "blue", size: "small" }));
    const merged = await api.patch<ConfigMap>(key(name), {
      type: "merge",
      body: { data: { size: null, shape: "round" } },
    });
    expect(merged.data).toEqual({ colour: "blue", shape: "round" });
    const patched = await api.patch<ConfigMap>(key(name), {
      type: "json",
      body: [{ op: "replace", path: "/data/shape", value: "square" }],
    });
    expect(patched.data).toEqual({ colour: "blue", shape: "square" });
  });

  test("are deleted, or were not there", async () => {
    const name = uniqueName("deleted");
    await api.create(configMaps, configMap(name));
    expect(await api.delete(key(name))).toBe("deleted");
    expect(await api.delete(key(name))).toBe("absent");
  });

  test("stay in deletion while a finalizer holds them", async () => {
    const name = uniqueName("held");
    const metadata = { name, namespace, finalizers: ["example.com/hold"] };
    await api.create(configMaps, { metadata });
    expect(await api.delete(key(name))).toBe("deleting");
    expect(await api.delete(key(name))).toBe("deleting");
    await api.patch(key(name), { type: "merge", body: { metadata: { finalizers: null } } });
    expect(await api.get(key(name))).toBeUndefined();
  });

  test("are not deleted when they are others than was looked at", async () => {
    const name = uniqueName("other");
    const made = await api.create(configMaps, configMap(name));
    const error = await errorOf(api.delete(key(name), { uid: "00000000-0000-0000-0000-000000000000" }));
    expect(error.code).toBe("ServerConflict");
    expect(await api.delete(key(name), { uid: made.metadata?.uid })).toBe("deleted");
  });

  test("have a status of its own", async () => {
    const name = uniqueName("status");
    const made = await api.create<Namespace>(namespaces, { metadata: { name } });
    const status = {
      ...made.status,
      conditions: [{ type: "NamespaceDeletionContentFailure", status: "False", reason: "Test", message: "" }],
    };
    const changed = await api.updateStatus<Namespace>(namespaces, { ...made, status });
    expect(changed.status?.conditions?.[0]?.reason).toBe("Test");
    expect(await api.delete({ type: namespaces, name })).toBe("deleting");
  });
});

describe("refusals", () => {
  test("name what was attempted, as whom, and keep the server's sentence", async () => {
    const { api } = openApi(earth, { headers: { "Impersonate-User": "bob" } });
    const error = await errorOf(api.create(secrets, { metadata: { name: "s", namespace } }));
    expect(error).toMatchObject({
      code: "ServerForbidden",
      message: `cannot create secrets "s" in namespace "${namespace}" of cluster "earth": secrets is forbidden: User "bob" cannot create resource "secrets" in API group "" in the namespace "${namespace}"`,
      hint: `see what you may do: kubectl --context earth auth can-i --list -n ${namespace}`,
    });
    expect(failureOf(error)).toMatchObject({ status: 403, reason: "Forbidden" });
  });

  test("of a wrong token say Unauthorized", async () => {
    const { api } = openApi(earth, { token: "wrong-token" });
    const error = await errorOf(api.list(namespaces));
    expect(error.code).toBe("ServerUnauthorized");
    expect(error.message).toBe('cannot list namespaces of cluster "earth": Unauthorized');
    expect(JSON.stringify([error.message, error.hint, error.cause])).not.toContain("wrong-token");
  });

  test("of what is invalid", async () => {
    const { api } = openApi(earth);
    const error = await errorOf(api.create(configMaps, { metadata: { name: "Not_A_Name", namespace } }));
    expect(error.code).toBe("ServerInvalid");
    expect(error.message).toContain('ConfigMap "Not_A_Name" is invalid: metadata.name: Invalid value: "Not_A_Name"');
  });

  test("of a namespace that is not there", async () => {
    const { api } = openApi(earth);
    const error = await errorOf(api.create(configMaps, { metadata: { name: "a", namespace: "nowhere" } }));
    expect(error.code).toBe("ServerNotFound");
    expect(error.message).toContain('namespaces "nowhere" not found');
  });

  test("of a type that is not served", async () => {
    const { api } = openApi(earth);
    const type: ResourceType = { group: "nope.io", version: "v1", kind: "Nope", plural: "nopes", namespaced: true };
    const error = await errorOf(api.list(type, { namespace }));
    expect(error.code).toBe("ServerNotFound");
    expect(error.message).toBe(
      `cannot list nopes.nope.io in namespace "${namespace}" of cluster "earth": the server answered 404: 404 page not found`,
    );
  });
});

test("new credentials are fetched once when the old ones are refused", async () => {
  let token = "stale";
  const [given, refused]: [unknown[], unknown[]] = [[], []];
  const { api, requests } = openApi(earth, {
    authenticator: {
      headers: () => {
        const headers = { Authorization: `Bearer ${token}` };
        given.push(headers);
        return Promise.resolve(headers);
      },
      clientCertificate: () => Promise.resolve(undefined),
      refresh: (sent) => {
        refused.push(sent);
        token = earth.adminToken;
        return Promise.resolve(true);
      },
    },
  });
  expect(await api.get({ type: namespaces, name: "default" })).toBeDefined();
  expect(requests).toEqual(["GET /api/v1/namespaces/default 401", "GET /api/v1/namespaces/default 200"]);
  expect(refused).toHaveLength(1);
  expect(refused[0]).toBe(given[0]);
});

test("3.3 Warning headers: a server's warning is told once", async () => {
  const { api, warnings } = openApi(earth);
  const type: ResourceType = {
    group: "apiextensions.k8s.io",
    version: "v1",
    kind: "CustomResourceDefinition",
    plural: "customresourcedefinitions",
    namespaced: false,
  };
  const version = (name: string, deprecated: boolean) => ({
    name,
    served: true,
    storage: !deprecated,
    deprecated,
    ...(deprecated && { deprecationWarning: 'things.v1alpha1 is "old", use v1' }),
    schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
  });
  const group = `${uniqueName("warn")}.example.com`;
  const names = { plural: "things", singular: "thing", kind: "Thing" };
  await api.create(type, {
    metadata: { name: `things.${group}` },
    spec: { group, scope: "Cluster", names, versions: [version("v1alpha1", true), version("v1", false)] },
  });
  const old: ResourceType = { group, version: "v1alpha1", kind: "Thing", plural: "things", namespaced: false };
  // Right after the definition the server says "storage is (re)initializing" (429): that is waited out.
  await expect
    .poll(async () => (await api.get({ type: old, name: "x" }), warnings.length), { timeout: 10_000 })
    .toBe(1);
  await api.create(old, { metadata: { name: "x" } });
  await api.list(old);
  expect(warnings).toEqual(['things.v1alpha1 is "old", use v1']);
  await api.delete({ type, name: `things.${group}` });
});
