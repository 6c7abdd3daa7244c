import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Connection } from "../../../src/federation/deps.ts";
import { enableTypes } from "../../../src/federation/enable/enable.ts";
import { installKubeFed } from "../../../src/federation/install/install.ts";
import type { UnknownObject } from "../../../src/kube/objects.ts";
import type { ClusterDetails } from "../../cluster/details.ts";
import { rawCreate, rawDelete, rawGet, rawList, rawPatch } from "../../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../../cluster/start.ts";
import { connectTo } from "../../support/cluster-connection.ts";
import { startController } from "../../support/controller.ts";
import { coreRun } from "../../support/core-run.ts";
import {
  configMapPath,
  federateConfigMap,
  federatedPath,
  federateNamespace,
  inClusters,
  readinessOf,
  until,
} from "../../support/engine-federation.ts";
import { connectInPod } from "../../support/kubeconfig-connection.ts";
import { type Federation, openFederation } from "../../support/federation.ts";

let set: ClusterSet;
let earth: ClusterDetails;
let vulcan: ClusterDetails;
let federation: Federation;
/** As it is mounted into a pod of the service account that `install --controller` makes. */
let mounted: string;

beforeAll(async () => {
  set = await startClusters(["earth", "vulcan"]);
  [earth, vulcan] = [set.cluster("earth").details, set.cluster("vulcan").details];
  federation = await openFederation({ kubeconfigPath: set.kubeconfigPath, namespace: "kube-federation-system" });
  expect((await federation.join("vulcan")).error).toBeUndefined();
  const { namespace: kubefedNamespace } = federation;
  const controller = { image: "fedctl:test", replicas: 1 };
  const options = { kubefedNamespace, dryRun: false, scope: "Cluster", controller } as const;
  await installKubeFed(options, coreRun(connectTo(earth)).deps);
  const account = `/api/v1/namespaces/${kubefedNamespace}/serviceaccounts/fedctl-controller`;
  const answer = await rawCreate<{ status: { token: string } }>(earth, `${account}/token`, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: {},
  });
  mounted = join(set.root, "serviceaccount");
  await mkdir(mounted);
  await writeFile(join(mounted, "token"), answer.status.token);
  await writeFile(join(mounted, "ca.crt"), earth.caPem);
});
afterAll(() => set.stop());

/** Types in and outside of namespaces, one that is enabled meanwhile, gathered statuses and scheduled replicas. */
async function everyKind(namespace: string, placement: object): Promise<void> {
  const make = async (kind: string, name: string, spec: object): Promise<string> => {
    const isWide = kind === "ClusterRole";
    const plural = `federated${kind.toLowerCase().replace(/y$/, "ie")}s`;
    const folder = isWide ? `/apis/types.kubefed.io/v1beta1/${plural}` : federatedPath(namespace, plural);
    const metadata = { name, ...(!isWide && { namespace }) };
    const head = { apiVersion: "types.kubefed.io/v1beta1", kind: `Federated${kind}`, metadata };
    await rawCreate(earth, folder, { ...head, spec: { ...spec, placement } });
    return `${folder}/${name}`;
  };
  const configs = `/apis/core.kubefed.io/v1beta1/namespaces/${federation.namespace}/federatedtypeconfigs`;
  const statusType = {
    group: "core.kubefed.io",
    kind: "FederatedServiceStatus",
    pluralName: "federatedservicestatuses",
    scope: "Namespaced",
    version: "v1alpha1",
  };
  await rawPatch(earth, `${configs}/services`, { spec: { statusCollection: "Enabled", statusType } });
  const { namespace: kubefedNamespace } = federation;
  await enableTypes(
    { hostClusterContext: "earth", kubefedNamespace, dryRun: false, names: ["networkpolicies"] },
    coreRun(connectTo(earth)).deps,
  );
  const labels = { app: "web" };
  const pod = { metadata: { labels }, spec: { containers: [{ name: "web", image: "web" }] } };
  const [role] = await Promise.all([
    make("ClusterRole", namespace, { template: { rules: [] } }),
    make("NetworkPolicy", "web", { template: { spec: { podSelector: {} } } }),
    make("Service", "web", { template: { spec: { type: "LoadBalancer", ports: [{ port: 80 }] } } }),
    make("Deployment", "web", {
      template: { spec: { replicas: 1, selector: { matchLabels: labels }, template: pod } },
    }),
  ]);
  await rawCreate(earth, `/apis/scheduling.kubefed.io/v1alpha1/namespaces/${namespace}/replicaschedulingpreferences`, {
    apiVersion: "scheduling.kubefed.io/v1alpha1",
    kind: "ReplicaSchedulingPreference",
    metadata: { name: "web" },
    spec: { targetKind: "FederatedDeployment", totalReplicas: 3, clusters: { vulcan: { weight: 1 } } },
  });
  const gathered = `/apis/core.kubefed.io/v1alpha1/namespaces/${namespace}/federatedservicestatuses/web`;
  const [policy, deployment, wideRole] = [
    `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/web`,
    `/apis/apps/v1/namespaces/${namespace}/deployments/web`,
    `/apis/rbac.authorization.k8s.io/v1/clusterroles/${namespace}`,
  ];
  await until(async () => (await rawGet(vulcan, policy)) !== undefined);
  await until(async () => (await rawGet(vulcan, wideRole)) !== undefined);
  await until(async () => (await rawGet(earth, gathered)) !== undefined);
  await until(async () => (await rawGet<{ spec: { replicas: number } }>(vulcan, deployment))?.spec.replicas === 3);
  await rawPatch(vulcan, `/api/v1/namespaces/${namespace}/services/web/status`, {
    status: { loadBalancer: { ingress: [{ ip: "192.0.2.7" }] } },
  });
  await until(async () => JSON.stringify(await rawGet(earth, gathered)).includes("192.0.2.7"));
  await rawDelete(earth, role);
  await until(async () => (await rawGet(vulcan, wideRole)) === undefined);
}

