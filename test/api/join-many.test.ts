import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { adminEntry, writeKubeconfig } from "../cluster/kubeconfig-file.ts";
import { rawCreate, rawGet, rawList } from "../cluster/raw-client.ts";
import {
  type ClusterPair,
  rbacPath,
  registrationPath,
  secretsPath,
  startClusterPair,
} from "../support/cluster-pair.ts";
import type { KubeObject } from "../../src/kube/objects.ts";
import { uniqueName } from "../support/clusters.ts";
import type { Federation } from "../support/federation.ts";

let pair: ClusterPair;
let kubeconfigPath: string;
/** Contexts that all lead to vulcan: clusters by name, for a control plane. */
const names = ["vulcan", "mars", "venus", "pluto"];
beforeAll(async () => {
  pair = await startClusterPair();
  kubeconfigPath = join(pair.root, "many");
  const contexts = names.map((name) => ({ ...adminEntry(pair.vulcan), name }));
  await writeKubeconfig(kubeconfigPath, [adminEntry(pair.earth), ...contexts]);
});
afterEach(() => pair.clear());
afterAll(() => pair.stop());

async function joinedOf({ namespace }: Federation): Promise<string[]> {
  const path = `/apis/core.kubefed.io/v1beta1/namespaces/${namespace}/kubefedclusters`;
  return (await rawList<KubeObject>(pair.earth, path)).map(({ metadata }) => metadata?.name ?? "").sort();
}

describe("several clusters", () => {
  test.each([1, 8])("are joined, %i at a time", async (parallel) => {
    const federation = await pair.openFederation();
    const { error, changes } = await federation.joinAll(names, { parallel }, { kubeconfigPath });
    expect(error).toBeUndefined();
    expect(await joinedOf(federation)).toEqual([...names].sort());
    // They share a cluster, and so its namespace.
    expect(changes.filter((change) => change === `create Namespace ${federation.namespace}`)).toHaveLength(1);
    expect(changes.filter((change) => change.startsWith("create KubeFedCluster"))).toHaveLength(4);
    const secrets = await rawList(pair.earth, secretsPath(federation.namespace));
    expect(secrets).toHaveLength(4);
  });

  test("are joined but for those that cannot be, each of which is told", async () => {
    const federation = await pair.openFederation();
    const name = "kubefed-controller-manager:mars-earth";
    await rawCreate(pair.vulcan, `${rbacPath}/clusterroles`, { metadata: { name }, rules: [] });
    const { error, warnings } = await federation.joinAll(["vulcan", "mars", "nowhere"], {}, { kubeconfigPath });
    expect(error).toMatchObject({
      code: "PartlyFailed",
      exitCode: 4,
      message: "2 of 3 joins failed: mars, nowhere",
    });
    expect(warnings.map(({ code }) => code).sort()).toEqual(["ContextNotFound", "LoopbackEndpoint", "ObjectConflict"]);
    expect(warnings.find(({ code }) => code === "ObjectConflict")?.message).toMatch(
      /^cluster "mars": ClusterRole "kubefed-controller-manager:mars-earth" exists already in cluster "mars" \(/,
    );
    expect(await joinedOf(federation)).toEqual(["vulcan"]);
    const accounts = `/api/v1/namespaces/${federation.namespace}/serviceaccounts`;
    expect(await rawGet(pair.vulcan, `${accounts}/mars-earth`)).toBeUndefined();
    const rest = await federation.joinAll(["mars", "nowhere"], { errorOnExisting: false }, { kubeconfigPath });
    expect(rest.error).toMatchObject({ exitCode: 4 });
    expect(await joinedOf(federation)).toEqual(["mars", "vulcan"]);
  });

  test("of which none can be joined are an error of its own", async () => {
    const federation = await pair.openFederation();
    await federation.joinAll(["vulcan", "mars"], {}, { kubeconfigPath });
    const again = await pair.watched(() => federation.joinAll(["vulcan", "mars"], {}, { kubeconfigPath }));
    expect(again.error).toMatchObject({ code: "ClusterAlreadyJoined", exitCode: 7 });
    expect(again.writes).toEqual([]);
  });

  test("are told once what is wrong with the host", async () => {
    const federation = await pair.openFederation();
    const elsewhere = { kubefedNamespace: uniqueName("nowhere") };
    const { error, writes, warnings } = await pair.watched(() =>
      federation.joinAll(["vulcan", "mars"], elsewhere, { kubeconfigPath }),
    );
    expect(error).toMatchObject({ code: "KubeFedNotInstalled" });
    expect([writes, warnings]).toEqual([[], []]);
  });

  test.each([
    [{ clusterContext: "vulcan" }, "--cluster-context"],
    [{ secretName: "one" }, "--secret-name"],
    [{ apiEndpoint: "https://a" }, "--api-endpoint"],
    [{ caPem: "" }, "--ca-file"],
  ])("cannot share %j", async (options, flag) => {
    const federation = await pair.openFederation();
    const { error } = await federation.joinAll(["vulcan", "mars"], options, { kubeconfigPath });
    expect(error).toMatchObject({
      code: "Usage",
      exitCode: 2,
      message: `${flag} is about one cluster, but 2 are named`,
    });
  });

  test("are named once each, by names that are some", async () => {
    const federation = await pair.openFederation();
    const twice = await federation.joinAll(["vulcan", "mars", "vulcan"], {}, { kubeconfigPath });
    expect(twice.error).toMatchObject({ code: "Usage", message: 'cluster "vulcan" is named twice' });
    const wrong = await pair.watched(() => federation.joinAll(["vulcan", "Mars"], {}, { kubeconfigPath }));
    expect(wrong.error).toMatchObject({ code: "InvalidName", exitCode: 2 });
    expect(wrong.writes).toEqual([]);
  });

  test("that were interrupted are named by the command that goes on", async () => {
    const federation = await pair.openFederation();
    const stopAfter = (change: string): boolean => change === "create KubeFedCluster vulcan";
    const { error } = await federation.joinAll(names, { parallel: 1 }, { kubeconfigPath, stopAfter });
    expect(error).toMatchObject({
      code: "Interrupted",
      exitCode: 130,
      hint: expect.stringMatching(/^to continue: fedctl join mars venus pluto --host-cluster-context earth/) as string,
    });
    expect(await rawGet(pair.earth, registrationPath(federation.namespace, "vulcan"))).toBeDefined();
    const rest = await federation.joinAll(["mars", "venus", "pluto"], {}, { kubeconfigPath });
    expect(rest.error).toBeUndefined();
    expect(await joinedOf(federation)).toEqual([...names].sort());
  });
});
