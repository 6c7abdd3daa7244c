import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../../src/federation/deps.ts";
import { installKubeFed } from "../../src/federation/install/install.ts";
import { defaultKubefedNamespace } from "../../src/federation/kubefed-types.ts";
import type { OrphaningOptions, OrphaningResult } from "../../src/federation/orphaning/options.ts";
import { changeOrphaning, readOrphaning } from "../../src/federation/orphaning/orphaning.ts";
import type { UnknownObject } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { rawCreate, rawDelete, rawGet, rawPatch } from "../cluster/raw-client.ts";
import { startClusters } from "../cluster/start.ts";
import type { ClusterSet } from "../cluster/start.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { uniqueName } from "../support/clusters.ts";
import { coreRun, describeChange } from "../support/core-run.ts";
import { letGuestRead } from "../support/obstacles.ts";

let set: ClusterSet;
let host: ClusterDetails;

// A cluster of its own: KubeFed is installed, and types are enabled in other groups.
beforeAll(async () => {
  set = await startClusters(["earth"]);
  host = set.cluster("earth").details;
  const { deps } = coreRun(connectTo(host));
  await installKubeFed({ kubefedNamespace: defaultKubefedNamespace, dryRun: false, scope: "Cluster" }, deps);
});
afterAll(() => set.stop());

const defaults: OrphaningOptions = {
  kubefedNamespace: defaultKubefedNamespace,
  dryRun: false,
  type: "federatedconfigmaps",
  names: [],
  allNamespaces: false,
  orphaning: "enable",
};

async function change(more: Partial<OrphaningOptions>, connection: Connection = connectTo(host)) {
  const run = coreRun(connection);
  const result = await changeOrphaning({ ...defaults, ...more }, run.deps);
  return { result, changes: run.changes.map(describeChange), warnings: run.warnings.map(({ code }) => code) };
}

/** `web Enabled`, as they come. */
async function status(more: Partial<OrphaningOptions>, connection: Connection = connectTo(host)): Promise<string[]> {
  return words(await readOrphaning({ ...defaults, ...more }, coreRun(connection).deps));
}

const words = ({ objects }: OrphaningResult): string[] => objects.map(({ name, orphaning }) => `${name} ${orphaning}`);

const pathOf = (namespace: string, name = ""): string =>
  `/apis/types.kubefed.io/v1beta1/namespaces/${namespace}/federatedconfigmaps/${name}`.replace(/\/$/, "");

async function annotations(namespace: string, name: string): Promise<unknown> {
  return (await rawGet<UnknownObject>(host, pathOf(namespace, name)))?.metadata?.annotations;
}

/** A namespace with federated objects: `web`, labelled, with an annotation of its own, and bare `db`. */
async function makeNamespace(): Promise<string> {
  const namespace = uniqueName("demo");
  await rawCreate(host, "/api/v1/namespaces", { metadata: { name: namespace } });
  for (const metadata of [{ name: "db" }, { name: "web", labels: { app: namespace }, annotations: { note: "hi" } }]) {
    await rawCreate(host, pathOf(namespace), {
      apiVersion: "types.kubefed.io/v1beta1",
      kind: "FederatedConfigMap",
      metadata,
      spec: { template: {} },
    });
  }
  return namespace;
}

