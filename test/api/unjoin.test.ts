import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { rawCreate, rawGet, rawList, rawPatch } from "../cluster/raw-client.ts";
import { adminEntry, tokenEntry, userEntry, writeKubeconfig } from "../cluster/kubeconfig-file.ts";
import { withFreePorts } from "../cluster/ports.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { rbacPath, registrationOf, registrationPath, secretsPath } from "../support/cluster-pair.ts";
import { uniqueName } from "../support/clusters.ts";
import type { Federation, Told } from "../support/federation.ts";
import { clearedPairForFile } from "../support/file-clusters.ts";
import { letGuestRead } from "../support/obstacles.ts";

const pair = clearedPairForFile();

const namespacePath = ({ namespace }: Federation): string => `/api/v1/namespaces/${namespace}`;

async function joined(...names: readonly string[]): Promise<Federation> {
  const federation = await pair.openFederation();
  for (const clusterName of names) {
    const clusterContext = clusterName === "earth" ? "earth" : "vulcan";
    expect((await federation.join(clusterName, { clusterContext })).error).toBeUndefined();
  }
  return federation;
}

/** The run fails, and neither cluster is written to. */
async function refused(run: () => Promise<Told>): Promise<unknown> {
  const { error, writes, changes } = await pair.watched(run);
  expect([changes, writes]).toEqual([[], []]);
  return error;
}

/** Roles and bindings in vulcan that a join made. */
async function rolesLeft(): Promise<string[]> {
  const lists = await Promise.all(
    ["clusterroles", "clusterrolebindings"].map((plural) =>
      rawList<{ metadata: { name: string } }>(pair.vulcan, `${rbacPath}/${plural}`),
    ),
  );
  return lists.flat().flatMap(({ metadata }) => (metadata.name.startsWith("kubefed-") ? [metadata.name] : []));
}

describe("a cluster that is joined", () => {
  test("leaves nothing of its join", async () => {
    const federation = await pair.openFederation();
    const { error, writes } = await pair.watched(async () => {
      await federation.join("vulcan");
      return federation.unjoin("vulcan");
    });
    expect(error).toBeUndefined();
    expect(writes).toEqual([]);
  });

  test("is left alone by a dry run, which tells the plan (B-UJ9)", async () => {
    const federation = await joined("vulcan");
    const { spec } = await registrationOf(pair, federation, "vulcan");
    const { error, changes, writes } = await pair.watched(() => federation.unjoin("vulcan", { dryRun: true }));
    expect([error, writes]).toEqual([undefined, []]);
    expect(changes).toEqual([
      "delete ClusterRoleBinding kubefed-controller-manager:vulcan-earth (planned)",
      "delete ClusterRole kubefed-controller-manager:vulcan-earth (planned)",
      "delete ServiceAccount vulcan-earth (planned)",
      "delete Secret vulcan-earth (planned)",
      `delete Namespace ${federation.namespace} (planned)`,
      `delete Secret ${spec.secretRef.name} (planned)`,
      "delete KubeFedCluster vulcan (planned)",
    ]);
  });

  test("keeps a namespace that holds something of somebody else (B-UJ1)", async () => {
    const federation = await joined("vulcan");
    const configMaps = `${namespacePath(federation)}/configmaps`;
    await rawCreate(pair.vulcan, configMaps, { metadata: { name: "mine" } });
    const { error, changes, reasons } = await federation.unjoin("vulcan");
    expect(error).toBeUndefined();
    expect(reasons[changes.indexOf(`keep Namespace ${federation.namespace}`)]).toBe(
      'holds ConfigMap "mine", which this join did not make',
    );
    expect(await rawGet(pair.vulcan, `${configMaps}/mine`)).toBeDefined();
    expect(await rawGet(pair.vulcan, `${namespacePath(federation)}/serviceaccounts/vulcan-earth`)).toBeUndefined();
    expect(await rolesLeft()).toEqual([]);
  });

  test("keeps a namespace that was there before, empty as it is", async () => {
    const federation = await pair.openFederation();
    await rawCreate(pair.vulcan, "/api/v1/namespaces", { metadata: { name: federation.namespace } });
    await federation.join("vulcan");
    const { error, reasons } = await federation.unjoin("vulcan");
    expect(error).toBeUndefined();
    expect(reasons).toContain("it was there before the join");
    expect(await rawGet(pair.vulcan, namespacePath(federation))).toMatchObject({ status: { phase: "Active" } });
  });

  test("keeps what the same cluster has under another name, until that is unjoined", async () => {
    const federation = await joined("vulcan", "mars");
    const first = await federation.unjoin("vulcan");
    expect(first.error).toBeUndefined();
    expect(first.reasons).toContain('holds Secret "mars-earth" and 1 more, which this join did not make');
    expect(await rolesLeft()).toEqual(Array(2).fill("kubefed-controller-manager:mars-earth"));
    expect((await federation.unjoin("mars", { clusterContext: "vulcan" })).error).toBeUndefined();
    expect(await rawGet(pair.vulcan, namespacePath(federation))).toBeUndefined();
  });

  test("keeps the namespace of the host, which it is (B-UJ3)", async () => {
    const federation = await joined("earth");
    const { error, reasons } = await federation.unjoin("earth");
    expect(error).toBeUndefined();
    expect(reasons).toContain("it is the host's own");
    expect(await rawGet(pair.earth, namespacePath(federation))).toMatchObject({ status: { phase: "Active" } });
    expect(await rawGet(pair.earth, registrationPath(federation.namespace, "earth"))).toBeUndefined();
  });

  test("loses the token alone from a secret that holds other keys", async () => {
    const federation = await pair.openFederation();
    await federation.join("vulcan", { secretName: "mine" });
    const path = `${secretsPath(federation.namespace)}/mine`;
    await rawPatch(pair.earth, path, { data: { user: "bWU=" } });
    expect((await federation.unjoin("vulcan")).error).toBeUndefined();
    expect(await rawGet(pair.earth, path)).toMatchObject({ data: { user: "bWU=" } });
    expect(await rawGet(pair.earth, path)).not.toHaveProperty(["data", "token"]);
  });

  test("is cleared by the names of its join, whatever the host is called now (B-UJ4)", async () => {
    const federation = await pair.openFederation();
    await federation.join("vulcan", { hostClusterName: "elsewhere" });
    expect((await federation.unjoin("vulcan")).error).toBeUndefined();
    expect(await rolesLeft()).toEqual([]);
  });

  test("can be unjoined again after an unjoin that was stopped (B-UJ5)", async () => {
    const federation = await joined("vulcan");
    const stopAfter = (change: string): boolean => change.startsWith("delete Namespace");
    const stopped = await federation.unjoin("vulcan", {}, { stopAfter });
    expect(stopped.error).toMatchObject({ code: "Interrupted" });
    expect((await federation.unjoin("vulcan")).error).toBeUndefined();
    expect(await rawGet(pair.earth, registrationPath(federation.namespace, "vulcan"))).toBeUndefined();
    expect(await rawGet(pair.vulcan, namespacePath(federation))).toBeUndefined();
  });
});

