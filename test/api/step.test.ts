import { describe, expect, test } from "vitest";
import { federatedCrdFor } from "../../src/federation/enable/federated-crd.ts";
import { waitForCrds } from "../../src/federation/crd-ready.ts";
import { crdType } from "../../src/federation/kubefed-types.ts";
import { performStep, type Step } from "../../src/federation/step.ts";
import type { CustomResourceDefinition } from "../../src/kube/objects.ts";
import { rawDelete, rawPatch } from "../cluster/raw-client.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { testClusters, uniqueName } from "../support/clusters.ts";
import { coreRun, describeChange } from "../support/core-run.ts";

const { earth } = testClusters();
const { api } = connectTo(earth);

/** A CRD as it was before its server wrote its status. */
async function staleCrd(): Promise<CustomResourceDefinition> {
  const group = `${uniqueName("stale")}.example.com`;
  const typeConfig = {
    metadata: { name: "widgets" },
    spec: {
      targetType: { version: "v1", kind: "Widget", pluralName: "widgets", scope: "Namespaced" },
      federatedType: {
        group,
        version: "v1",
        kind: "FederatedWidget",
        pluralName: "federatedwidgets",
        scope: "Namespaced",
      },
      propagation: "Enabled",
    },
  } as const;
  const created = await api.create(crdType, federatedCrdFor(typeConfig, { shortNames: [], retainReplicas: false }));
  const { deps } = coreRun(connectTo(earth));
  await waitForCrds(api, [created.metadata?.name ?? ""], { ...deps, timeoutMs: 10_000 });
  return created;
}

const pathOf = ({ metadata }: CustomResourceDefinition): string =>
  `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata?.name ?? ""}`;

/** Gives it a short name. */
function update(object: CustomResourceDefinition, specOnly: boolean): Step<CustomResourceDefinition> {
  const names = { ...object.spec.names, shortNames: ["fw"] };
  return {
    cluster: "earth",
    action: "update",
    type: crdType,
    object: { ...object, spec: { ...object.spec, names } },
    specOnly,
  };
}

describe("an update that changes the spec only", () => {
  test("keeps what others wrote to metadata and status meanwhile", async () => {
    const stale = await staleCrd();
    await rawPatch(earth, pathOf(stale), { metadata: { annotations: { "example.com/note": "mine" } } });
    const run = coreRun(connectTo(earth));
    const written = await performStep(api, update(stale, true), run.deps.report);
    await rawDelete(earth, pathOf(stale));
    expect(run.changes.map(describeChange)).toEqual([`update CustomResourceDefinition ${stale.metadata?.name ?? ""}`]);
    expect(written).toMatchObject({
      metadata: { annotations: { "example.com/note": "mine" } },
      spec: { names: { shortNames: ["fw"] } },
    });
  });

  test("is in conflict with who changed the spec meanwhile", async () => {
    const stale = await staleCrd();
    await rawPatch(earth, pathOf(stale), { spec: { names: { shortNames: ["other"] } } });
    const done = performStep(api, update(stale, true), coreRun(connectTo(earth)).deps.report);
    await expect(done).rejects.toMatchObject({ code: "ServerConflict" });
    await rawDelete(earth, pathOf(stale));
  });

  test("any other update is in conflict with everybody", async () => {
    const stale = await staleCrd();
    const done = performStep(api, update(stale, false), coreRun(connectTo(earth)).deps.report);
    await expect(done).rejects.toMatchObject({ code: "ServerConflict" });
    await rawDelete(earth, pathOf(stale));
  });
});
