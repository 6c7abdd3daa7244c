import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClusterInfo, readClusters } from "../../src/federation/clusters/clusters.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { rawCreate, rawPatch } from "../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../cluster/start.ts";
import { registrationPath } from "../support/cluster-pair.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { uniqueName } from "../support/clusters.ts";
import { coreRun } from "../support/core-run.ts";
import { type Federation, openFederation } from "../support/federation.ts";

let set: ClusterSet;
let earth: ClusterDetails;
beforeAll(async () => {
  set = await startClusters(["earth"]);
  earth = set.cluster("earth").details;
});
afterAll(() => set.stop());

const read = (kubefedNamespace: string, token?: string): Promise<readonly ClusterInfo[]> => {
  const connection = connectTo(earth, token === undefined ? {} : { token });
  return readClusters({ kubefedNamespace, dryRun: false }, coreRun(connection).deps);
};

const notInstalled = (namespace: string): object => ({
  code: "KubeFedNotInstalled",
  exitCode: 1,
  message: `KubeFed is not installed in cluster "earth", namespace "${namespace}"`,
});

/** Registers a cluster and has it look as KubeFed's controller leaves it (spec/kubefed D.13). */
async function register({ namespace }: Federation, name: string, status: object): Promise<void> {
  await rawCreate(earth, registrationPath(namespace, "").slice(0, -1), {
    apiVersion: "core.kubefed.io/v1beta1",
    kind: "KubeFedCluster",
    metadata: { name },
    spec: { apiEndpoint: `https://${name}.example.com`, secretRef: { name } },
  });
  await rawPatch(earth, `${registrationPath(namespace, name)}/status`, { status });
}

const at = { lastProbeTime: "2026-11-23T10:00:00Z" };

// One story: KubeFed is not there, then empty, then has clusters.
describe("get clusters", () => {
  let federation: Federation;

  test("says that KubeFed is not installed", async () => {
    await expect(read("kube-federation-system")).rejects.toMatchObject(notInstalled("kube-federation-system"));
  });

  test("finds none in a new federation", async () => {
    federation = await openFederation({ kubeconfigPath: set.kubeconfigPath });
    expect(await read(federation.namespace)).toEqual([]);
  });

  test("tells a wrong namespace from an empty federation", async () => {
    const elsewhere = uniqueName("nowhere");
    await expect(read(elsewhere)).rejects.toMatchObject(notInstalled(elsewhere));
  });

  test("lists them by name, with what the controller says", async () => {
    expect((await federation.join("earth")).error).toBeUndefined();
    const message = "/healthz responded with ok";
    await register(federation, "vulcan", {
      conditions: [{ ...at, type: "Ready", status: "True", reason: "ClusterReady", message }],
      kubernetesVersion: "v1.34.4",
    });
    await register(federation, "andoria", {
      conditions: [
        { ...at, type: "Offline", status: "True", reason: "ClusterNotReachable", message: "cluster is not reachable" },
      ],
    });
    const clusters = await read(federation.namespace);
    expect(clusters).toMatchObject([
      {
        name: "andoria",
        ready: "False",
        reason: "cluster is not reachable",
        version: undefined,
        endpoint: "https://andoria.example.com",
      },
      { name: "earth", ready: "Unknown", reason: undefined, version: undefined, endpoint: earth.server },
      {
        name: "vulcan",
        ready: "True",
        reason: message,
        version: "v1.34.4",
        endpoint: "https://vulcan.example.com",
      },
    ]);
    expect(clusters.every(({ creationTimestamp }) => Date.now() - Date.parse(creationTimestamp ?? "") < 60_000)).toBe(
      true,
    );
  });

  test("is refused to whoever may not look", async () => {
    await expect(read(federation.namespace, earth.guestToken)).rejects.toMatchObject({ code: "ServerForbidden" });
  });
});
