import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { builtInScope } from "../../src/federation/federate/built-in-scopes.ts";
import { templateOf } from "../../src/federation/federate/template.ts";
import type { ApiResource } from "../../src/kube/kube-api.ts";
import type { UnknownObject } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { rawCreate, rawGet, rawRequest } from "../cluster/raw-client.ts";
import { startClusters } from "../cluster/start.ts";
import type { ClusterSet } from "../cluster/start.ts";
import { connectTo } from "../support/cluster-connection.ts";

let set: ClusterSet;
let earth: ClusterDetails;
let vulcan: ClusterDetails;
let types: readonly ApiResource[];

// Clusters of its own: priorities differ between them.
beforeAll(async () => {
  set = await startClusters(["earth", "vulcan"]);
  [earth, vulcan] = [set.cluster("earth").details, set.cluster("vulcan").details];
  types = (await connectTo(earth).api.discover()).resources;
  await rawCreate(vulcan, "/apis/scheduling.k8s.io/v1/priorityclasses", {
    metadata: { name: "usual" },
    value: 7,
    globalDefault: true,
    preemptionPolicy: "Never",
  });
  for (const cluster of [earth, vulcan]) {
    await rawCreate(cluster, "/api/v1/namespaces", { metadata: { name: "demo" } });
    const account = "/api/v1/namespaces/demo/serviceaccounts/default";
    await vi.waitUntil(async () => (await rawGet(cluster, account)) !== undefined, { timeout: 20_000 });
  }
});
afterAll(() => set.stop());

const containers = [{ name: "c", image: "busybox" }];
const podTemplate = { metadata: { labels: { app: "a" } }, spec: { containers } };
const selector = { matchLabels: { app: "a" } };
const ports = [{ port: 80 }];

interface Case {
  readonly name: string;
  readonly object: UnknownObject;
  /** What the server of earth, or a controller there, has to have put in for the test to be one. */
  readonly assigned: string;
  /** Where that is. */
  readonly path: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: "Job",
    object: {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "once" },
      spec: { template: { spec: { restartPolicy: "Never", containers } } },
    },
    assigned: "selector",
    path: ["spec"],
  },
  {
    name: "Service with a node port",
    object: { apiVersion: "v1", kind: "Service", metadata: { name: "node" }, spec: { type: "NodePort", ports } },
    assigned: "clusterIP",
    path: ["spec"],
  },
  {
    name: "Service that balances load locally",
    object: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "local" },
      spec: { type: "LoadBalancer", externalTrafficPolicy: "Local", ports },
    },
    assigned: "healthCheckNodePort",
    path: ["spec"],
  },
  {
    name: "headless Service",
    object: { apiVersion: "v1", kind: "Service", metadata: { name: "db" }, spec: { clusterIP: "None", ports } },
    assigned: "clusterIPs",
    path: ["spec"],
  },
  {
    name: "claim that is bound",
    object: {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data" },
      spec: {
        storageClassName: "",
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "1Mi" } },
      },
    },
    assigned: "volumeName",
    path: ["spec"],
  },
  {
    name: "Pod that runs on a node",
    object: { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: { containers } },
    assigned: "nodeName",
    path: ["spec"],
  },
  {
    name: "StatefulSet",
    object: {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "s" },
      spec: {
        serviceName: "db",
        selector,
        template: podTemplate,
        volumeClaimTemplates: [
          {
            metadata: { name: "v" },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } },
          },
        ],
      },
    },
    assigned: "updateStrategy",
    path: ["spec"],
  },
  {
    name: "CronJob",
    object: {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "daily" },
      spec: {
        schedule: "@daily",
        jobTemplate: { spec: { template: { spec: { restartPolicy: "Never", containers } } } },
      },
    },
    assigned: "concurrencyPolicy",
    path: ["spec"],
  },
  {
    name: "Ingress",
    object: {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: "web" },
      spec: { defaultBackend: { service: { name: "node", port: { number: 80 } } } },
    },
    assigned: "uid",
    path: ["metadata"],
  },
];

function collectionOf({ apiVersion = "", kind }: UnknownObject): string {
  const found = types.find(
    (type) => type.kind === kind && apiVersion === (type.group === "" ? type.version : `${type.group}/${type.version}`),
  );
  return `/${apiVersion.includes("/") ? "apis" : "api"}/${apiVersion}/namespaces/demo/${found?.plural ?? ""}`;
}

function at(object: unknown, path: readonly string[]): Record<string, unknown> {
  return path.reduce((value, field) => (value as Record<string, unknown>)[field], object) as Record<string, unknown>; // known objects
}

/** What earth makes of an object by itself; the volume and the node are given by hand, as nobody else is there to. */
async function makeInEarth({ object, assigned, path }: Case): Promise<UnknownObject> {
  const name = object.metadata?.name ?? "";
  const collection = collectionOf(object);
  if (object.kind === "PersistentVolumeClaim") {
    await rawCreate(earth, "/api/v1/persistentvolumes", {
      metadata: { name: "disk" },
      spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Mi" }, hostPath: { path: "/disk" } },
    });
  }
  await rawCreate(earth, collection, object);
  if (object.kind === "Pod")
    await rawCreate(earth, `${collection}/p/binding`, { metadata: { name: "p" }, target: { kind: "Node", name: "n" } });
  let made: UnknownObject | undefined;
  await expect
    .poll(
      async () => {
        made = await rawGet<UnknownObject>(earth, `${collection}/${name}`);
        return at(made, path)[assigned];
      },
      { timeout: 20_000 },
    )
    .toBeDefined();
  if (made === undefined) throw new Error(`${name} is gone`);
  return made;
}

describe("another cluster takes what KubeFed makes of a template (B-FD6)", () => {
  it.each(cases)("$name", async (each) => {
    const source = await makeInEarth(each);
    const [version = "", group = ""] = (each.object.apiVersion ?? "").split("/").reverse();
    expect(version).not.toBe("");
    const kind = each.object.kind ?? "";
    const template = templateOf(source, { group, kind });
    const labels = { ...(at(template, []) as UnknownObject).metadata?.labels, "kubefed.io/managed": "true" };
    const object = {
      ...template,
      apiVersion: each.object.apiVersion,
      kind,
      metadata: { name: each.object.metadata?.name, namespace: "demo", labels },
    };
    const answer = await rawRequest(vulcan, { method: "POST", path: collectionOf(each.object), body: object });
    expect(answer.text).not.toContain('"kind":"Status"');
    expect(answer.status).toBe(201);
    const made = JSON.parse(answer.text) as UnknownObject; // an object, as was just seen
    if (kind === "Job") expect(at(made, ["spec"])["selector"]).not.toEqual(at(source, ["spec"])["selector"]);
    if (kind === "Pod") expect(at(made, ["spec"])).toMatchObject({ priority: 7, preemptionPolicy: "Never" });
    if (each.name === "headless Service") expect(at(made, ["spec"])["clusterIP"]).toBe("None");
  });
});

it("the scopes of built-in types are those of a server", () => {
  const unlike = types.filter(({ group, kind, namespaced }) => {
    const scope = builtInScope(group, kind);
    return scope !== undefined && scope !== (namespaced ? "Namespaced" : "Cluster");
  });
  expect(unlike.map(({ group, kind }) => `${group}/${kind}`)).toEqual([]);
  // The others are asked and never stored.
  const groups = [...new Set(types.map(({ group }) => group))];
  const unknown = groups.filter((group) => builtInScope(group, "X") === undefined);
  expect(unknown.sort()).toEqual(["authentication.k8s.io", "authorization.k8s.io"]);
});
