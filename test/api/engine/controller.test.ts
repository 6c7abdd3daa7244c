import { afterAll, beforeAll, expect, test } from "vitest";
import type { UnknownObject } from "../../../src/kube/objects.ts";
import type { ClusterDetails } from "../../cluster/details.ts";
import { rawGet } from "../../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../../cluster/start.ts";
import { type RunningController, startController } from "../../support/controller.ts";
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
const both = inClusters("earth", "vulcan");

beforeAll(async () => {
  set = await startClusters(["earth", "vulcan"]);
  [earth, vulcan] = [set.cluster("earth").details, set.cluster("vulcan").details];
  federation = await openFederation({ kubeconfigPath: set.kubeconfigPath, namespace: "kube-federation-system" });
  for (const name of ["earth", "vulcan"]) expect((await federation.join(name)).error).toBeUndefined();
});
afterAll(() => set.stop());

const start = (): RunningController =>
  startController({ kubeconfigPath: set.kubeconfigPath, kubefedNamespace: federation.namespace });

test("a cluster becomes ready, and a namespace with a ConfigMap gets to it", async () => {
  const controller = start();
  await until(async () => (await readinessOf(earth, federation, "vulcan")) === "Ready");
  const namespace = await federateNamespace(earth, { placement: both }.placement);
  await federateConfigMap(earth, { namespace, name: "a" }, { placement: both });
  await until(async () => (await rawGet(vulcan, configMapPath(namespace, "a"))) !== undefined);
  const path = federatedPath(namespace, "federatedconfigmaps", "a");
  await until(async () => (await rawGet<UnknownObject>(earth, path))?.["status"] !== undefined);
  expect((await rawGet<UnknownObject>(earth, path))?.["status"]).toMatchObject({
    clusters: [{ name: "earth" }, { name: "vulcan" }],
    conditions: [{ type: "Propagation", status: "True" }],
    observedGeneration: 1,
  });
  await controller.stop();
});