describe("a cluster that is not joined", () => {
  test("is an error that names those that are, and nothing is removed (B-UJ2)", async () => {
    const federation = await joined("vulcan", "earth");
    const message = (name: string): string =>
      `cluster "${name}" is not joined to host cluster "earth", and no trace of a join was found; joined are: earth, vulcan`;
    expect(await refused(() => federation.unjoin("vulcn", { clusterContext: "vulcan" }))).toMatchObject({
      code: "ClusterNotJoined",
      exitCode: 7,
      message: message("vulcn"),
    });
    // Nor is there a context of that name.
    expect(await refused(() => federation.unjoin("pluto"))).toMatchObject({ message: message("pluto") });
  });

  test("is fine with --ignore-not-found, with a context or without", async () => {
    const federation = await pair.openFederation();
    for (const name of ["vulcan", "pluto"]) {
      expect(await refused(() => federation.unjoin(name, { ignoreNotFound: true }))).toBeUndefined();
    }
  });

  test("is not looked for where KubeFed is not installed", async () => {
    const federation = await joined("vulcan");
    const elsewhere = { kubefedNamespace: uniqueName("nowhere") };
    expect(await refused(() => federation.unjoin("vulcan", elsewhere))).toMatchObject({ code: "KubeFedNotInstalled" });
    const wrongWayRound = { hostClusterContext: "vulcan", clusterContext: "earth" };
    expect(await refused(() => federation.unjoin("earth", wrongWayRound))).toMatchObject({
      code: "KubeFedNotInstalled",
    });
  });

  test("may be another one than the context leads to (B-UJ4)", async () => {
    const federation = await joined("vulcan");
    expect(await refused(() => federation.unjoin("vulcan", { clusterContext: "earth" }))).toMatchObject({
      code: "ObjectConflict",
      exitCode: 7,
    });
  });
});

/** vulcan where nobody listens. */
async function writeUnreachable(): Promise<string> {
  const path = join(pair.root, "unreachable");
  await withFreePorts({ count: 1, isClash: () => false }, async ([port = 0]) => {
    const vulcan = { ...adminEntry(pair.vulcan), server: `https://127.0.0.1:${port}` };
    await writeKubeconfig(path, [adminEntry(pair.earth), vulcan]);
  });
  return path;
}