test("in a pod, the rights that install --controller gives suffice for all that the controller does", async () => {
  const { namespace: kubefedNamespace } = federation;
  const connect = (signal: AbortSignal): Promise<Connection> => connectInPod(mounted, new URL(earth.server), signal);
  const controller = startController({ kubeconfigPath: "absent", connect, kubefedNamespace });
  await until(async () => (await readinessOf(earth, federation, "vulcan")) === "Ready");
  const placement = inClusters("vulcan");
  const namespace = await federateNamespace(earth, placement);
  await federateConfigMap(earth, { namespace, name: "a" }, { placement });
  const path = federatedPath(namespace, "federatedconfigmaps", "a");
  const isThere = async (): Promise<boolean> => (await rawGet(vulcan, configMapPath(namespace, "a"))) !== undefined;
  await until(isThere);
  await until(async () => (await rawGet<UnknownObject>(earth, path))?.["status"] !== undefined);
  // A failure, which is told in an Event.
  await rawPatch(earth, path, {
    spec: { overrides: [{ clusterName: "vulcan", clusterOverrides: [{ path: "/kind", value: "X" }] }] },
  });
  await until(async () =>
    JSON.stringify((await rawGet<UnknownObject>(earth, path))?.["status"]).includes("ApplyOverridesFailed"),
  );
  const events = `/api/v1/namespaces/${namespace}/events`;
  await until(async () =>
    (await rawList<{ reason: string }>(earth, events)).some(({ reason }) => reason === "ApplyOverridesFailed"),
  );
  await rawPatch(earth, path, { spec: { overrides: null } });
  await everyKind(namespace, placement);
  // A type that comes and goes.
  const typePath = `/apis/core.kubefed.io/v1beta1/namespaces/${federation.namespace}/federatedtypeconfigs/jobs.batch`;
  await rawPatch(earth, typePath, { spec: { propagation: "Disabled" } });
  await rawDelete(earth, typePath);
  await until(async () => (await rawGet(earth, typePath)) === undefined);
  await rawDelete(earth, path);
  await until(async () => !(await isThere()));
  await until(async () => (await rawGet(earth, path)) === undefined);
  await controller.stop();
  expect(controller.log.filter((line) => JSON.stringify(line).toLowerCase().includes("forbidden"))).toEqual([]);
});
