import { describe, expect, test } from "vitest";
import type { ConfigMap } from "../../../src/kube/objects.ts";
import { rawGet } from "../../cluster/raw-client.ts";
import { testClusters, uniqueName } from "../../support/clusters.ts";
import { type Arrival, type Fate, startInterceptor } from "../../support/interceptor.ts";
import { configMaps, type OpenedApi, openApi } from "./open-api.ts";

const { earth } = testClusters();
const namespace = "default";
const path = (name: string): string => `/api/v1/namespaces/${namespace}/configmaps/${name}`;
const live = (name: string): Promise<ConfigMap | undefined> => rawGet<ConfigMap>(earth, path(name));
const key = (name: string) => ({ type: configMaps, namespace, name });

interface Bed extends AsyncDisposable, OpenedApi {
  readonly arrivals: readonly Arrival[];
  /** What becomes of the next requests, in turn; later ones pass. */
  readonly fates: Fate[];
}

async function openBed(env: Record<string, string>): Promise<Bed> {
  const arrivals: Arrival[] = [];
  const fates: Fate[] = [];
  const interceptor = await startInterceptor(earth, {
    decide(arrival) {
      arrivals.push(arrival);
      return fates.shift() ?? { kind: "pass" };
    },
  });
  const opened = openApi(interceptor.cluster, { env, token: earth.adminToken });
  return { ...opened, arrivals, fates, [Symbol.asyncDispose]: () => interceptor[Symbol.asyncDispose]() };
}

const busy: Fate = { kind: "answer", status: 429, retryAfterSeconds: 0 };
const unavailable: Fate = { kind: "answer", status: 503 };
const later: Fate = { kind: "answer", status: 503, retryAfterSeconds: 0 };
const lost = (when: "before" | "after"): Fate => ({ kind: "lose", when, by: "reset" });
const disturbances: readonly (readonly [string, readonly Fate[]])[] = [
  ["nothing", []],
  ["429", [busy, busy]],
  ["503", [unavailable, unavailable]],
  ["503 with Retry-After", [later]],
  ["a reset before the server saw it", [lost("before")]],
  ["a reset after the server did it", [lost("after")]],
  ["a reset, then another one of the look whether it was done", [lost("before"), lost("before")]],
  ["a reset after the server did it, then 503 and 429", [lost("after"), unavailable, busy]],
  ["a delay", [{ kind: "pass", afterMs: 200 }]],
];

describe.each([
  ["HTTP/2", {}],
  ["HTTP/1.1", { DISABLE_HTTP2: "1" }],
] as [string, Record<string, string>][])("over %s", (_protocol, env) => {
  test.each(disturbances)("%s changes no outcome of create, update, patch, get, list, delete", async (_name, fates) => {
    await using bed = await openBed(env);
    const { api } = bed;
    const name = uniqueName("disturbed");
    const disturb = (): void => void bed.fates.push(...fates);
    // There must have been a connection: a server that was never reached is told at once.
    await api.get(key(name));

    disturb();
    const made = await api.create<ConfigMap>(configMaps, { metadata: { name, namespace }, data: { a: "1" } });
    expect(made).toEqual(await live(name));
    disturb();
    const updated = await api.update<ConfigMap>(configMaps, { ...made, data: { a: "2" } });
    expect([updated.data, updated]).toEqual([{ a: "2" }, await live(name)]);
    disturb();
    expect(await api.patch(key(name), { type: "merge", body: { data: { b: "3" } } })).toEqual(await live(name));
    disturb();
    expect(await api.get(key(name))).toEqual(await live(name));
    disturb();
    const { items } = await api.list(configMaps, { namespace, fieldSelector: `metadata.name=${name}` });
    expect(items).toEqual([await live(name)]);
    disturb();
    expect(await api.delete(key(name))).toBe("deleted");
    expect(await live(name)).toBeUndefined();
    disturb();
    expect(await api.delete(key(name))).toMatch(/^(absent|deleted)$/);
    expect(bed.fates).toEqual([]);
  });

  test.each(disturbances)("%s changes no outcome of a watch", async (_name, fates) => {
    await using bed = await openBed(env);
    const name = uniqueName("watched");
    await bed.api.create(configMaps, { metadata: { name, namespace } });
    bed.fates.push(...fates);
    for await (const event of bed.api.watch(configMaps, { namespace, name })) {
      expect(event).toMatchObject({ type: "ADDED", object: { metadata: { name } } });
      break;
    }
    await bed.api.delete(key(name));
    expect(bed.arrivals.at(-1)).toEqual({ cluster: "earth", method: "DELETE", path: path(name) });
  });

  // A connection that breaks while requests are being written tells of it to nobody who does not read.
  test("a reset while much is written changes no outcome", async () => {
    await using bed = await openBed(env);
    const names = Array.from({ length: 30 }, () => uniqueName("large"));
    const large = { text: "x".repeat(300_000) };
    await bed.api.get(key(names[0] ?? ""));
    bed.fates.push(lost("before"));
    await Promise.all(names.map((name) => bed.api.create(configMaps, { metadata: { name, namespace }, data: large })));
    const found = await Promise.all(names.map(live));
    expect(found.map((each) => each?.data?.["text"]?.length)).toEqual(names.map(() => 300_000));
    await Promise.all(names.map((name) => bed.api.delete(key(name))));
  });
});
