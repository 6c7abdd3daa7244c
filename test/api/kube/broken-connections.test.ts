import { randomBytes } from "node:crypto";
import { createServer, type AddressInfo, type Server } from "node:net";
import { beforeAll, describe, expect, test } from "vitest";
import type { ConfigMap } from "../../../src/kube/objects.ts";
import { rawCreate, rawGet, rawPatch } from "../../cluster/raw-client.ts";
import { throughRelay } from "../../cluster/relay.ts";
import { testClusters, uniqueName } from "../../support/clusters.ts";
import { type FaultyRelay, startFaultyRelay } from "./faulty-relay.ts";
import { configMaps, errorOf, namespaces, openApi, secrets, type OpenedApi } from "./open-api.ts";

const { earth } = testClusters();
const namespace = uniqueName("kube-broken");
const path = (name: string): string => `/api/v1/namespaces/${namespace}/configmaps/${name}`;
const key = (name: string) => ({ type: configMaps, namespace, name });
const live = (name: string): Promise<ConfigMap | undefined> => rawGet<ConfigMap>(earth, path(name));

beforeAll(async () => {
  await rawCreate(earth, "/api/v1/namespaces", { metadata: { name: namespace } });
});

interface Bed extends OpenedApi {
  readonly relay: FaultyRelay;
}

/** A connection through a relay that is to fail, once it stands. */
async function openBed(relay: FaultyRelay, env: Record<string, string>): Promise<Bed> {
  const opened = openApi(throughRelay(earth, relay), { env });
  await opened.api.get({ type: namespaces, name: "default" });
  return { ...opened, relay };
}

/** Sends a write, cuts the connection when the server has done it but before its answer arrives. */
async function cutAfter<T>({ relay }: Bed, write: () => Promise<T>, isDone: () => Promise<boolean>): Promise<T> {
  relay.holdAnswers();
  const outcome = write();
  // Awaited below, after the cut.
  outcome.catch(() => undefined);
  await expect.poll(isDone).toBe(true);
  relay.cut();
  return await outcome;
}

