import { beforeAll, describe, expect, test } from "vitest";
import { rawCreate } from "../../cluster/raw-client.ts";
import { testClusters, uniqueName } from "../../support/clusters.ts";
import { configMaps, drain, errorOf, openApi, secrets } from "./open-api.ts";

const { earth } = testClusters();
const namespace = uniqueName("kube-lists");
const names = Array.from({ length: 25 }, (_, index) => `item-${String(index).padStart(2, "0")}`);

beforeAll(async () => {
  await rawCreate(earth, "/api/v1/namespaces", { metadata: { name: namespace } });
  const { api } = openApi(earth);
  await Promise.all(
    names.map((name, index) =>
      api.create(secrets, { metadata: { name, namespace, labels: { half: index % 2 === 0 ? "even" : "odd" } } }),
    ),
  );
});

describe("list", () => {
  test("reads every page", async () => {
    const { api, requests } = openApi(earth);
    const list = await api.list(secrets, { namespace, pageSize: 10 });
    expect(list.items.map(({ metadata }) => metadata?.name)).toEqual(names);
    expect(list).toMatchObject({ remaining: false, resourceVersion: expect.stringMatching(/^\d+$/) as string });
    expect(requests).toHaveLength(3);
  });

  test("fills in apiVersion and kind, which servers leave out", async () => {
    const { api } = openApi(earth);
    const list = await api.list(secrets, { namespace, pageSize: 20 });
    expect(new Set(list.items.map(({ apiVersion, kind }) => `${apiVersion ?? ""} ${kind ?? ""}`))).toEqual(
      new Set(["v1 Secret"]),
    );
  });

  test("stops after the first page when that is asked for", async () => {
    const { api, requests } = openApi(earth);
    const list = await api.list(secrets, { namespace, pageSize: 10, firstPageOnly: true });
    expect(list.items).toHaveLength(10);
    expect(list.remaining).toBe(true);
    expect(requests).toHaveLength(1);
    const whole = await api.list(secrets, { namespace, pageSize: 25, firstPageOnly: true });
    expect(whole.remaining).toBe(false);
  });

  test("selects by label and by field", async () => {
    const { api } = openApi(earth);
    expect((await api.list(secrets, { namespace, labelSelector: "half in (odd)" })).items).toHaveLength(12);
    const [only, ...rest] = (await api.list(secrets, { namespace, fieldSelector: "metadata.name=item-07" })).items;
    expect(only?.metadata?.name).toBe("item-07");
    expect(rest).toEqual([]);
  });

  test("reads the metadata alone when that is enough", async () => {
    const { api } = openApi(earth);
    const { items } = await api.list(secrets, { namespace, pageSize: 10, metadataOnly: true });
    expect(items.map(({ metadata }) => metadata?.name)).toEqual(names);
    const [first] = items;
    expect(Object.keys(first ?? {}).sort()).toEqual(["apiVersion", "kind", "metadata"]);
    expect(first).toMatchObject({ apiVersion: "v1", kind: "Secret", metadata: { labels: { half: "even" } } });
    expect(first?.metadata).not.toHaveProperty("managedFields");
  });

  test("reads all namespaces when none is given", async () => {
    const { api } = openApi(earth);
    const all = await api.list(secrets, { labelSelector: "half" });
    expect(all.items.filter(({ metadata }) => metadata?.namespace === namespace)).toHaveLength(25);
  });

  test("arrives compressed, and plain where compression is off", async () => {
    const { api } = openApi(earth);
    const data = { text: "x".repeat(500_000) };
    await api.create(configMaps, { metadata: { name: "large", namespace }, data });
    for (const disableCompression of [false, true]) {
      const list = await openApi(earth, { config: { disableCompression } }).api.list(configMaps, { namespace });
      expect(list.items.find(({ metadata }) => metadata?.name === "large")).toMatchObject({ data });
    }
  });
});

describe("watch", () => {
  test("tells what happens after a list, and resumes", async () => {
    const { api } = openApi(earth);
    const { resourceVersion } = await api.list(configMaps, { namespace });
    const stop = new AbortController();
    const key = { type: configMaps, namespace, name: "watched" };
    const seen: string[] = [];
    await api.create(configMaps, { metadata: { name: "watched", namespace } });
    for await (const event of api.watch(configMaps, {
      namespace,
      name: "watched",
      resourceVersion,
      signal: stop.signal,
    })) {
      if (event.type === "BOOKMARK") continue;
      seen.push(`${event.type} ${event.object.metadata?.name ?? ""}`);
      if (event.type === "ADDED") await api.patch(key, { type: "merge", body: { data: { a: "b" } } });
      if (event.type === "MODIFIED") await api.delete(key);
      if (event.type === "DELETED") stop.abort();
    }
    expect(seen).toEqual(["ADDED watched", "MODIFIED watched", "DELETED watched"]);
  });

  test("begins with what exists when no version is given, and ends when the server's time is up", async () => {
    const { api } = openApi(earth);
    const seen: string[] = [];
    for await (const event of api.watch(secrets, { namespace, timeoutMs: 1000 })) {
      if (event.type === "ADDED") seen.push(event.object.metadata?.name ?? "");
    }
    expect(seen.sort()).toEqual(names);
  });

  test("ends without an error when the caller stops it, before and after its beginning", async () => {
    const { api } = openApi(earth);
    expect(await drain(api.watch(configMaps, { namespace, signal: AbortSignal.abort() }))).toEqual([]);
    const { resourceVersion } = await api.list(configMaps, { namespace });
    const signal = AbortSignal.timeout(300);
    const seen = await drain(api.watch(configMaps, { namespace, resourceVersion, signal }));
    expect(seen.filter(({ type }) => type !== "BOOKMARK")).toEqual([]);
  });

  test("is Interrupted when the whole connection is", async () => {
    const stop = new AbortController();
    const { api } = openApi(earth, { signal: stop.signal });
    const watching = drain(api.watch(secrets, { namespace }), () => {
      stop.abort();
    });
    expect(await errorOf(watching)).toMatchObject({ code: "Interrupted", exitCode: 130 });
  });

  test("takes no place from other requests", async () => {
    const { api } = openApi(earth, { maxInFlight: 1 });
    const stop = new AbortController();
    const watching = drain(api.watch(secrets, { namespace, signal: stop.signal }));
    expect(await api.get({ type: secrets, namespace, name: "item-00" })).toBeDefined();
    stop.abort();
    await watching;
  });
});
