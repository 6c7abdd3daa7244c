import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installKubeFed } from "../../src/federation/install/install.ts";
import { defaultKubefedNamespace } from "../../src/federation/kubefed-types.ts";
import type { FederationDeps } from "../../src/federation/deps.ts";
import type { UnknownObject } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { rawGet, rawList } from "../cluster/raw-client.ts";
import { startClusters } from "../cluster/start.ts";
import type { ClusterSet } from "../cluster/start.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { uniqueName } from "../support/clusters.ts";
import { coreRun } from "../support/core-run.ts";
import { createAll } from "../support/create-all.ts";
import { configMap, countedNames, failToFederate, federate } from "../support/federate-runs.ts";
import { letGuestRead } from "../support/obstacles.ts";

let set: ClusterSet;
let earth: ClusterDetails;
let vulcan: ClusterDetails;

const connect: FederationDeps["connect"] = (context) =>
  Promise.resolve(connectTo(context === "vulcan" ? vulcan : earth));
const host = { connect: () => connectTo(earth) };

beforeAll(async () => {
  set = await startClusters(["earth", "vulcan"]);
  [earth, vulcan] = [set.cluster("earth").details, set.cluster("vulcan").details];
  const { deps } = coreRun(connect);
  await installKubeFed({ kubefedNamespace: defaultKubefedNamespace, dryRun: false, scope: "Cluster" }, deps);
});
afterAll(() => set.stop());

async function makeNamespace(
  objects: (namespace: string) => readonly UnknownObject[] = () => [],
  cluster = earth,
): Promise<string> {
  const name = uniqueName("ns");
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  await createAll(connectTo(cluster).api, [namespace, ...objects(name)]);
  return name;
}

const configMaps = (names: readonly string[]) => (namespace: string) => names.map((name) => configMap(namespace, name));

const federatedPath = (namespace: string): string =>
  `/apis/types.kubefed.io/v1beta1/namespaces/${namespace}/federatedconfigmaps`;

const federated = (namespace: string, name: string) =>
  rawGet<UnknownObject>(earth, `${federatedPath(namespace)}/${name}`);

describe("--from-context", () => {
  it("reads from a member, writes to the host, and makes a namespace that is federated", async () => {
    const name = await makeNamespace(configMaps(["a"]), vulcan);
    const { changes } = await federate(connect, { name, contents: true, fromContext: "vulcan" });
    expect(changes).toEqual([
      `create Namespace ${name}`,
      `create FederatedNamespace ${name}`,
      "create FederatedConfigMap a",
    ]);
    expect(await federated(name, "a")).toMatchObject({ spec: { template: { data: { value: "1" } } } });
    expect(await rawGet(earth, `/api/v1/namespaces/${name}/configmaps/a`)).toBeUndefined();
    const again = await federate(connect, { name, contents: true, fromContext: "vulcan" });
    expect(again.changes).toEqual([`keep FederatedNamespace ${name}`, "keep FederatedConfigMap a"]);
  });

  it("asks for the namespace of a single object first", async () => {
    const namespace = await makeNamespace(configMaps(["a"]), vulcan);
    const { error } = await failToFederate(connect, { type: "cm", name: "a", namespace, fromContext: "vulcan" });
    expect(error).toMatchObject({
      code: "ObjectNotFound",
      hint: `federate the namespace first: fedctl federate namespace ${namespace} --from-context vulcan`,
    });
  });
});

describe("many and large", () => {
  it("objects are read a second time rather than kept, and all written", async () => {
    const names = countedNames(14);
    const data = { value: "x".repeat(900_000) };
    const name = await makeNamespace();
    for (const each of names) await createAll(connectTo(earth).api, [configMap(name, each, { data })]);
    const { changes } = await federate(host.connect(), { name, contents: true });
    expect(changes.filter((change) => change.startsWith("create FederatedConfigMap"))).toHaveLength(names.length);
    const made = await rawList<UnknownObject>(earth, federatedPath(name));
    expect(made.map(({ metadata }) => metadata?.name)).toEqual(names);
    const again = await federate(host.connect(), { name, contents: true });
    expect(again.changes.every((change) => change.startsWith("keep "))).toBe(true);
  });
});

describe("--ignore-forbidden", () => {
  it("leaves out what cannot be listed, with a warning", async () => {
    const name = await makeNamespace(configMaps(["a"]));
    await letGuestRead(earth, connectTo(earth).api, ["secrets"]);
    const guest = connectTo(earth, { token: earth.guestToken });
    const { error } = await failToFederate(guest, { name, contents: true, dryRun: true });
    expect(error).toMatchObject({ code: "ServerForbidden" });
    const { result, warnings } = await federate(guest, { name, contents: true, dryRun: true, ignoreForbidden: true });
    expect(warnings.map(({ code }) => code)).toEqual(["TypesUnread"]);
    expect(warnings[0]?.message).toMatch(
      /^left out, since they could not be listed: secrets; the first said: cannot list/,
    );
    expect(result.skippedTypes).toContainEqual({
      type: "secrets",
      reason: "the server forbids to list it",
      requested: true,
    });
    expect(result.taken.map(({ type }) => type)).toEqual(["namespaces", "configmaps"]);
  });
});
