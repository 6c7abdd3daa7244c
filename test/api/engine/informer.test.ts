import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { compact, type CompactObject, expand } from "../../../src/engine/compact-object.ts";
import { createInformer, type Informer, type InformerState } from "../../../src/engine/informer.ts";
import type { CacheChange } from "../../../src/engine/object-cache.ts";
import type { KubeApi, ResourceType } from "../../../src/kube/kube-api.ts";
import type { UnknownObject } from "../../../src/kube/objects.ts";
import type { ClusterDetails } from "../../cluster/details.ts";
import { rawCreate, rawDelete, rawPatch } from "../../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../../cluster/start.ts";
import { connectTo } from "../../support/cluster-connection.ts";
import { uniqueName } from "../../support/clusters.ts";
import { coreRun } from "../../support/core-run.ts";

const configMaps: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
let set: ClusterSet;
let earth: ClusterDetails;
let api: KubeApi;
let stop = new AbortController();

beforeAll(async () => {
  // Without its caches, and with a history of one second, a server forgets quickly.
  set = await startClusters(["earth"], {
    extraApiServerArgs: ["--watch-cache=false", "--etcd-compaction-interval=1s"],
  });
  earth = set.cluster("earth").details;
  ({ api } = connectTo(earth));
});
afterAll(() => set.stop());
afterEach(() => {
  stop.abort();
  stop = new AbortController();
});

interface Watched {
  readonly informer: Informer<CompactObject>;
  readonly changes: string[];
  readonly states: InformerState[];
  readonly running: Promise<void>;
}

type Api = Pick<KubeApi, "pages" | "watch">;

function watch(namespace: string, from: Api = api, type = configMaps): Watched {
  const changes: string[] = [];
  const states: InformerState[] = [];
  const informer = createInformer<CompactObject>({
    api: from,
    type,
    namespace,
    labelSelector: "watched=yes",
    keep: compact,
    onChange: (change) => void changes.push(describeChange(change)),
    onState: (state) => void states.push(state),
    clock: coreRun(connectTo(earth)).deps.clock,
    random: () => 0,
  });
  return { informer, changes, states, running: informer.run(stop.signal) };
}

function describeChange({ key, before, now }: CacheChange<CompactObject>): string {
  const name = key.slice(key.indexOf("/") + 1);
  if (now === undefined) return `gone ${name}`;
  const { data } = expand(now) as UnknownObject & { data: { value: string } };
  return `${before === undefined ? "new" : "changed"} ${name} ${data.value}`;
}

async function makeNamespace(): Promise<string> {
  const name = uniqueName("watched");
  await rawCreate(earth, "/api/v1/namespaces", { metadata: { name } });
  return name;
}

const path = (namespace: string, name = ""): string =>
  `/api/v1/namespaces/${namespace}/configmaps${name && `/${name}`}`;
const labels = { watched: "yes" };
const create = (namespace: string, name: string, value = "1") =>
  rawCreate(earth, path(namespace), { metadata: { name, labels }, data: { value } });
const change = (namespace: string, name: string, value: string) =>
  rawPatch(earth, path(namespace, name), { data: { value } });
const remove = (namespace: string, name: string) => rawDelete(earth, path(namespace, name));

describe("an informer", () => {
  test("tells what there is, and then what becomes of it, of those its selector matches", async () => {
    const namespace = await makeNamespace();
    await create(namespace, "a");
    await rawCreate(earth, path(namespace), { metadata: { name: "other" }, data: { value: "1" } });
    const { informer, changes } = watch(namespace);
    await vi.waitUntil(() => informer.state.synced);
    expect(changes).toEqual(["new a 1"]);
    await create(namespace, "b");
    await change(namespace, "a", "2");
    await remove(namespace, "b");
    await rawPatch(earth, path(namespace, "a"), { metadata: { labels: { watched: "no" } } });
    await vi.waitUntil(() => changes.length === 5, 10_000);
    // One that no longer matches is as good as deleted.
    expect(changes.slice(1)).toEqual(["new b 1", "changed a 2", "gone b", "gone a"]);
    expect(informer.size).toBe(0);
  });

  test("keeps objects whole, but for who set which field", async () => {
    const namespace = await makeNamespace();
    await create(namespace, "a");
    const { informer } = watch(namespace);
    await vi.waitUntil(() => informer.state.synced);
    const kept = informer.get(`${namespace}/a`);
    const whole = await api.get({ type: configMaps, namespace, name: "a" });
    delete whole?.metadata?.managedFields;
    expect(kept && expand(kept)).toEqual(whole);
  });

  test("takes over an own write, so that the event of it is no news", async () => {
    const namespace = await makeNamespace();
    await create(namespace, "a");
    const { informer, changes } = watch(namespace, heldBack(300));
    await vi.waitUntil(() => informer.state.synced);
    const live = await api.get({ type: configMaps, namespace, name: "a" });
    const written = await api.update(configMaps, { ...live, data: { value: "2" } });
    informer.apply(written);
    expect(informer.get(`${namespace}/a`)).toEqual(compact(written));
    await change(namespace, "a", "3");
    await vi.waitUntil(() => changes.length === 2, 10_000);
    expect(changes).toEqual(["new a 1", "changed a 3"]);
  });

  test("does not bring back what was deleted while an own write was on its way", async () => {
    const namespace = await makeNamespace();
    await create(namespace, "a");
    const { informer, changes } = watch(namespace);
    await vi.waitUntil(() => informer.state.synced);
    const live = await api.get({ type: configMaps, namespace, name: "a" });
    const written = await api.update(configMaps, { ...live, data: { value: "2" } });
    await remove(namespace, "a");
    await vi.waitUntil(() => changes.includes("gone a"), 10_000);
    informer.apply(written);
    expect(informer.size).toBe(0);
  });
});

