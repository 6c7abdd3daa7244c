import { afterEach, describe, expect, test } from "vitest";
import { collectGarbage, type GcOptions } from "../../src/federation/gc/gc.ts";
import type { Secret } from "../../src/kube/objects.ts";
import { rawCreate, rawDelete, rawGet, rawList, rawPatch } from "../cluster/raw-client.ts";
import { rbacPath, registrationOf, registrationPath, secretsPath } from "../support/cluster-pair.ts";
import { coreRun, describeChange } from "../support/core-run.ts";
import type { Federation } from "../support/federation.ts";
import { pairForFile } from "../support/file-clusters.ts";
import { connectThrough } from "../support/kubeconfig-connection.ts";
import { clearPlaced, placeNamespace } from "../support/placed-objects.ts";

const pair = pairForFile();
afterEach(async () => {
  await pair.clear();
  await clearPlaced(pair.vulcan);
});

interface Collected {
  readonly error: unknown;
  readonly changes: readonly string[];
  readonly reasons: readonly (string | undefined)[];
  readonly warnings: readonly string[];
}

async function gc({ namespace }: Federation, more: Partial<GcOptions> = {}): Promise<Collected> {
  const { deps, changes, warnings } = coreRun((context) =>
    connectThrough(pair.kubeconfigPath, context, new AbortController().signal),
  );
  const common = { hostClusterContext: "earth", kubefedNamespace: namespace, dryRun: false };
  const options = { ...common, yes: false, clusterContexts: ["vulcan"], ...more };
  const error: unknown = await collectGarbage(options, deps).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return {
    error,
    changes: changes.map((change) => `${change.cluster}: ${describeChange(change)}`).sort(),
    reasons: changes.map(({ reason }) => reason),
    warnings: warnings.map(({ code }) => code),
  };
}

/** Joined, and then forgotten: the registration alone was deleted. */
async function forgotten(): Promise<Federation> {
  const federation = await pair.openFederation();
  expect((await federation.join("vulcan")).error).toBeUndefined();
  await rawDelete(pair.earth, registrationPath(federation.namespace, "vulcan"));
  return federation;
}

const manager = "kubefed-controller-manager:vulcan-earth";

async function credentials({ namespace }: Federation): Promise<readonly string[]> {
  const secrets = await rawList<Secret>(pair.earth, secretsPath(namespace));
  return secrets.map(({ metadata }) => metadata?.name ?? "");
}

describe("joins that the host has forgotten", () => {
  test("are told without --yes, removed with it, and then there is nothing", async () => {
    const federation = await forgotten();
    const [credential = ""] = await credentials(federation);
    const objects = [
      `earth: delete Secret ${credential}`,
      `vulcan: delete ClusterRole ${manager}`,
      `vulcan: delete ClusterRoleBinding ${manager}`,
      `vulcan: delete Namespace ${federation.namespace}`,
      "vulcan: delete Secret vulcan-earth",
      "vulcan: delete ServiceAccount vulcan-earth",
    ];
    const told = await gc(federation);
    expect(told.error).toMatchObject({
      code: "DebrisFound",
      exitCode: 3,
      message: expect.stringMatching(/^6 objects to remove and 0/) as string,
    });
    expect(told.changes).toEqual(objects.map((object) => `${object} (planned)`));
    expect(await rawGet(pair.vulcan, `${rbacPath}/clusterroles/${manager}`)).toBeDefined();
    const removed = await gc(federation, { yes: true });
    expect([removed.error, removed.changes]).toEqual([undefined, objects]);
    expect(await rawGet(pair.vulcan, `/api/v1/namespaces/${federation.namespace}`)).toBeUndefined();
    expect(await gc(federation)).toEqual({ error: undefined, changes: [], reasons: [], warnings: [] });
  });

  test("are not those of another host, nor those it knows", async () => {
    const federation = await pair.openFederation();
    const other = await pair.openFederation();
    await federation.join("vulcan");
    await other.join("mars", { clusterContext: "vulcan" });
    await rawDelete(pair.earth, registrationPath(other.namespace, "mars"));
    expect(await gc(federation)).toEqual({ error: undefined, changes: [], reasons: [], warnings: [] });
  });

  test("of kubefedctl are removed as far as a credential proves whose they are", async () => {
    const federation = await forgotten();
    const { namespace } = federation;
    const core = `/api/v1/namespaces/${namespace}`;
    // As kubefedctl leaves it: without marks.
    const unmark = { metadata: { labels: null, annotations: { "fedctl.io/host": null } } };
    await unmarkAll(unmark, namespace);
    for (const name of await credentials(federation)) await rawDelete(pair.earth, `${secretsPath(namespace)}/${name}`);
    const doubtful = await gc(federation, { yes: true });
    expect(doubtful.error).toBeUndefined();
    expect(doubtful.changes.filter((change) => change.startsWith("vulcan: delete"))).toEqual([]);
    expect(doubtful.reasons).toContain(
      "of a join by kubefedctl that no KubeFedCluster here tells of; it may be another host's",
    );
    const token = await rawGet<Secret>(pair.vulcan, `${core}/secrets/vulcan-earth`);
    await rawCreate(pair.earth, secretsPath(namespace), {
      metadata: { generateName: "vulcan-" },
      data: { token: token?.data?.["token"] ?? "" },
    });
    const certain = await gc(federation, { yes: true });
    expect(certain.error).toBeUndefined();
    expect(await rawGet(pair.vulcan, `${core}/serviceaccounts/vulcan-earth`)).toBeUndefined();
    expect(await rawGet(pair.vulcan, `${rbacPath}/clusterrolebindings/${manager}`)).toBeUndefined();
    expect(await credentials(federation)).toEqual([]);
    expect(certain.reasons).toContain("a credential left in the host is of this join");
  });

  test("of kubefedctl are removed where their service account is gone (B-UJ4)", async () => {
    const federation = await pair.openFederation();
    const { namespace } = federation;
    const subjects = [{ kind: "ServiceAccount", name: "vulcan-earth", namespace }];
    const rules = [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }];
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: manager };
    await rawCreate(pair.vulcan, `${rbacPath}/clusterroles`, { metadata: { name: manager }, rules });
    await rawCreate(pair.vulcan, `${rbacPath}/clusterrolebindings`, { metadata: { name: manager }, roleRef, subjects });
    const { error, changes } = await gc(federation, { yes: true });
    expect([error, changes]).toEqual([
      undefined,
      [`vulcan: delete ClusterRole ${manager}`, `vulcan: delete ClusterRoleBinding ${manager}`],
    ]);
    // Somebody uses the role for an account of their own.
    await rawCreate(pair.vulcan, `${rbacPath}/clusterroles`, { metadata: { name: manager }, rules });
    await rawCreate(pair.vulcan, `${rbacPath}/clusterrolebindings`, {
      metadata: { name: "mine" },
      roleRef,
      subjects: [{ ...subjects[0], name: "me" }],
    });
    const kept = await gc(federation, { yes: true });
    expect([kept.error, kept.changes]).toEqual([undefined, [`vulcan: keep ClusterRole ${manager}`]]);
    await rawDelete(pair.vulcan, `${rbacPath}/clusterrolebindings/mine`);
  });
});

