import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installKubeFed } from "../../../src/federation/install/install.ts";
import type { UnknownObject } from "../../../src/kube/objects.ts";
import type { ClusterDetails } from "../../cluster/details.ts";
import { tokenEntry, writeKubeconfig } from "../../cluster/kubeconfig-file.ts";
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
import { type Federation, openFederation } from "../../support/federation.ts";

let set: ClusterSet;
let earth: ClusterDetails;
let vulcan: ClusterDetails;
let federation: Federation;
/** Of the service account that `install --controller` makes. */
let kubeconfigPath: string;

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
  kubeconfigPath = join(set.root, "controller.kubeconfig");
  await writeKubeconfig(kubeconfigPath, [tokenEntry(earth, answer.status.token)]);
});
afterAll(() => set.stop());

test("the rights that install --controller gives suffice for all that the controller does", async () => {
  const controller = startController({ kubeconfigPath, kubefedNamespace: federation.namespace });
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
