import { expect, test } from "vitest";
import { diffFederation, type DiffResult } from "../../src/engine/diff.ts";
import { rawCreate, rawDelete, rawPatch } from "../cluster/raw-client.ts";
import { coreRun } from "../support/core-run.ts";
import {
  changeSpec,
  configMapPath,
  federate,
  federatedConfigMap,
  federatedNamespace,
  inClusters,
} from "../support/engine-runs.ts";
import { federationForFile } from "../support/file-clusters.ts";
import { connectThrough } from "../support/kubeconfig-connection.ts";

const { pair, federation } = federationForFile();

async function diff(namespace: string): Promise<DiffResult> {
  const { signal } = new AbortController();
  const { deps } = coreRun((context) => connectThrough(pair.kubeconfigPath, context, signal));
  const { namespace: kubefedNamespace } = federation;
  return diffFederation({ hostClusterContext: "earth", kubefedNamespace, dryRun: true, namespace }, deps);
}

const told = ({ diffs }: DiffResult): readonly string[] =>
  diffs.map(({ change }) => `${change.cluster}: ${change.action} ${change.object.kind} ${change.object.name}`).sort();

test("nothing is written, and what would be is told", async () => {
  const shop = await federatedNamespace(pair.earth, inClusters("vulcan"));
  await federate(pair.earth, federatedConfigMap(shop, "a"), {
    template: { data: { x: "1" } },
    placement: inClusters("vulcan"),
  });
  let result: DiffResult | undefined;
  const { writes } = await pair.watched(async () => {
    result = await diff(shop);
    return { changes: [], reasons: [], warnings: [], error: undefined };
  });
  expect(writes).toEqual([]);
  expect(result === undefined ? [] : told(result)).toEqual([
    "vulcan: create ConfigMap a",
    `vulcan: create Namespace ${shop}`,
  ]);
});

test("what is in place is no difference, even when the record says nothing of it", async () => {
  const shop = await federatedNamespace(pair.earth, inClusters("vulcan"));
  const a = federatedConfigMap(shop, "a");
  await federate(pair.earth, a, { template: { data: { x: "1" } }, placement: inClusters("vulcan") });
  await federation.sync({ namespace: shop });
  expect(await diff(shop)).toMatchObject({ diffs: [], incomplete: undefined, differs: undefined });
  // Another fingerprint of the same object.
  await changeSpec(pair.earth, a, { template: { data: { x: "1" }, kind: "ConfigMap" } });
  expect(told(await diff(shop))).toEqual([]);
});

test("what somebody changed in a member, or the user in a template, is shown as it would be", async () => {
  const shop = await federatedNamespace(pair.earth, inClusters("vulcan"));
  const [a, b] = [federatedConfigMap(shop, "a"), federatedConfigMap(shop, "b")];
  for (const each of [a, b]) {
    await federate(pair.earth, each, { template: { data: { x: "1" } }, placement: inClusters("vulcan") });
  }
  await federation.sync({ namespace: shop });
  await rawPatch(pair.vulcan, configMapPath(shop, "a"), { data: { y: "2" }, metadata: { annotations: { own: "1" } } });
  await changeSpec(pair.earth, b, { placement: { clusters: [] } });
  const result = await diff(shop);
  expect(told(result)).toEqual(["vulcan: delete ConfigMap b", "vulcan: update ConfigMap a"]);
  const { before, after } = result.diffs.find(({ change }) => change.object.name === "a") ?? {};
  expect([before?.["data"], after?.["data"]]).toEqual([{ x: "1", y: "2" }, { x: "1" }]);
  expect(after?.["metadata"]).toMatchObject({ annotations: { own: "1" } });
});

