import { afterAll, beforeAll, expect, it } from "vitest";
import { installKubeFed } from "../../src/federation/install/install.ts";
import { defaultKubefedNamespace } from "../../src/federation/kubefed-types.ts";
import type { UnknownObject } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { rawCreate, rawDelete, rawGet, rawPatch } from "../cluster/raw-client.ts";
import { startClusters } from "../cluster/start.ts";
import type { ClusterSet } from "../cluster/start.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { uniqueName } from "../support/clusters.ts";
import { coreRun } from "../support/core-run.ts";
import { configMap, federate } from "../support/federate-runs.ts";

let set: ClusterSet;
let host: ClusterDetails;

// A cluster of its own: which clusters are joined is what matters.
beforeAll(async () => {
  set = await startClusters(["earth"]);
  host = set.cluster("earth").details;
  const { deps } = coreRun(connectTo(host));
  await installKubeFed({ kubefedNamespace: defaultKubefedNamespace, dryRun: false, scope: "Cluster" }, deps);
});
afterAll(() => set.stop());

it("annotations become overrides of the clusters that the object is placed in", async () => {
  const annotations = { "example.com/owner": "a", "kubectl.kubernetes.io/last-applied-configuration": "{}" };
  const name = uniqueName("ns");
  await rawCreate(host, "/api/v1/namespaces", { metadata: { name } });
  await rawCreate(host, `/api/v1/namespaces/${name}/configmaps`, configMap(name, "a", { metadata: { annotations } }));
  const clusters = `/apis/core.kubefed.io/v1beta1/namespaces/${defaultKubefedNamespace}/kubefedclusters`;
  await rawCreate(host, clusters, {
    apiVersion: "core.kubefed.io/v1beta1",
    kind: "KubeFedCluster",
    metadata: { name: "vulcan" },
    spec: { apiEndpoint: "https://vulcan.example", secretRef: { name: "vulcan" } },
  });
  const { warnings } = await federate(connectTo(host), {
    type: "cm",
    names: ["a"],
    namespace: name,
    annotations: "override",
  });
  await rawDelete(host, `${clusters}/vulcan`);
  const path = `/apis/types.kubefed.io/v1beta1/namespaces/${name}/federatedconfigmaps/a`;
  expect(warnings.map(({ code }) => code)).toEqual(["AnnotationsOfClustersNow", "NamespaceNotFederated"]);
  expect((await rawGet<UnknownObject>(host, path))?.["spec"]).toEqual({
    placement: { clusterSelector: { matchLabels: {} } },
    template: { data: { value: "1" }, metadata: { annotations: {} } },
    overrides: [
      {
        clusterName: "vulcan",
        clusterOverrides: [{ op: "add", path: "/metadata/annotations/example.com~1owner", value: "a" }],
      },
    ],
  });
  const again = await federate(connectTo(host), { type: "cm", names: ["a"], namespace: name });
  expect(again.changes).toEqual(["keep FederatedConfigMap a"]);
});

it("--on-conflict=update gives an unchanged object the overrides that it lacks, once", async () => {
  const name = uniqueName("ns");
  const annotations = { "example.com/owner": "a" };
  await rawCreate(host, "/api/v1/namespaces", { metadata: { name } });
  await rawCreate(host, `/api/v1/namespaces/${name}/configmaps`, configMap(name, "a", { metadata: { annotations } }));
  const clusters = `/apis/core.kubefed.io/v1beta1/namespaces/${defaultKubefedNamespace}/kubefedclusters`;
  await rawCreate(host, clusters, {
    apiVersion: "core.kubefed.io/v1beta1",
    kind: "KubeFedCluster",
    metadata: { name: "mars" },
    spec: { apiEndpoint: "https://mars.example", secretRef: { name: "mars" } },
  });
  const one = { type: "cm", names: ["a"], namespace: name } as const;
  await federate(connectTo(host), one);
  const path = `/apis/types.kubefed.io/v1beta1/namespaces/${name}/federatedconfigmaps/a`;
  const own = { op: "add", path: "/data/more", value: "2" };
  await rawPatch(host, path, { spec: { overrides: [{ clusterName: "mars", clusterOverrides: [own] }] } });
  const rules = { ...one, annotations: "override" } as const;
  const kept = await federate(connectTo(host), rules);
  const updated = await federate(connectTo(host), { ...rules, onConflict: "update" });
  const again = await federate(connectTo(host), { ...rules, onConflict: "update" });
  await rawDelete(host, `${clusters}/mars`);
  expect([kept, updated, again].map(({ changes }) => changes)).toEqual([
    ["keep FederatedConfigMap a"],
    ["update FederatedConfigMap a"],
    ["keep FederatedConfigMap a"],
  ]);
  const added = { op: "add", path: "/metadata/annotations/example.com~1owner", value: "a" };
  expect((await rawGet<UnknownObject>(host, path))?.["spec"]).toEqual({
    placement: { clusterSelector: { matchLabels: {} } },
    template: { data: { value: "1" }, metadata: { annotations: {} } },
    overrides: [{ clusterName: "mars", clusterOverrides: [own, added] }],
  });
});