describe("a cluster that cannot be reached", () => {
  test("stays joined", async () => {
    const federation = await joined("vulcan");
    const kubeconfigPath = await writeUnreachable();
    expect(await refused(() => federation.unjoin("vulcan", {}, { kubeconfigPath }))).toMatchObject({
      code: "ServerUnreachable",
      hint: expect.stringContaining(
        "nothing was removed; with --unreachable=skip (or --force) the host's side",
      ) as string,
    });
  });

  test("is forgotten by the host with --force, and cleared when it is back (B-UJ7)", async () => {
    const federation = await joined("vulcan");
    const kubeconfigPath = await writeUnreachable();
    const { error, changes, warnings } = await federation.unjoin("vulcan", { force: true }, { kubeconfigPath });
    expect(error).toMatchObject({
      code: "LeftBehind",
      exitCode: 6,
      message: expect.stringContaining('ClusterRoleBinding "kubefed-controller-manager:vulcan-earth"') as string,
    });
    expect(changes.map((change) => change.replace(/-[a-z0-9]{5}$/, ""))).toEqual([
      "delete Secret vulcan",
      "delete KubeFedCluster vulcan",
    ]);
    expect(warnings.map(({ code }) => code)).toEqual(["MemberUnreachable"]);
    const later = await federation.unjoin("vulcan");
    expect(later.error).toBeUndefined();
    expect(await rolesLeft()).toEqual([]);
    expect(await rawGet(pair.vulcan, namespacePath(federation))).toBeUndefined();
  });

  test("that no host knows is not forgotten", async () => {
    const federation = await pair.openFederation();
    const kubeconfigPath = await writeUnreachable();
    expect(await refused(() => federation.unjoin("vulcan", { force: true }, { kubeconfigPath }))).toMatchObject({
      code: "ServerUnreachable",
    });
  });
});

describe("somebody who may not delete in the cluster", () => {
  test("and not even look, removes nothing; with --force the host's side, and is told what stays", async () => {
    const federation = await joined("vulcan");
    const kubeconfigPath = join(pair.root, "guest");
    await writeKubeconfig(kubeconfigPath, [adminEntry(pair.earth), tokenEntry(pair.vulcan, pair.vulcan.guestToken)]);
    expect(await refused(() => federation.unjoin("vulcan", {}, { kubeconfigPath }))).toMatchObject({
      code: "ServerForbidden",
    });
    await letGuestRead(pair.vulcan, connectTo(pair.vulcan).api, []);
    const stopped = await federation.unjoin("vulcan", {}, { kubeconfigPath });
    expect(stopped.error).toMatchObject({ code: "ServerForbidden" });
    expect(await registrationOf(pair, federation, "vulcan")).toBeDefined();
    const { error, warnings } = await federation.unjoin("vulcan", { force: true }, { kubeconfigPath });
    expect(warnings.map(({ code }) => code)).toEqual(["MemberNotCleared"]);
    expect(error).toMatchObject({
      code: "LeftBehind",
      exitCode: 6,
      message: expect.stringContaining('ServiceAccount "vulcan-earth"') as string,
    });
    expect(await rawGet(pair.earth, registrationPath(federation.namespace, "vulcan"))).toBeUndefined();
  });
});

test("a cluster is unjoined by somebody who administers the namespace alone (B-UJ10)", async () => {
  const federation = await pair.openFederation({ scope: "Namespaced" });
  await federation.join("vulcan");
  const { namespace } = federation;
  await rawCreate(pair.vulcan, `${rbacPath}/namespaces/${namespace}/rolebindings`, {
    metadata: { name: "administrator" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "administrator" }],
  });
  const kubeconfigPath = join(pair.root, "administrator");
  const administrator = userEntry(pair.vulcan, { user: "administrator" });
  await writeKubeconfig(kubeconfigPath, [adminEntry(pair.earth), administrator]);
  const { error, changes, warnings } = await federation.unjoin("vulcan", {}, { kubeconfigPath });
  expect(error).toBeUndefined();
  expect(changes).toContain("delete RoleBinding kubefed-controller-manager:vulcan-earth");
  expect(warnings.map(({ code }) => code)).toEqual(["NotLookedAt"]);
  expect(await rawGet(pair.earth, registrationPath(namespace, "vulcan"))).toBeUndefined();
});

test("a cluster that was unjoined can be joined again at once (B-UJ11)", async () => {
  const federation = await joined("vulcan");
  expect((await federation.unjoin("vulcan")).error).toBeUndefined();
  expect((await federation.join("vulcan")).error).toBeUndefined();
});
