import { load, loadAll } from "js-yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitForCrds } from "../../src/federation/crd-ready.ts";
import { type EnableOptions, type EnableResult, enableTypes } from "../../src/federation/enable/enable.ts";
import { documentHasReplicas, hasReplicas } from "../../src/federation/enable/replicas.ts";
import { installKubeFed } from "../../src/federation/install/install.ts";
import { findResource } from "../../src/federation/resource-lookup.ts";
import { groupQualifiedName } from "../../src/federation/step.ts";
import { rawApply, rawCreate, rawGet, rawPatch } from "../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../cluster/start.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { coreRun, type CoreRun, describeChange } from "../support/core-run.ts";
import { loadRecording } from "../support/parity/recordings.ts";

const options = { kubefedNamespace: "kube-federation-system", dryRun: false, names: [] } as const;

/** Of its own: the types that are enabled here would be in the way of other tests. */
let clusters: ClusterSet;
const venus = () => clusters.cluster("venus").details;

beforeAll(async () => {
  clusters = await startClusters(["venus"]);
  await installKubeFed({ ...options, scope: "Cluster" }, coreRun(connectTo(venus())).deps);
});
afterAll(() => clusters.stop());

async function enable(more: Partial<EnableOptions>): Promise<CoreRun & { readonly result: EnableResult }> {
  const run = coreRun(connectTo(venus()));
  const result = await enableTypes({ ...options, ...more }, run.deps);
  return { ...run, result };
}