/** The real watch, each event of which comes later. */
function heldBack(ms: number): Api {
  return {
    ...api,
    async *watch(type, options) {
      for await (const event of api.watch(type, options)) {
        await sleep(ms);
        yield event as never;
      }
    },
  };
}

/** The real watches, which the test ends and lets begin. */
function interrupted(): { api: Api; cut(): void; mend(): void; count(): number } {
  let watches = 0;
  let gate = Promise.resolve();
  let open: () => void = () => undefined;
  let current = new AbortController();
  return {
    api: {
      ...api,
      async *watch(type, options) {
        await gate;
        watches += 1;
        const own = options?.signal === undefined ? current.signal : AbortSignal.any([options.signal, current.signal]);
        yield* api.watch<never>(type, { ...options, signal: own });
      },
    },
    cut() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
      const ending = current;
      current = new AbortController();
      ending.abort();
    },
    mend: () => {
      open();
    },
    count: () => watches,
  };
}

describe("after its watch was interrupted", () => {
  test("an informer goes on where it was", async () => {
    const namespace = await makeNamespace();
    const line = interrupted();
    const { informer, changes } = watch(namespace, line.api);
    await create(namespace, "a");
    await vi.waitUntil(() => changes.length === 1, 10_000);
    line.cut();
    await create(namespace, "b");
    line.mend();
    await vi.waitUntil(() => changes.length === 2, 10_000);
    expect(changes).toEqual(["new a 1", "new b 1"]);
    expect(informer.state).toEqual({ synced: true, error: undefined });
  });

  test("for so long that the server forgot (410) it lists anew, and tells what is different", async () => {
    const namespace = await makeNamespace();
    for (const name of ["same", "changed", "gone"]) await create(namespace, name);
    const line = interrupted();
    let isForgotten = false;
    const watched: Api = {
      ...line.api,
      async *watch(type, options) {
        try {
          yield* line.api.watch<never>(type, options);
        } catch (error) {
          isForgotten ||= (error as { cause?: { status?: number } }).cause?.status === 410;
          throw error;
        }
      },
    };
    const { informer, changes, states } = watch(namespace, watched);
    await vi.waitUntil(() => informer.state.synced && line.count() === 1, 10_000);
    changes.length = 0;
    line.cut();
    await change(namespace, "changed", "2");
    await remove(namespace, "gone");
    await create(namespace, "new");
    // Compaction spares the last interval, and moves with what is written.
    for (let index = 0; index < 8; index += 1) {
      await sleep(600);
      await create(namespace, `filler-${index}`).then(() => remove(namespace, `filler-${index}`));
    }
    line.mend();
    await vi.waitUntil(() => changes.length >= 3, 20_000);
    expect(isForgotten).toBe(true);
    expect(changes.toSorted()).toEqual(["changed changed 2", "gone gone", "new new 1"]);
    expect(states).toEqual([{ synced: true, error: undefined }]);
    await create(namespace, "later");
    await vi.waitUntil(() => changes.includes("new later 1"), 10_000);
  });
});

test("a type that the cluster lacks is told, and found once it is there", async () => {
  const namespace = await makeNamespace();
  const plural = uniqueName("gadgets").replace("-", "");
  const type = { group: "engine.example.com", version: "v1", kind: "Gadget", plural, namespaced: true };
  const { informer, states, changes } = watch(namespace, api, type);
  await vi.waitUntil(() => states.length > 0, 10_000);
  expect(informer.state).toMatchObject({ synced: false, error: { code: "ServerNotFound" } });
  await rawCreate(earth, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    metadata: { name: `${plural}.${type.group}` },
    spec: {
      group: type.group,
      scope: "Namespaced",
      names: { kind: "Gadget", plural },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
        },
      ],
    },
  });
  await vi.waitUntil(
    () => {
      informer.retryNow();
      return informer.state.synced;
    },
    { timeout: 20_000, interval: 200 },
  );
  expect(informer.state.error).toBeUndefined();
  await rawCreate(earth, `/apis/${type.group}/v1/namespaces/${namespace}/${plural}`, {
    apiVersion: `${type.group}/v1`,
    kind: "Gadget",
    metadata: { name: "a", labels },
    data: { value: "1" },
  });
  await vi.waitUntil(() => changes.length === 1, 10_000);
  expect(changes).toEqual(["new a 1"]);
});

test("an informer ends when its signal fires, also amid a pause", async () => {
  const { running } = watch("nowhere", api, { ...configMaps, plural: "nothings" });
  await sleep(200);
  stop.abort();
  await running;
});
