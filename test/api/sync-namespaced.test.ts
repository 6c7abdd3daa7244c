import { afterAll, beforeAll, expect, test } from "vitest";
import type { UnknownObject } from "../../src/kube/objects.ts";
import { rawCreate, rawDelete, rawGet } from "../cluster/raw-client.ts";
import { type ClusterPair, startClusterPair } from "../support/cluster-pair.ts";
import {
  changeSpec,
  configMapPath,
  type EngineFederation,
  everywhere,
  federate,
  federatedConfigMap,
  federatedNamespace,
  federatedPath,
  inClusters,
  labelOf,
  openEngineFederation,
  propagationOf,
} from "../support/engine-runs.ts";

/** A control plane that is confined to its namespace, as are its permissions in the members. */
let pair: ClusterPair;
let federation: EngineFederation;

beforeAll(async () => {
  pair = await startClusterPair();
  federation = await openEngineFederation(pair, { scope: "Namespaced" });
});
afterAll(() => pair.stop());

const template = { data: { colour: "red" } };

test("an object goes where its own placement says, without a federated namespace, and not when it says no cluster", async () => {
  const { namespace } = federation;
  const [a, b] = [federatedConfigMap(namespace, "a"), federatedConfigMap(namespace, "b")];
  await federate(pair.earth, a, { template, placement: everywhere });
  await federate(pair.earth, b, { template, placement: { clusters: [], clusterSelector: {} } });
  expect((await federation.sync()).error).toBeUndefined();
  expect(await propagationOf(pair.earth, a)).toEqual(["True", "earth", "vulcan"]);
  expect(await propagationOf(pair.earth, b)).toEqual(["True"]);
  expect(await rawGet(pair.vulcan, configMapPath(namespace, "a"))).toMatchObject({ data: { colour: "red" } });
  await changeSpec(pair.earth, a, { placement: inClusters("earth") });
  expect((await federation.sync()).error).toBeUndefined();
  expect(await labelOf(pair.vulcan, configMapPath(namespace, "a"))).toBe("absent");
  await rawDelete(pair.earth, federatedPath(namespace, "federatedconfigmaps", "a"));
  expect((await federation.sync()).error).toBeUndefined();
  expect(await labelOf(pair.earth, configMapPath(namespace, "a"))).toBe("absent");
});

test("other namespaces, and types without one, are not its concern", async () => {
  const shop = await federatedNamespace(pair.earth);
  await federate(pair.earth, federatedConfigMap(shop, "a"), { template, placement: everywhere });
  await rawCreate(pair.earth, "/apis/types.kubefed.io/v1beta1/federatedclusterroles", {
    apiVersion: "types.kubefed.io/v1beta1",
    kind: "FederatedClusterRole",
    metadata: { name: shop },
    spec: { template: { rules: [] }, placement: everywhere },
  });
  const { changes, error } = await federation.sync();
  expect(error).toBeUndefined();
  expect(changes.filter((change) => change.includes(shop))).toEqual([]);
  const federated = await rawGet<UnknownObject>(pair.earth, federatedPath(shop, "federatedconfigmaps", "a"));
  expect(federated?.metadata?.finalizers).toBeUndefined();
  expect(await labelOf(pair.vulcan, `/api/v1/namespaces/${shop}`)).toBe("absent");
});