const crdPath = (name: string): string => `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
const configPath = (name: string): string =>
  `/apis/core.kubefed.io/v1beta1/namespaces/${options.kubefedNamespace}/federatedtypeconfigs/${name}`;

/** Of an object as recordings name it: `group/version/resource namespace/name`. */
function pathOf(key: string): string {
  const [type = "", object = ""] = key.split(" ");
  const [namespace, name = ""] = object.split("/");
  return type.includes("/customresourcedefinitions") || namespace === "" ? crdPath(name) : configPath(name);
}

interface CrdLike {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: unknown } }[] };
}

/** What may be written under `spec` of objects of a federated type. */
async function federatedFields(crd: string): Promise<readonly string[]> {
  const live = await rawGet<CrdLike>(venus(), crdPath(crd));
  const schema = live?.spec.versions[0]?.schema.openAPIV3Schema;
  const { properties } = schema as { properties: { spec: { properties: object } } }; // as federatedCrdFor made it
  return Object.keys(properties.spec.properties).sort();
}

/** As recordings are: what differs from run to run is masked, also where it names a field of a schema. */
function masked(value: unknown): unknown {
  const text = JSON.stringify(value, (key, inner: unknown) => {
    if (key === "observedGeneration") return undefined;
    return key === "lastTransitionTime" || key === "lastUpdateTime" ? "<time>" : inner;
  });
  return JSON.parse(text);
}

async function createWidgets(manifest: string): Promise<void> {
  await rawCreate(venus(), "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", load(manifest));
  await untilServed("widgets");
}

async function createCrd(plural: string, kind: string, versions: Readonly<Record<string, unknown>>): Promise<void> {
  const name = `${plural}.example.com`;
  await rawCreate(venus(), "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural, kind },
      versions: Object.entries(versions).map(([version, openAPIV3Schema], index) => ({
        name: version,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema },
      })),
    },
  });
  await untilServed(plural);
}

/** Waits for a CRD of the group example.com, and for discovery, which follows a little later. */
async function untilServed(plural: string): Promise<void> {
  const { deps } = coreRun(connectTo(venus()));
  await waitForCrds(connectTo(venus()).api, [`${plural}.example.com`], { ...deps, timeoutMs: 10_000 });
  const discover = async (): Promise<boolean> => {
    const { resources } = await connectTo(venus()).api.discover({ fresh: true });
    return resources.some((resource) => resource.plural === plural && resource.group === "example.com");
  };
  await expect.poll(discover, { timeout: 10_000 }).toBe(true);
}

const withReplicas = (replicas: object): unknown => ({
  type: "object",
  properties: { spec: { type: "object", properties: { replicas } } },
});

describe("enableTypes", () => {
  test.each(["enable_pods", "enable_custom", "enable_existing"])("makes what kubefedctl made: %s", async (name) => {
    const { steps, state } = await loadRecording(name);
    for (const [verb, first = "", type = ""] of steps) {
      if (verb === "apply") await createWidgets(first);
      if (verb === "ctl") await enable({ names: [type] });
    }
    for (const [key, recorded] of Object.entries(state["earth"] ?? {})) {
      const live = await rawGet(venus(), pathOf(key));
      expect(masked(live?.["spec"])).toEqual(masked(recorded["spec"]));
    }
  });

  test("prints what kubefedctl printed", async () => {
    const { runs } = await loadRecording("enable_yaml");
    for (const { argv, stdout } of runs) {
      const { result } = await enable({ names: argv.slice(1, 2), output: "yaml" });
      expect(result.objects).toEqual(loadAll(stdout));
    }
  });

  test("a second time changes nothing, and keeps what was set meanwhile (B-EN5)", async () => {
    await enable({ names: ["pvc"] });
    const path = configPath("persistentvolumeclaims");
    await rawPatch(venus(), path, { spec: { propagation: "Disabled", statusCollection: "Enabled" } });
    const before = await rawGet(venus(), path);
    const { changes, warnings } = await enable({ names: ["persistentvolumeclaims"] });
    expect(changes.map(({ action }) => action)).toEqual(["keep", "keep"]);
    expect(warnings.map(({ code }) => code)).toEqual(["PropagationDisabled"]);
    expect(await rawGet(venus(), path)).toEqual(before);
  });

  test("several types at once; one that is unknown stops all before anything is written", async () => {
    await expect(enable({ names: ["statefulsets", "nosuch"] })).rejects.toMatchObject({ code: "TypeNotFound" });
    expect(await rawGet(venus(), configPath("statefulsets.apps"))).toBeUndefined();
    const { result } = await enable({ names: ["sts", "statefulsets", "limits"] });
    expect(result.types).toEqual(["statefulsets.apps", "limitranges"]);
    expect(await federatedFields("federatedstatefulsets.types.kubefed.io")).toContain("retainReplicas");
    expect(await federatedFields("federatedlimitranges.types.kubefed.io")).not.toContain("retainReplicas");
  });

  test("dry run and -o yaml write nothing", async () => {
    const dry = await enable({ names: ["roles.rbac.authorization.k8s.io"], dryRun: true });
    expect(dry.changes.map(describeChange)).toEqual([
      "create CustomResourceDefinition federatedroles.types.kubefed.io (planned)",
      "create FederatedTypeConfig roles.rbac.authorization.k8s.io (planned)",
    ]);
    const { result, changes } = await enable({ names: ["role"], output: "yaml", kubefedNamespace: "nowhere" });
    expect(result.objects?.map(({ kind, metadata }) => [kind, metadata])).toEqual([
      ["FederatedTypeConfig", { name: "roles.rbac.authorization.k8s.io" }],
      ["CustomResourceDefinition", { name: "federatedroles.types.kubefed.io" }],
    ]);
    expect(changes).toEqual([]);
    expect(await rawGet(venus(), crdPath("federatedroles.types.kubefed.io"))).toBeUndefined();
  });

  test("a custom type in any served version, its replicas those of that version (B-EN3, B-EN4)", async () => {
    await createCrd("gadgets", "Gadget", {
      v1: withReplicas({ type: "integer", format: "int32" }),
      v1alpha1: withReplicas({ type: "integer" }),
    });
    await enable({ names: ["gadgets"], version: "v1alpha1" });
    expect(await rawGet(venus(), configPath("gadgets.example.com"))).toMatchObject({
      spec: { targetType: { version: "v1alpha1" } },
    });
    expect(await federatedFields("federatedgadgets.types.kubefed.io")).not.toContain("retainReplicas");
    const { changes } = await enable({ names: ["gadgets"] });
    expect(changes.map(({ action }) => action)).toEqual(["update", "update"]);
    expect(await rawGet(venus(), configPath("gadgets.example.com"))).toMatchObject({
      spec: { targetType: { version: "v1" }, propagation: "Enabled" },
    });
    expect(await federatedFields("federatedgadgets.types.kubefed.io")).toContain("retainReplicas");
  });

  test("a type without a schema gets a template all the same (B-EN2)", async () => {
    await createCrd("blobs", "Blob", { v1: { type: "object", "x-kubernetes-preserve-unknown-fields": true } });
    await enable({ names: ["blobs"] });
    await rawApply(venus(), "/apis/types.kubefed.io/v1beta1/namespaces/default/federatedblobs/x", {
      apiVersion: "types.kubefed.io/v1beta1",
      kind: "FederatedBlob",
      metadata: { name: "x" },
      spec: { template: { payload: "kept" } },
    });
    expect(await rawGet(venus(), "/apis/types.kubefed.io/v1beta1/namespaces/default/federatedblobs/x")).toMatchObject({
      spec: { template: { payload: "kept" } },
    });
  });

  test("cluster-scoped types, and those whose schema contains itself (B-EN12)", async () => {
    const names = ["storageclasses", "customresourcedefinitions"];
    const { result } = await enable({ names });
    expect(result.types).toEqual(["storageclasses.storage.k8s.io", "customresourcedefinitions.apiextensions.k8s.io"]);
    for (const name of names) {
      const crd = `federated${name}.types.kubefed.io`;
      expect(await rawGet(venus(), crdPath(crd))).toMatchObject({ spec: { scope: "Cluster" } });
      expect(await federatedFields(crd)).toEqual(["overrides", "placement", "template"]);
    }
  });

  test("labels, annotations and other versions of what is there are kept", async () => {
    await enable({ names: ["csr"] });
    const crd = "federatedcertificatesigningrequests.types.kubefed.io";
    const config = configPath("certificatesigningrequests.certificates.k8s.io");
    const mine = { metadata: { labels: { team: "a" }, annotations: { note: "b" } } };
    await rawPatch(venus(), crdPath(crd), mine);
    await rawPatch(venus(), config, { ...mine, spec: { targetType: { version: "v1beta1" } } });
    const served = await rawGet<CrdLike>(venus(), crdPath(crd));
    const [version] = served?.spec.versions ?? [];
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    const broken = { ...version, storage: false, schema };
    const other = { ...version, name: "v1" };
    await rawPatch(venus(), crdPath(crd), { spec: { versions: [broken, other] } });
    const { changes } = await enable({ names: ["csr"] });
    expect(changes.map(({ action }) => action)).toEqual(["update", "update"]);
    expect(await rawGet(venus(), crdPath(crd))).toMatchObject({
      ...mine,
      spec: { versions: [{ ...version, storage: false }, other] },
    });
    expect(await rawGet(venus(), config)).toMatchObject({ ...mine, spec: { targetType: { version: "v1" } } });
  });

  test("directives are taken from a file's documents", async () => {
    const directive = {
      apiVersion: "core.kubefed.io/v1beta1",
      kind: "EnableTypeDirective",
      metadata: { name: "endpointslices" },
      spec: { federatedGroup: "f.example.com", federatedVersion: "v1" },
    };
    const { result } = await enable({ directives: [directive, { metadata: { name: "podtemplates" } }] });
    expect(result.types).toEqual(["endpointslices.discovery.k8s.io", "podtemplates"]);
    expect(await rawGet(venus(), crdPath("federatedendpointslices.f.example.com"))).toBeDefined();
    await expect(enable({ directives: [directive], version: "v1" })).rejects.toMatchObject({ code: "Usage" });
  });

  test.each<[string, Partial<EnableOptions>, object]>([
    [
      "no control plane",
      { names: ["pods"], kubefedNamespace: "nowhere" },
      { code: "KubeFedNotInstalled", exitCode: 1 },
    ],
    ["a group without a dot", { names: ["pods"], federatedGroup: "f" }, { code: "InvalidName", exitCode: 2 }],
    ["a federated type", { names: ["federatedsecrets"] }, { code: "TypeConflict", exitCode: 7 }],
    ["another federated group", { names: ["secrets"], federatedGroup: "f.example.com" }, { code: "TypeConflict" }],
    ["two types with one federated type", { names: ["events", "events.events.k8s.io"] }, { code: "TypeConflict" }],
  ])("refuses %s", async (_, more, error) => {
    await expect(enable(more)).rejects.toMatchObject(error);
  });

  test("names that another type has are told at once, not after a time-out", async () => {
    await rawCreate(venus(), "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "thieves.types.kubefed.io" },
      spec: {
        group: "types.kubefed.io",
        scope: "Namespaced",
        names: { plural: "thieves", kind: "FederatedResourceQuota" },
        versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
      },
    });
    const { deps } = coreRun(connectTo(venus()));
    await waitForCrds(connectTo(venus()).api, ["thieves.types.kubefed.io"], { ...deps, timeoutMs: 10_000 });
    await expect(enable({ names: ["quota"] })).rejects.toMatchObject({
      code: "TypeConflict",
      message: expect.stringContaining("is already in use") as string,
    });
    await expect(enable({ names: ["quota", "leases"] })).rejects.toMatchObject({ code: "PartlyFailed", exitCode: 4 });
    expect(await rawGet(venus(), configPath("leases.coordination.k8s.io"))).toBeDefined();
  });
});

describe("waitForCrds", () => {
  test("fails at its time-out and names the CRD", async () => {
    const { deps } = coreRun(connectTo(venus()));
    await expect(
      waitForCrds(connectTo(venus()).api, ["nosuch.example.com"], { ...deps, timeoutMs: 1_000 }),
    ).rejects.toMatchObject({
      code: "TimedOut",
      exitCode: 5,
      message: 'CRD "nosuch.example.com" of cluster "venus" was not served within 1 s: it is not there',
    });
  });
});

describe("hasReplicas", () => {
  test("says of built-in types what their OpenAPI documents say", async () => {
    const { api } = connectTo(venus());
    const { resources } = await api.discover();
    const scaling = resources.filter(({ subresources }) => subresources.includes("scale"));
    const groups = new Map<string, unknown>();
    for (const { group, version } of resources.filter((resource) => !resource.group.endsWith(".kubefed.io"))) {
      const path = group === "" ? `api/${version}` : `apis/${group}/${version}`;
      if (!groups.has(path)) groups.set(path, await api.read(`/openapi/v3/${path}`));
    }
    const said = resources
      .filter(({ group, version, kind }) => {
        const path = group === "" ? `api/${version}` : `apis/${group}/${version}`;
        return documentHasReplicas(groups.get(path), { group, version, kind });
      })
      .filter(({ group }) => group !== "example.com");
    expect(new Set(said.map((type) => groupQualifiedName(type)))).toEqual(
      new Set(scaling.map((type) => groupQualifiedName(type))),
    );
    expect(await Promise.all(said.map((type) => hasReplicas(api, type)))).toEqual(said.map(() => true));
    expect(await hasReplicas(api, findResource({ resources, failures: [] }, "configmaps"))).toBe(false);
  });
});
