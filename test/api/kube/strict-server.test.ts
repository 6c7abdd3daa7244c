import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failureOf } from "../../../src/kube/errors.ts";
import { rawCreate } from "../../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../../cluster/start.ts";
import { configMaps, drain, errorOf, openApi, secrets } from "./open-api.ts";

/**
 * Of its own: this server forgets old versions within seconds, sends every fiftieth request's connection away, and takes
 * few requests at a time (from all but its masters).
 */
let clusters: ClusterSet;
const mars = () => clusters.cluster("mars").details;
const namespace = "default";
const forgotten = 5_000;

beforeAll(async () => {
  clusters = await startClusters(["mars"], {
    extraApiServerArgs: [
      "--etcd-compaction-interval=1s",
      "--watch-cache=false",
      "--goaway-chance=0.02",
      "--enable-priority-and-fairness=false",
      "--max-requests-inflight=8",
      "--max-mutating-requests-inflight=8",
    ],
  });
});
afterAll(() => clusters.stop());

/** The server forgets what is older than its newest version but one. */
async function writeSomething(name: string): Promise<void> {
  for (const suffix of ["a", "b"]) {
    await rawCreate(mars(), `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: `${name}-${suffix}` } });
    await sleep(forgotten / 2);
  }
}

test("a list that the server forgets between two pages is read again in one piece", async () => {
  const { api } = openApi(mars());
  const names = Array.from({ length: 6 }, (_, index) => `listed-${index}`);
  for (const name of names) await api.create(secrets, { metadata: { name, namespace } });
  let asked = 0;
  const slow = openApi(mars(), {
    authenticator: {
      async headers() {
        asked += 1;
        if (asked === 2) await writeSomething("between-pages");
        return { Authorization: `Bearer ${mars().adminToken}` };
      },
      clientCertificate: () => Promise.resolve(undefined),
      refresh: () => Promise.resolve(false),
    },
  });
  const list = await slow.api.list(secrets, { namespace, pageSize: 4 });
  expect(list.items.map(({ metadata }) => metadata?.name)).toEqual(names);
  expect(slow.requests.map((request) => request.replace(/continue=.*? /, "continue=... "))).toEqual([
    `GET /api/v1/namespaces/${namespace}/secrets?limit=4 200`,
    `GET /api/v1/namespaces/${namespace}/secrets?limit=4&continue=... 410`,
    `GET /api/v1/namespaces/${namespace}/secrets 200`,
  ]);
});

test("a watch from a forgotten version says so", async () => {
  const { api } = openApi(mars());
  const { resourceVersion } = await api.list(configMaps, { namespace });
  await writeSomething("between-watches");
  const error = await errorOf(drain(api.watch(configMaps, { namespace, resourceVersion })));
  expect(error.code).toBe("ServerError");
  expect(failureOf(error)).toMatchObject({ status: 410, reason: "Expired" });
});

test("a server that sends connections away gets every write once", async () => {
  const { api } = openApi(mars());
  const names = Array.from({ length: 600 }, (_, index) => `away-${index}`);
  const made = await Promise.all(
    names.map((name) => api.create(configMaps, { metadata: { name, namespace, labels: { test: "away" } } })),
  );
  expect(made.map(({ metadata }) => metadata.name)).toEqual(names);
  expect((await api.list(configMaps, { namespace, labelSelector: "test=away" })).items).toHaveLength(600);
});

test("a server that has too much to do is waited for", async () => {
  await rawCreate(mars(), "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
    metadata: { name: "guest-is-admin" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "guest" }],
  });
  const { api, requests } = openApi(mars(), { token: mars().guestToken });
  // The authorizer learns of the binding a moment later.
  await expect
    .poll(() =>
      api.list(configMaps, { namespace }).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  const names = Array.from({ length: 100 }, (_, index) => `busy-${index}`);
  const made = await Promise.all(names.map((name) => api.create(configMaps, { metadata: { name, namespace } })));
  expect(made.map(({ metadata }) => metadata.name)).toEqual(names);
  expect(requests.filter((request) => request.endsWith(" 429")).length).toBeGreaterThan(0);
});