describe.each([
  ["HTTP/2", {}],
  ["HTTP/1.1", { DISABLE_HTTP2: "1" }],
] as [string, Record<string, string>][])("a connection that breaks, over %s:", (_protocol, env) => {
  test("a create that was done is found, not repeated", async () => {
    await using relay = await startFaultyRelay(earth);
    const bed = await openBed(relay, env);
    const name = uniqueName("done");
    const made = await cutAfter(
      bed,
      () => bed.api.create(configMaps, { metadata: { name, namespace }, data: { a: "b" } }),
      async () => (await live(name)) !== undefined,
    );
    expect(made).toEqual(await live(name));
    expect(bed.requests.slice(1)).toEqual([
      `POST /api/v1/namespaces/${namespace}/configmaps 0`,
      `GET ${path(name)} 200`,
    ]);
  });

  test("a create that never reached the server is repeated", async () => {
    await using relay = await startFaultyRelay(earth);
    const bed = await openBed(relay, env);
    const name = uniqueName("swallowed");
    relay.swallowRequests();
    const creating = bed.api.create(configMaps, { metadata: { name, namespace }, data: { a: "b" } });
    setTimeout(() => {
      relay.cut();
    }, 100);
    expect(await creating).toEqual(await live(name));
    expect(bed.requests.slice(1)).toEqual([
      `POST /api/v1/namespaces/${namespace}/configmaps 0`,
      `GET ${path(name)} 404`,
      `POST /api/v1/namespaces/${namespace}/configmaps 201`,
    ]);
  });

  test("a create that somebody else was first to do says so", async () => {
    await using relay = await startFaultyRelay(earth);
    const bed = await openBed(relay, env);
    const name = uniqueName("others");
    relay.swallowRequests();
    const creating = errorOf(bed.api.create(configMaps, { metadata: { name, namespace }, data: { a: "b" } }));
    await rawCreate(earth, path("").slice(0, -1), { metadata: { name }, data: { a: "other" } });
    relay.cut();
    expect(await creating).toMatchObject({ code: "ServerAlreadyExists" });
  });

  test("a create whose name the server chooses is not repeated", async () => {
    await using relay = await startFaultyRelay(earth);
    const bed = await openBed(relay, env);
    relay.swallowRequests();
    const creating = errorOf(bed.api.create(configMaps, { metadata: { generateName: "chosen-", namespace } }));
    setTimeout(() => {
      relay.cut();
    }, 100);
    const error = await creating;
    expect(error.code).toBe("WriteOutcomeUnknown");
    expect(error.message).toMatch(
      new RegExp(
        `^cannot tell whether this was done: create configmaps in namespace "${namespace}" of cluster "earth": `,
      ),
    );
  });

  test("a Secret with stringData that was done is known again", async () => {
    await using relay = await startFaultyRelay(earth);
    const bed = await openBed(relay, env);
    const name = uniqueName("secret");
    const secretPath = `/api/v1/namespaces/${namespace}/secrets/${name}`;
    const secret = { metadata: { name, namespace, creationTimestamp: null }, stringData: { a: "b" }, type: "Opaque" };
    const made = await cutAfter(
      bed,
      () => bed.api.create(secrets, secret as object),
      async () => (await rawGet(earth, secretPath)) !== undefined,
    );
    expect(made).toMatchObject({ data: { a: "Yg==" } });
  });

  test("an update that was done is found, and one that was not is repeated", async () => {
    await using relay = await startFaultyRelay(earth);
    const bed = await openBed(relay, env);
    const name = uniqueName("updated");
    const made = await bed.api.create(configMaps, { metadata: { name, namespace }, data: { a: "1" } });
    const changed = await cutAfter(
      bed,
      () => bed.api.update(configMaps, { ...made, data: { a: "2" } }),
      async () => (await live(name))?.data?.["a"] === "2",
    );
    expect(changed).toEqual(await live(name));
    relay.swallowRequests();
    const again = bed.api.update(configMaps, { ...changed, data: { a: "3" } });
    setTimeout(() => {
      relay.cut();
    }, 100);
    expect((await again).data).toEqual({ a: "3" });
  });

  test("an update that somebody else overtook is a conflict", async () => {
    await using relay = await startFaultyRelay(earth);
    const bed = await openBed(relay, env);
    const name = uniqueName("overtaken");
    const made = await bed.api.create(configMaps, { metadata: { name, namespace }, data: { a: "1" } });
    relay.swallowRequests();
    const updating = errorOf(bed.api.update(configMaps, { ...made, data: { a: "2" } }));
    await rawPatch(earth, path(name), { data: { a: "other" } });
    relay.cut();
    expect(await updating).toMatchObject({ code: "ServerConflict" });
    expect((await live(name))?.data).toEqual({ a: "other" });
  });

  test("a merge patch is repeated, a JSON patch is not", async () => {
    await using relay = await startFaultyRelay(earth);
    const bed = await openBed(relay, env);
    const name = uniqueName("patched");
    await bed.api.create(configMaps, { metadata: { name, namespace }, data: { a: "1" } });
    const isPatched = (value: string) => async (): Promise<boolean> => (await live(name))?.data?.["a"] === value;
    const merged = await cutAfter(
      bed,
      () => bed.api.patch(key(name), { type: "merge", body: { data: { a: "2" } } }),
      isPatched("2"),
    );
    expect(merged).toMatchObject({ data: { a: "2" } });
    const replacing = cutAfter(
      bed,
      () => bed.api.patch(key(name), { type: "json", body: [{ op: "replace", path: "/data/a", value: "3" }] }),
      isPatched("3"),
    );
    expect(await errorOf(replacing)).toMatchObject({ code: "WriteOutcomeUnknown" });
  });

  test("a delete that was done counts as done", async () => {
    await using relay = await startFaultyRelay(earth);
    const bed = await openBed(relay, env);
    const name = uniqueName("deleted");
    await bed.api.create(configMaps, { metadata: { name, namespace } });
    const outcome = await cutAfter(
      bed,
      () => bed.api.delete(key(name)),
      async () => (await live(name)) === undefined,
    );
    expect(outcome).toBe("deleted");
  });

  test("reads are repeated over a new connection, all that were under way", async () => {
    await using relay = await startFaultyRelay(earth);
    const bed = await openBed(relay, env);
    relay.holdAnswers();
    const reading = Promise.all(Array.from({ length: 20 }, () => bed.api.get({ type: namespaces, name: "default" })));
    setTimeout(() => {
      relay.cut();
    }, 200);
    expect((await reading).every((object) => object?.metadata?.name === "default")).toBe(true);
  });
});

test.each([
  ["HTTP/2", {}],
  ["HTTP/1.1", { DISABLE_HTTP2: "1" }],
] as [string, Record<string, string>][])(
  "an answer that is cut off half-way is read again, over %s",
  async (_protocol, env) => {
    const name = uniqueName("large");
    const data = { text: randomBytes(300_000).toString("base64") };
    await rawCreate(earth, path("").slice(0, -1), { metadata: { name }, data });
    await using relay = await startFaultyRelay(earth);
    const bed = await openBed(relay, env);
    relay.holdAnswers(100_000);
    const reading = bed.api.get<ConfigMap>(key(name));
    setTimeout(() => {
      relay.cut();
    }, 200);
    expect((await reading)?.data).toEqual(data);
    expect(relay.connections).toBe(2);
  },
);

