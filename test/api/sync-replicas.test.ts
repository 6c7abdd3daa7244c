import { expect, test } from "vitest";
import type { UnknownObject } from "../../src/kube/objects.ts";
import { rawCreate, rawGet, rawPatch } from "../cluster/raw-client.ts";
import { everywhere, federate, federatedNamespace, federatedPath } from "../support/engine-runs.ts";
import { federationForFile } from "../support/file-clusters.ts";

const { pair, federation } = federationForFile();

const labels = { app: "web" };
const pod = { metadata: { labels }, spec: { containers: [{ name: "web", image: "web" }] } };
const template = { spec: { replicas: 1, selector: { matchLabels: labels }, template: pod } };

test("a scheduling preference distributes replicas, and does it once", async () => {
  const shop = await federatedNamespace(pair.earth);
  const web = { kind: "FederatedDeployment", plural: "federateddeployments", namespace: shop, name: "web" };
  await federate(pair.earth, web, { template, placement: { clusters: [] } });
  await rawCreate(pair.earth, `/apis/scheduling.kubefed.io/v1alpha1/namespaces/${shop}/replicaschedulingpreferences`, {
    apiVersion: "scheduling.kubefed.io/v1alpha1",
    kind: "ReplicaSchedulingPreference",
    metadata: { name: "web" },
    spec: {
      targetKind: "FederatedDeployment",
      totalReplicas: 9,
      clusters: { earth: { weight: 1 }, vulcan: { weight: 2 } },
    },
  });
  const { changes, error } = await federation.sync({ namespace: shop });
  expect(error).toBeUndefined();
  expect(changes).toContain("earth: update FederatedDeployment web");
  const path = `/apis/apps/v1/namespaces/${shop}/deployments/web`;
  expect(await rawGet(pair.earth, path)).toMatchObject({ spec: { replicas: 3 } });
  expect(await rawGet(pair.vulcan, path)).toMatchObject({ spec: { replicas: 6 } });
  const again = await federation.sync({ namespace: shop });
  expect(again.changes).not.toContain("earth: update FederatedDeployment web");
});

test("statuses of Services are gathered where the type asks for it", async () => {
  const configs = `/apis/core.kubefed.io/v1beta1/namespaces/${federation.namespace}/federatedtypeconfigs`;
  const statusType = {
    group: "core.kubefed.io",
    kind: "FederatedServiceStatus",
    pluralName: "federatedservicestatuses",
    scope: "Namespaced",
    version: "v1alpha1",
  };
  // The control plane of this test is the installed one.
  await rawPatch(pair.earth, `${configs}/services`, { spec: { statusCollection: "Enabled", statusType } });
  const shop = await federatedNamespace(pair.earth);
  const service = { kind: "FederatedService", plural: "federatedservices", namespace: shop, name: "web" };
  const spec = { type: "LoadBalancer", selector: labels, ports: [{ port: 80 }] };
  await federate(pair.earth, service, { template: { spec }, placement: everywhere });
  expect((await federation.sync({ namespace: shop })).error).toBeUndefined();
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.7" }] } };
  await rawPatch(pair.vulcan, `/api/v1/namespaces/${shop}/services/web/status`, { status });
  expect((await federation.sync({ namespace: shop, type: "services" })).error).toBeUndefined();
  const path = `/apis/core.kubefed.io/v1alpha1/namespaces/${shop}/federatedservicestatuses/web`;
  const gathered = await rawGet<UnknownObject>(pair.earth, path);
  const federated = await rawGet<UnknownObject>(pair.earth, federatedPath(shop, "federatedservices", "web"));
  expect(gathered?.metadata?.ownerReferences?.[0]?.uid).toBe(federated?.metadata?.uid);
  expect(gathered?.["clusterStatus"]).toMatchObject([
    { clusterName: "earth", status: { loadBalancer: {} } },
    { clusterName: "vulcan", status: { loadBalancer: { ingress: [{ ip: "192.0.2.7" }] } } },
  ]);
});
