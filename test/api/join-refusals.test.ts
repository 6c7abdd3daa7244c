import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { KubeObject, Secret } from "../../src/kube/objects.ts";
import { adminEntry, tokenEntry, writeKubeconfig } from "../cluster/kubeconfig-file.ts";
import { rawCreate, rawDelete, rawGet, rawPatch } from "../cluster/raw-client.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { rbacPath, secretsPath, wholeJoin } from "../support/cluster-pair.ts";
import { uniqueName } from "../support/clusters.ts";
import type { Told } from "../support/federation.ts";
import { clearedPairForFile } from "../support/file-clusters.ts";
import { letGuestRead } from "../support/obstacles.ts";

const pair = clearedPairForFile();

describe("nothing is written", () => {
  const refused = async (run: () => Promise<Told>): Promise<unknown> => {
    const { error, writes, changes } = await pair.watched(run);
    expect([changes, writes]).toEqual([[], []]);
    return error;
  };

  test("by a dry run, which tells the plan", async () => {
    const federation = await pair.openFederation();
    const { error, changes, writes } = await pair.watched(() => federation.join("vulcan", { dryRun: true }));
    expect([error, writes]).toEqual([undefined, []]);
    const credential = changes.find((change) => /^create Secret vulcan-[^e]/.test(change))?.split(" ")[2] ?? "";
    expect(changes).toEqual(wholeJoin(federation, credential).map((change) => `${change} (planned)`));
  });

  test("where KubeFed is not installed", async () => {
    const federation = await pair.openFederation();
    const elsewhere = { kubefedNamespace: uniqueName("nowhere") };
    expect(await refused(() => federation.join("vulcan", elsewhere))).toMatchObject({ code: "KubeFedNotInstalled" });
    const onVulcan = { hostClusterContext: "vulcan", clusterContext: "earth" };
    expect(await refused(() => federation.join("earth", onVulcan))).toMatchObject({
      code: "KubeFedNotInstalled",
      message: `KubeFed is not installed in cluster "vulcan", namespace "${federation.namespace}"`,
    });
  });

  test("for a context or a name that is none", async () => {
    const federation = await pair.openFederation();
    expect(await refused(() => federation.join("pluto"))).toMatchObject({ code: "ContextNotFound" });
    expect(await refused(() => federation.join("Vulcan"))).toMatchObject({ code: "InvalidName", exitCode: 2 });
    const secretName = { secretName: "my_secret" };
    expect(await refused(() => federation.join("vulcan", secretName))).toMatchObject({ code: "InvalidName" });
    const hostClusterName = { hostClusterName: "a/b" };
    expect(await refused(() => federation.join("vulcan", hostClusterName))).toMatchObject({ code: "Usage" });
  });

  test("by somebody who may not look at the cluster, nor by one who may not write", async () => {
    const federation = await pair.openFederation();
    const kubeconfigPath = join(pair.root, "guest");
    await writeKubeconfig(kubeconfigPath, [adminEntry(pair.earth), tokenEntry(pair.vulcan, pair.vulcan.guestToken)]);
    expect(await refused(() => federation.join("vulcan", {}, { kubeconfigPath }))).toMatchObject({
      code: "ServerForbidden",
      exitCode: 1,
    });
    await letGuestRead(pair.vulcan, connectTo(pair.vulcan).api, []);
    const { error, writes } = await pair.watched(() => federation.join("vulcan", {}, { kubeconfigPath }));
    expect(error).toMatchObject({ code: "ServerForbidden" });
    expect(writes).toEqual([]);
  });

  test("for a namespace that is going away", async () => {
    const federation = await pair.openFederation();
    const path = `/api/v1/namespaces/${federation.namespace}`;
    const finalizers = ["fedctl.example.com/hold"];
    await rawCreate(pair.vulcan, "/api/v1/namespaces", { metadata: { name: federation.namespace, finalizers } });
    await rawDelete(pair.vulcan, path);
    const { error, changes } = await federation.join("vulcan");
    expect(error).toMatchObject({ code: "NamespaceTerminating", exitCode: 7 });
    expect(changes).toEqual([]);
    await rawPatch(pair.vulcan, path, { metadata: { finalizers: null } });
    await expect.poll(() => rawGet(pair.vulcan, path), { timeout: 30_000 }).toBeUndefined();
  });

  test("over what somebody else has under the same name (B-JN14)", async () => {
    const federation = await pair.openFederation();
    const name = "kubefed-controller-manager:mars-earth";
    await rawCreate(pair.vulcan, `${rbacPath}/clusterroles`, { metadata: { name }, rules: [] });
    const onVulcan = { clusterContext: "vulcan" };
    expect(await refused(() => federation.join("mars", onVulcan))).toMatchObject({
      code: "ObjectConflict",
      message: `ClusterRole "${name}" exists already in cluster "mars"`,
    });
    expect((await federation.join("mars", { ...onVulcan, errorOnExisting: false })).error).toBeUndefined();
    expect(await rawGet(pair.vulcan, `${rbacPath}/clusterroles/${name}`)).toMatchObject({
      rules: [{ verbs: ["*"] }, {}],
    });
  });

  test("into a secret of somebody else, or of another cluster", async () => {
    const federation = await pair.openFederation();
    await rawCreate(pair.earth, secretsPath(federation.namespace), {
      metadata: { name: "mine" },
      data: { user: "bWU=" },
    });
    expect(await refused(() => federation.join("vulcan", { secretName: "mine" }))).toMatchObject({
      code: "ObjectConflict",
      exitCode: 7,
    });
    const shared = { secretName: "mine", errorOnExisting: false };
    expect((await federation.join("vulcan", shared)).error).toBeUndefined();
    const secret = await rawGet<Secret>(pair.earth, `${secretsPath(federation.namespace)}/mine`);
    expect(Object.keys(secret?.data ?? {}).sort()).toEqual(["token", "user"]);
    expect(await refused(() => federation.join("earth", shared))).toMatchObject({
      code: "ObjectConflict",
      message: expect.stringContaining('is the credential of cluster "vulcan"') as string,
    });
  });

  test("over what another host of the same name made, nor is it removed", async () => {
    const federation = await pair.openFederation();
    const { namespace } = federation;
    const other = await pair.openFederation({ host: "vulcan", namespace });
    const options = { clusterContext: "earth", hostClusterName: "prod" };
    expect((await federation.join("mars", options)).error).toBeUndefined();
    expect(await refused(() => other.join("mars", options))).toMatchObject({
      code: "ObjectConflict",
      message: `ServiceAccount "mars-prod" of namespace "${namespace}" belongs to another host cluster in cluster "mars"`,
    });
    expect(await refused(() => other.unjoin("mars", options))).toMatchObject({ code: "ClusterNotJoined" });
    expect(
      await rawGet<KubeObject>(pair.earth, `/api/v1/namespaces/${namespace}/serviceaccounts/mars-prod`),
    ).toBeDefined();
  });
});