describe("one object", () => {
  it("is marked, and no more, as kubefedctl does; again it is unchanged", async () => {
    const namespace = await makeNamespace();
    const web = { namespace, names: ["web"] };
    expect(await status(web)).toEqual(["web Disabled"]);
    const { result, changes } = await change(web);
    expect(changes).toEqual(["update FederatedConfigMap web"]);
    expect(words(result)).toEqual(["web Enabled"]);
    expect(await annotations(namespace, "web")).toEqual({ note: "hi", "kubefed.io/orphan": "true" });
    expect((await change(web)).changes).toEqual(["keep FederatedConfigMap web"]);
    expect(await status(web)).toEqual(["web Enabled"]);
    expect((await change({ ...web, orphaning: "disable" })).changes).toEqual(["update FederatedConfigMap web"]);
    expect(await annotations(namespace, "web")).toEqual({ note: "hi" });
    expect((await change({ ...web, orphaning: "disable" })).changes).toEqual(["keep FederatedConfigMap web"]);
  });

  it("without annotations gets its first, and loses its last", async () => {
    const namespace = await makeNamespace();
    await change({ namespace, names: ["db"] });
    expect(await annotations(namespace, "db")).toEqual({ "kubefed.io/orphan": "true" });
    await change({ namespace, names: ["db"], orphaning: "disable" });
    expect(await annotations(namespace, "db")).toBeUndefined();
  });

  it("is found in the namespace of the context, by any name of its type", async () => {
    const namespace = await makeNamespace();
    for (const type of ["FederatedConfigMap", "federatedconfigmap", "federatedconfigmaps.types.kubefed.io"]) {
      expect(await status({ type, names: ["web"] }, connectTo(host, { namespace }))).toEqual(["web Disabled"]);
    }
  });

  it("with another value is not enabled: disable leaves it, enable writes over it, status says so", async () => {
    const namespace = await makeNamespace();
    await rawPatch(host, pathOf(namespace, "web"), { metadata: { annotations: { "kubefed.io/orphan": "yes" } } });
    const run = coreRun(connectTo(host));
    const read = await readOrphaning({ ...defaults, namespace, names: ["web"] }, run.deps);
    expect(words(read)).toEqual(["web Disabled"]);
    expect(run.warnings.map(({ code }) => code)).toEqual(["OtherOrphanValue"]);
    const disabled = await change({ namespace, names: ["web"], orphaning: "disable" });
    expect(disabled.changes).toEqual(["keep FederatedConfigMap web"]);
    expect(await annotations(namespace, "web")).toMatchObject({ "kubefed.io/orphan": "yes" });
    await change({ namespace, names: ["web"] });
    expect(await annotations(namespace, "web")).toMatchObject({ "kubefed.io/orphan": "true" });
  });

  it("stays as it is under --dry-run (B-OR1)", async () => {
    const namespace = await makeNamespace();
    const { result, changes } = await change({ namespace, names: ["web"], dryRun: true });
    expect(changes).toEqual(["update FederatedConfigMap web (planned)"]);
    expect(words(result)).toEqual(["web Disabled"]);
    expect(await annotations(namespace, "web")).toEqual({ note: "hi" });
  });

  it("is marked while controllers write to it without a pause (B-OR3)", async () => {
    const namespace = await makeNamespace();
    let stop = false;
    let writes = 0;
    const write = async (key: string): Promise<void> => {
      while (!stop) {
        writes += 1;
        await rawPatch(host, pathOf(namespace, "web"), { metadata: { annotations: { [key]: String(writes) } } });
      }
    };
    const writers = ["a", "b", "c", "d"].map(write);
    const web = { namespace, names: ["web"] };
    for (let round = 0; round < 10; round += 1) {
      expect(words((await change(web)).result)).toEqual(["web Enabled"]);
      expect(await annotations(namespace, "web")).toMatchObject({ note: "hi", "kubefed.io/orphan": "true" });
      await change({ ...web, orphaning: "disable" });
    }
    stop = true;
    await Promise.all(writers);
    const left = (await annotations(namespace, "web")) as Record<string, string>; // an object's annotations are texts
    expect(Object.keys(left).sort()).toEqual(["a", "b", "c", "d", "note"]);
  });
});