test("one connection serves parallel requests and later ones", async () => {
  await using relay = await startFaultyRelay(earth);
  const { api } = openApi(throughRelay(earth, relay));
  await Promise.all(Array.from({ length: 200 }, () => api.get({ type: namespaces, name: "default" })));
  await api.list(namespaces);
  expect(relay.connections).toBe(1);
});

test("a closed connection makes room for a new one", async () => {
  await using relay = await startFaultyRelay(earth);
  const { api } = openApi(throughRelay(earth, relay));
  await api.list(namespaces);
  api.close();
  await api.list(namespaces);
  expect(relay.connections).toBe(2);
});

test("a write stays in doubt when the server cannot be asked any more", async () => {
  const relay = await startFaultyRelay(earth);
  const bed = await openBed(relay, {});
  const name = uniqueName("doubt");
  relay.swallowRequests();
  const creating = errorOf(bed.api.create(configMaps, { metadata: { name, namespace } }));
  setTimeout(() => void relay[Symbol.asyncDispose](), 100);
  expect(await creating).toMatchObject({
    code: "WriteOutcomeUnknown",
    message: `cannot tell whether this was done: create configmaps "${name}" in namespace "${namespace}" of cluster "earth": read: connection reset by peer`,
    hint: `look before you run the command again: kubectl --context earth get configmaps ${name} -n ${namespace}`,
  });
});

describe("an answer that does not come", () => {
  test("is given up after the request's time, and the next request gets another connection", async () => {
    await using relay = await startFaultyRelay(earth);
    const { api } = openApi(throughRelay(earth, relay), { requestTimeoutMs: 400 });
    await api.list(namespaces);
    relay.holdAnswers();
    const error = await errorOf(api.list(namespaces));
    expect(error).toMatchObject({
      code: "ServerTimedOut",
      exitCode: 5,
      message: `cannot list namespaces of cluster "earth": Get "https://127.0.0.1:${relay.port}/api/v1/namespaces?limit=500": no answer within 0.4 s`,
      hint: "run the same command again, with more time: --request-timeout",
    });
    relay.resume();
    expect((await api.list(namespaces)).items.length).toBeGreaterThan(0);
    expect(relay.connections).toBe(2);
  });

  test("is given up at once when the caller's signal fires, and the connection stays", async () => {
    await using relay = await startFaultyRelay(earth);
    const { api } = openApi(throughRelay(earth, relay));
    await api.list(namespaces);
    relay.holdAnswers();
    const startedMs = performance.now();
    const error = await errorOf(api.list(namespaces, { signal: AbortSignal.timeout(100) }));
    expect(error).toMatchObject({ code: "Interrupted", exitCode: 130 });
    expect(error.message).toBe('interrupted while trying to list namespaces of cluster "earth"');
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });

  test("leaves in doubt what was written when the signal of the connection fires", async () => {
    await using relay = await startFaultyRelay(earth);
    const stop = new AbortController();
    const { api } = openApi(throughRelay(earth, relay), { signal: stop.signal });
    await api.list(namespaces);
    relay.holdAnswers();
    const name = uniqueName("stopped");
    const creating = errorOf(api.create(configMaps, { metadata: { name, namespace } }));
    setTimeout(() => {
      stop.abort();
    }, 100);
    expect(await creating).toMatchObject({
      code: "Interrupted",
      exitCode: 130,
      message: `interrupted while trying to create configmaps "${name}" in namespace "${namespace}" of cluster "earth"; it may have been done`,
    });
    expect(await errorOf(api.list(namespaces))).toMatchObject({ code: "Interrupted" });
  });
});

async function listen(): Promise<Server> {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

test("a listener that never speaks TLS is given up after the request's time", async () => {
  const server = await listen();
  const { port } = server.address() as AddressInfo; // TCP, so never a pipe's name
  const silent = { ...earth, server: `https://127.0.0.1:${port}` };
  const { api } = openApi(silent, { requestTimeoutMs: 300 });
  const errors = await Promise.all([errorOf(api.list(namespaces)), errorOf(api.read("/version"))]);
  expect(errors.map(({ code }) => code)).toEqual(["ServerTimedOut", "ServerTimedOut"]);
  server.close();
});