test("values of Secrets are masked", async () => {
  const shop = await federatedNamespace(pair.earth, inClusters("vulcan"));
  const secret = { kind: "FederatedSecret", plural: "federatedsecrets", namespace: shop, name: "s" };
  const template = { data: { same: "c2FtZQ==", other: "b3RoZXI=" } };
  await federate(pair.earth, secret, { template, placement: inClusters("vulcan") });
  await federation.sync({ namespace: shop });
  await rawPatch(pair.vulcan, `/api/v1/namespaces/${shop}/secrets/s`, { data: { other: "bmV3", extra: "eA==" } });
  const { diffs } = await diff(shop);
  expect(diffs.map(({ before, after }) => [before?.["data"], after?.["data"]])).toEqual([
    [
      { same: "***", other: "*** (before)", extra: "***" },
      { same: "***", other: "*** (after)" },
    ],
  ]);
});

test("what a member would refuse is a failure that names it", async () => {
  const shop = await federatedNamespace(pair.earth, inClusters("vulcan"));
  const job = { kind: "FederatedJob", plural: "federatedjobs", namespace: shop, name: "j" };
  const spec = (image: string): object => ({
    template: { spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image }] } } } },
  });
  await federate(pair.earth, job, { ...spec("one"), placement: inClusters("vulcan") });
  await federation.sync({ namespace: shop });
  await changeSpec(pair.earth, job, spec("two"));
  const { incomplete } = await diff(shop);
  expect(incomplete?.message).toContain("field is immutable");
});

test("an object that is there already would be adopted", async () => {
  const shop = await federatedNamespace(pair.earth, inClusters("vulcan"));
  await federation.sync({ namespace: shop });
  await rawCreate(pair.vulcan, `/api/v1/namespaces/${shop}/configmaps`, { metadata: { name: "a" }, data: { x: "0" } });
  await federate(pair.earth, federatedConfigMap(shop, "a"), {
    template: { data: { x: "1" } },
    placement: inClusters("vulcan"),
  });
  const { diffs } = await diff(shop);
  expect(diffs.map(({ change }) => [change.action, change.reason])).toEqual([
    ["update", "it was there before, and would be managed"],
  ]);
});

test("a cluster that is not joined is told as sync tells it", async () => {
  const shop = await federatedNamespace(pair.earth, inClusters("vulcan"));
  const template = { data: { x: "1" } };
  await federate(pair.earth, federatedConfigMap(shop, "a"), { template, placement: inClusters("nowhere") });
  const { incomplete } = await diff(shop);
  expect(incomplete).toMatchObject({
    exitCode: 4,
    message: `not everything can be propagated: ConfigMap "a" in namespace "${shop}" of cluster "nowhere": the placement names cluster "nowhere", which is not joined`,
    hint: expect.stringMatching(/fedctl join nowhere --host-cluster-context earth/) as string,
  });
});

test("what is still being deleted differs, and the hint brings just that there", async () => {
  const shop = await federatedNamespace(pair.earth, inClusters("vulcan"));
  const a = federatedConfigMap(shop, "a");
  await federate(pair.earth, a, { template: { data: { x: "1" } }, placement: inClusters("vulcan") });
  await federation.sync({ namespace: shop });
  const path = configMapPath(shop, "a");
  await rawPatch(pair.vulcan, path, { metadata: { finalizers: ["example.com/held"] } });
  await rawDelete(pair.vulcan, path);
  const { diffs, differs } = await diff(shop);
  expect(diffs).toEqual([]);
  expect(differs).toMatchObject({
    exitCode: 3,
    hint: expect.stringContaining(`fedctl sync -n ${shop} --host-cluster-context earth`) as string,
  });
  const { error, details } = await federation.sync({ namespace: shop, timeoutMs: 100 });
  expect(error).toMatchObject({
    exitCode: 5,
    message: `1 object is not as it should be after 100 ms: ConfigMap "a" in namespace "${shop}" of cluster "vulcan" is still being deleted`,
  });
  expect(details.map(({ outcome, reason }) => [outcome, reason])).toContainEqual(["failed", "it is still there"]);
  await rawPatch(pair.vulcan, path, { metadata: { finalizers: null } });
  expect((await federation.sync({ namespace: shop })).error).toBeUndefined();
});