describe("several objects", () => {
  it("are named, or chosen by label, or all of a namespace or of every one", async () => {
    const [one, other] = [await makeNamespace(), await makeNamespace()];
    const both = await change({ namespace: one, names: ["web", "db", "web"] });
    expect(both.changes.sort()).toEqual(["update FederatedConfigMap db", "update FederatedConfigMap web"]);
    expect(await status({ namespace: one })).toEqual(["db Enabled", "web Enabled"]);
    const labelSelector = `app in (${one},${other})`;
    expect(await status({ allNamespaces: true, labelSelector })).toHaveLength(2);
    await change({ allNamespaces: true, labelSelector });
    expect(await status({ namespace: other })).toEqual(["db Disabled", "web Enabled"]);
    const everywhere = await readOrphaning({ ...defaults, allNamespaces: true }, coreRun(connectTo(host)).deps);
    const ours = everywhere.objects.filter(({ namespace }) => namespace === one || namespace === other);
    expect(ours.map(({ orphaning }) => orphaning).sort()).toEqual(["Disabled", "Enabled", "Enabled", "Enabled"]);
  });

  it("of which one is missing are all left alone", async () => {
    const namespace = await makeNamespace();
    await expect(change({ namespace, names: ["no", "web", "nor"] })).rejects.toMatchObject({
      code: "ObjectNotFound",
      message:
        `cluster "earth" has no FederatedConfigMap "${namespace}/no", no FederatedConfigMap "${namespace}/nor"; ` +
        "nothing was written",
      hint: "look at what is there: kubectl --context earth get federatedconfigmaps.types.kubefed.io --all-namespaces",
    });
    expect(await annotations(namespace, "web")).toEqual({ note: "hi" });
  });

  it("that do not exist are no error for a selector", async () => {
    const { changes, warnings } = await change({ namespace: await makeNamespace(), labelSelector: "app=nosuch" });
    expect({ changes, warnings }).toEqual({ changes: [], warnings: ["NothingSelected"] });
  });

  it("fail singly, and all others are written", async () => {
    const namespace = await makeNamespace();
    const guest = connectTo(host, { token: host.guestToken });
    await letGuestRead(host, connectTo(host).api, []);
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    const rule = { apiGroups: ["types.kubefed.io"], resources: ["federatedconfigmaps"], verbs: ["patch"] };
    await rawCreate(host, `${rbac}/roles`, {
      metadata: { name: "patcher" },
      rules: [{ ...rule, resourceNames: ["web"] }],
    });
    await rawCreate(host, `${rbac}/rolebindings`, {
      metadata: { name: "patcher" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "patcher" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "guest" }],
    });
    const run = coreRun(guest);
    const tried = changeOrphaning({ ...defaults, namespace, names: ["db", "web"] }, run.deps);
    await expect(tried).rejects.toMatchObject({ code: "PartlyFailed", exitCode: 4 });
    expect(run.changes.map(describeChange).sort()).toEqual([
      "update FederatedConfigMap db (failed)",
      "update FederatedConfigMap web",
    ]);
    expect(await annotations(namespace, "web")).toMatchObject({ "kubefed.io/orphan": "true" });
  });
});

describe("a federated namespace", () => {
  it("needs no -n: its name is its namespace", async () => {
    const namespace = await makeNamespace();
    await rawCreate(host, `/apis/types.kubefed.io/v1beta1/namespaces/${namespace}/federatednamespaces`, {
      apiVersion: "types.kubefed.io/v1beta1",
      kind: "FederatedNamespace",
      metadata: { name: namespace, labels: { run: namespace } },
      spec: {},
    });
    const type = "federatednamespaces";
    expect((await change({ type, names: [namespace] })).changes).toEqual([`update FederatedNamespace ${namespace}`]);
    expect(await status({ type, names: [namespace], namespace })).toEqual([`${namespace} Enabled`]);
    expect(await status({ type, labelSelector: `run=${namespace}` })).toEqual([`${namespace} Enabled`]);
  });
});

