import { afterAll, beforeAll, expect, it } from "vitest";
import { federateObjects } from "../../src/federation/federate/federate.ts";
import { installKubeFed } from "../../src/federation/install/install.ts";
import { defaultKubefedNamespace } from "../../src/federation/kubefed-types.ts";
import type { UnknownObject } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { rawCreate, rawList, rawRequest } from "../cluster/raw-client.ts";
import { startClusters } from "../cluster/start.ts";
import type { ClusterSet } from "../cluster/start.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { uniqueName } from "../support/clusters.ts";
import { coreRun } from "../support/core-run.ts";
import { configMap, federate, federateOptions } from "../support/federate-runs.ts";

let set: ClusterSet;
let earth: ClusterDetails;

// A cluster of its own: what is enabled in it makes a difference.
beforeAll(async () => {
  set = await startClusters(["earth"]);
  earth = set.cluster("earth").details;
  const { deps } = coreRun(connectTo(earth));
  await installKubeFed({ kubefedNamespace: defaultKubefedNamespace, dryRun: false, scope: "Cluster" }, deps);
});
afterAll(() => set.stop());

async function makeNamespace(): Promise<string> {
  const name = uniqueName("ns");
  await rawCreate(earth, "/api/v1/namespaces", { metadata: { name } });
  return name;
}

const federatedPath = (namespace: string, plural: string): string =>
  `/apis/types.kubefed.io/v1beta1/namespaces/${namespace}/${plural}`;

const template = {
  metadata: { labels: { app: "web" } },
  spec: { restartPolicy: "Never", containers: [{ name: "web", image: "web" }] },
};
const running = { ...template, spec: { containers: template.spec.containers } };
const selector = { matchLabels: { app: "web" } };

/** Of ten types that are not enabled by default: where they are made, and what is special about them. */
const tenTypes: readonly (readonly [prefix: string, plural: string, object: object])[] = [
  ["/api/v1", "limitranges", { spec: { limits: [] } }],
  ["/api/v1", "resourcequotas", { spec: { hard: { pods: "9" } } }],
  ["/api/v1", "podtemplates", { template: running }],
  ["/api/v1", "replicationcontrollers", { spec: { replicas: 0, selector: { app: "web" }, template: running } }],
  [
    "/api/v1",
    "persistentvolumeclaims",
    { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } },
  ],
  ["/apis/apps/v1", "statefulsets", { spec: { replicas: 0, selector, serviceName: "web", template: running } }],
  ["/apis/apps/v1", "daemonsets", { spec: { selector, template: running } }],
  [
    "/apis/batch/v1",
    "cronjobs",
    { spec: { schedule: "0 0 1 1 *", suspend: true, jobTemplate: { spec: { template } } } },
  ],
  ["/apis/policy/v1", "poddisruptionbudgets", { spec: { minAvailable: 1 } }],
  ["/apis/networking.k8s.io/v1", "networkpolicies", { spec: { podSelector: {} } }],
];

it("federates ten new types with at most 80 requests and one for each object", async () => {
  const namespace = await makeNamespace();
  for (const [prefix, plural, object] of tenTypes) {
    await rawCreate(earth, `${prefix}/namespaces/${namespace}/${plural}`, { metadata: { name: "web" }, ...object });
  }
  let requests = 0;
  const connection = connectTo(earth, { onRequest: () => (requests += 1) });
  const { result } = await federate(connection, { name: namespace, contents: true, enableType: true });
  expect(result.taken).toHaveLength(1 + tenTypes.length);
  for (const [, plural] of tenTypes) {
    expect(await rawList(earth, federatedPath(namespace, `federated${plural}`))).toHaveLength(1);
  }
  expect(requests).toBeLessThanOrEqual(80 + result.taken.length);
});

it("reaches the same end after it was stopped at any request", async () => {
  const name = await makeNamespace();
  const names = ["a", "b", "c"];
  for (const each of names) await rawCreate(earth, `/api/v1/namespaces/${name}/configmaps`, configMap(name, each));
  const options = { name, contents: true } as const;
  let stopped = 0;
  for (let last = 1, finished = false; !finished; last += 1) {
    finished = await runUntil(last, options);
    if (!finished) stopped += 1;
    const { changes } = await federate(connectTo(earth), options);
    expect(changes).toHaveLength(1 + names.length);
    const made = await rawList<UnknownObject>(earth, federatedPath(name, "federatedconfigmaps"));
    expect(made.map(({ metadata }) => metadata?.name)).toEqual(names);
    expect(await rawList(earth, federatedPath(name, "federatednamespaces"))).toHaveLength(1);
    for (const plural of ["federatedconfigmaps", "federatednamespaces"]) {
      await rawRequest(earth, { method: "DELETE", path: federatedPath(name, plural) });
    }
  }
  expect(stopped).toBeGreaterThan(20);
}, 180_000);

/** Runs the command, and ends it when so many requests were answered. True when it had finished before. */
async function runUntil(last: number, options: { readonly name: string; readonly contents: true }): Promise<boolean> {
  const stop = new AbortController();
  let requests = 0;
  const onRequest = (): void => {
    requests += 1;
    if (requests === last) stop.abort();
  };
  const { deps } = coreRun(connectTo(earth, { signal: stop.signal, onRequest }), stop.signal);
  const ended = await federateObjects(federateOptions(options), deps).then(
    () => true,
    (error: unknown) => {
      expect(error).toMatchObject({ code: "Interrupted", exitCode: 130 });
      return false;
    },
  );
  return ended && requests < last;
}