async function unmarkAll(patch: object, namespace: string): Promise<void> {
  const core = `/api/v1/namespaces/${namespace}`;
  const paths = [
    core,
    `${core}/serviceaccounts/vulcan-earth`,
    `${core}/secrets/vulcan-earth`,
    `${rbacPath}/clusterroles/${manager}`,
    `${rbacPath}/clusterrolebindings/${manager}`,
  ];
  await Promise.all(paths.map((path) => rawPatch(pair.vulcan, path, patch)));
}

describe("credentials in the host", () => {
  test("that kubefedctl piled up go, those of others stay (B-JN3, B-JN16)", async () => {
    const federation = await pair.openFederation();
    await federation.join("vulcan");
    const { spec } = await registrationOf(pair, federation, "vulcan");
    const path = secretsPath(federation.namespace);
    const data = { token: "dG9rZW4=" };
    const piled = await rawCreate<Secret>(pair.earth, path, { metadata: { generateName: "vulcan-" }, data });
    await rawCreate(pair.earth, path, { metadata: { name: "mine" }, data });
    await rawCreate(pair.earth, path, { metadata: { generateName: "vulcan-", labels: { app: "mine" } }, data });
    const doubtful = await rawCreate<Secret>(pair.earth, path, { metadata: { generateName: "pluto-" }, data });
    const { error, changes } = await gc(federation, { yes: true });
    expect([error, changes]).toEqual([
      undefined,
      [`earth: delete Secret ${piled.metadata?.name ?? ""}`, `earth: keep Secret ${doubtful.metadata?.name ?? ""}`],
    ]);
    const left = await credentials(federation);
    expect(left).toHaveLength(4);
    expect(left).toEqual(expect.arrayContaining(["mine", spec.secretRef.name]));
  });

  test("that are gone are told, with the command that mends it", async () => {
    const federation = await pair.openFederation();
    await federation.join("vulcan");
    const { spec } = await registrationOf(pair, federation, "vulcan");
    await rawDelete(pair.earth, `${secretsPath(federation.namespace)}/${spec.secretRef.name}`);
    const { error, changes, reasons } = await gc(federation);
    expect(error).toMatchObject({ code: "DebrisFound", exitCode: 3 });
    expect(changes).toEqual(["earth: keep KubeFedCluster vulcan (planned)"]);
    expect(reasons).toEqual([
      `its secret "${spec.secretRef.name}" is gone; mend it with: fedctl join vulcan --error-on-existing=false --host-cluster-context earth --kubefed-namespace ${federation.namespace}`,
    ]);
  });
});

test("what a federation placed in a cluster that is not joined is told", async () => {
  const federation = await pair.openFederation();
  await placeNamespace(pair.vulcan);
  const { error, warnings, changes } = await gc(federation, { yes: true });
  expect([error, warnings, changes]).toEqual([undefined, ["WorkloadsFound"], []]);
  expect((await gc(federation)).error).toMatchObject({ code: "DebrisFound", exitCode: 3 });
});

test("by default the clusters that the host knows, or knew, are looked at, and the host; a context that does not work is told", async () => {
  const federation = await forgotten();
  await rawCreate(pair.earth, registrationPath(federation.namespace, "").slice(0, -1), {
    apiVersion: "core.kubefed.io/v1beta1",
    kind: "KubeFedCluster",
    metadata: { name: "pluto" },
    spec: { apiEndpoint: "https://pluto:6443", secretRef: { name: "pluto-bcdfg" } },
  });
  const found = await gc(federation, { clusterContexts: [] });
  expect(found.changes).toContain("vulcan: delete ServiceAccount vulcan-earth (planned)");
  expect(found.warnings).toEqual(["ClusterNotLookedAt"]);
  expect(found.error).toMatchObject({ code: "DebrisFound" });
  const named = await gc(federation, { clusterContexts: ["nowhere"], yes: true });
  expect(named.error).toMatchObject({ code: "PartlyFailed", exitCode: 4 });
});