describe("types", () => {
  it("that are not federated are refused, and told their federated one (B-OR2)", async () => {
    const namespace = await makeNamespace();
    await rawCreate(host, `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: "web" } });
    await expect(change({ type: "cm", namespace, names: ["web"] })).rejects.toMatchObject({
      code: "TypeConflict",
      exitCode: 7,
      message: 'configmaps in cluster "earth" is not a federated type; nothing was written',
      hint: "name its federated type instead: federatedconfigmaps.types.kubefed.io",
    });
    const plain = await rawGet<UnknownObject>(host, `/api/v1/namespaces/${namespace}/configmaps/web`);
    expect(plain?.metadata?.annotations).toBeUndefined();
    await expect(change({ type: "leases", namespace, names: ["web"] })).rejects.toMatchObject({
      code: "TypeConflict",
      hint: "to federate it, run: fedctl enable leases.coordination.k8s.io",
    });
    await expect(change({ type: "kubefedclusters", names: ["x"] })).rejects.toMatchObject({ code: "TypeConflict" });
  });

  it("of any group are federated when a FederatedTypeConfig says so", async () => {
    const [namespace, group] = [await makeNamespace(), `${uniqueName("fed")}.example.com`];
    const names = { kind: "Placed", plural: "placeds" };
    await makeType(group, names);
    await expect.poll(() => tryToMake(group, namespace), { timeout: 20_000 }).toBe(true);
    const type = `placeds.${group}`;
    await expect(status({ type, namespace, names: ["x"] })).rejects.toMatchObject({ code: "TypeConflict" });
    const configs = `/apis/core.kubefed.io/v1beta1/namespaces/${defaultKubefedNamespace}/federatedtypeconfigs`;
    await rawCreate(host, configs, {
      apiVersion: "core.kubefed.io/v1beta1",
      kind: "FederatedTypeConfig",
      metadata: { name: "bindings" },
      spec: {
        targetType: { version: "v1", kind: "Binding", pluralName: "bindings", scope: "Namespaced" },
        federatedType: { group, version: "v1", kind: "Placed", pluralName: "placeds", scope: "Namespaced" },
        propagation: "Enabled",
      },
    });
    expect((await change({ type, namespace, names: ["x"] })).changes).toEqual(["update Placed x"]);
    await rawDelete(host, `${configs}/bindings`);
  });

  it("that are enabled no more are still federated, also for who may not see type configs", async () => {
    const namespace = await makeNamespace();
    const elsewhere = { kubefedNamespace: "default", namespace, names: ["web"] };
    expect(await status(elsewhere)).toEqual(["web Disabled"]);
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    const token = await serviceAccountToken(namespace);
    await rawCreate(host, `${rbac}/roles`, {
      metadata: { name: "orphaner" },
      rules: [{ apiGroups: ["types.kubefed.io"], resources: ["*"], verbs: ["get", "patch"] }],
    });
    await rawCreate(host, `${rbac}/rolebindings`, {
      metadata: { name: "orphaner" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "orphaner" },
      subjects: [{ kind: "ServiceAccount", name: "bot", namespace }],
    });
    const limited = connectTo(host, { token });
    expect((await change({ namespace, names: ["web"] }, limited)).changes).toEqual(["update FederatedConfigMap web"]);
    await expect(change({ type: "cm", namespace, names: ["web"] }, limited)).rejects.toMatchObject({
      code: "ServerForbidden",
    });
  });

  it("that nobody serves are not found", async () => {
    await expect(status({ type: "federatednosuch", names: ["x"] })).rejects.toMatchObject({ code: "TypeNotFound" });
  });
});

async function makeType(group: string, { kind, plural }: { kind: string; plural: string }): Promise<void> {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  await rawCreate(host, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural },
      scope: "Namespaced",
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  });
}

/** A type that has just been made is not served at once. */
async function tryToMake(group: string, namespace: string): Promise<boolean> {
  const object = { apiVersion: `${group}/v1`, kind: "Placed", metadata: { name: "x" } };
  try {
    await rawCreate(host, `/apis/${group}/v1/namespaces/${namespace}/placeds`, object);
    return true;
  } catch {
    return false;
  }
}

async function serviceAccountToken(namespace: string): Promise<string> {
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await rawCreate(host, accounts, { metadata: { name: "bot" } });
  const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
  const { status: issued } = await rawCreate<{ status: { token: string } }>(host, `${accounts}/bot/token`, request);
  return issued.token;
}
