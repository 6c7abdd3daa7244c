import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { resumeUnjoin } from "../../src/federation/unjoin/resume.ts";
import { parseResumeDocument, resumeDocument } from "../../src/federation/unjoin/resume-document.ts";
import type { ResumeStore, UnfinishedUnjoin } from "../../src/federation/unjoin/unjoin.ts";
import { rawCreate, rawGet } from "../cluster/raw-client.ts";
import { adminEntry, writeKubeconfig } from "../cluster/kubeconfig-file.ts";
import { withFreePorts } from "../cluster/ports.ts";
import { registrationPath } from "../support/cluster-pair.ts";
import { coreRun, describeChange } from "../support/core-run.ts";
import type { Federation, Told } from "../support/federation.ts";
import { pairForFile } from "../support/file-clusters.ts";
import { connectThrough } from "../support/kubeconfig-connection.ts";
import { clearPlaced, managed, placeNamespace } from "../support/placed-objects.ts";

const pair = pairForFile();
afterEach(async () => {
  await pair.clear();
  await clearPlaced(pair.vulcan);
});

/** Keeps what a file would hold. */
function memory(): ResumeStore & { readonly saved: UnfinishedUnjoin[] } {
  const saved: UnfinishedUnjoin[] = [];
  return {
    path: "later.yaml",
    saved,
    save: (unfinished) => {
      saved.push(parseResumeDocument(structuredClone(resumeDocument(unfinished)), "later.yaml"));
      return Promise.resolve();
    },
  };
}

/** vulcan where nobody listens. */
async function withoutVulcan(): Promise<string> {
  const path = join(pair.root, "unreachable");
  await withFreePorts({ count: 1, isClash: () => false }, async ([port = 0]) => {
    const vulcan = { ...adminEntry(pair.vulcan), server: `https://127.0.0.1:${port}` };
    await writeKubeconfig(path, [adminEntry(pair.earth), vulcan]);
  });
  return path;
}

interface Resumed {
  readonly error: unknown;
  readonly changes: readonly string[];
  readonly warnings: readonly string[];
}

async function resume(
  unfinished: UnfinishedUnjoin | undefined,
  more: { clusterContext?: string; kubeconfigPath?: string; dryRun?: boolean } = {},
): Promise<Resumed> {
  if (unfinished === undefined) throw new Error("nothing was saved");
  const { kubeconfigPath = pair.kubeconfigPath, dryRun = false, ...options } = more;
  const { deps, changes, warnings } = coreRun((context) =>
    connectThrough(kubeconfigPath, context, new AbortController().signal),
  );
  const error: unknown = await resumeUnjoin(
    { unfinished, source: "later.yaml", timeoutMs: 30_000, dryRun, ...options },
    deps,
  ).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, changes: changes.map(describeChange), warnings: warnings.map(({ code }) => code) };
}

/** Joined, and unjoined while it could not be reached. */
async function abandoned(
  more: { workloads?: "delete" } = {},
): Promise<{ federation: Federation; unfinished: UnfinishedUnjoin | undefined; told: Told }> {
  const federation = await pair.openFederation();
  expect((await federation.join("vulcan")).error).toBeUndefined();
  const store = memory();
  const kubeconfigPath = await withoutVulcan();
  const told = await federation.unjoin("vulcan", { unreachable: "skip", ...more }, { kubeconfigPath, store });
  return { federation, unfinished: store.saved[0], told };
}

describe("a cluster that was unjoined while it could not be reached", () => {
  test("is written down, then cleared whole from what was written", async () => {
    const { federation, unfinished, told } = await abandoned();
    expect(told.error).toMatchObject({
      code: "LeftBehind",
      exitCode: 6,
      message: expect.stringContaining("later.yaml") as string,
      hint: "when it can be reached again, run: fedctl unjoin --resume later.yaml",
    });
    expect(await rawGet(pair.earth, registrationPath(federation.namespace, "vulcan"))).toBeUndefined();
    expect(JSON.stringify(unfinished)).not.toContain("eyJ");
    const planned = await resume(unfinished, { dryRun: true });
    expect(planned.changes).toContain("delete ServiceAccount vulcan-earth (planned)");
    const { error, changes } = await resume(unfinished);
    expect(error).toBeUndefined();
    expect([...changes].sort()).toEqual([
      "delete ClusterRole kubefed-controller-manager:vulcan-earth",
      "delete ClusterRoleBinding kubefed-controller-manager:vulcan-earth",
      `delete Namespace ${federation.namespace}`,
      "delete Secret vulcan-earth",
      "delete ServiceAccount vulcan-earth",
    ]);
    expect(await rawGet(pair.vulcan, `/api/v1/namespaces/${federation.namespace}`)).toBeUndefined();
    expect(await resume(unfinished)).toEqual({ error: undefined, changes: [], warnings: [] });
  });

  test("loses what the federation placed there, when that was wanted", async () => {
    const { unfinished } = await abandoned({ workloads: "delete" });
    const shop = await placeNamespace(pair.vulcan);
    const configMaps = `/api/v1/namespaces/${shop}/configmaps`;
    await rawCreate(pair.vulcan, configMaps, { metadata: { name: "settings", labels: managed } });
    expect((await resume(unfinished)).error).toBeUndefined();
    expect(await rawGet(pair.vulcan, `/api/v1/namespaces/${shop}`)).toBeUndefined();
  });

  test("is left alone when it has been joined again", async () => {
    const { federation, unfinished } = await abandoned();
    expect((await federation.join("vulcan")).error).toBeUndefined();
    const { error, changes } = await resume(unfinished);
    expect(error).toMatchObject({ code: "ClusterAlreadyJoined", exitCode: 7 });
    expect(changes).toEqual([]);
  });

  test("is not another cluster that a context leads to", async () => {
    const { unfinished } = await abandoned();
    const { error, changes } = await resume(unfinished, { clusterContext: "earth" });
    expect(error).toMatchObject({ code: "ObjectConflict", exitCode: 7 });
    expect(changes).toEqual([]);
  });

  test("can be cleared by somebody who does not know the host", async () => {
    const { unfinished } = await abandoned();
    const kubeconfigPath = join(pair.root, "vulcan-only");
    await writeKubeconfig(kubeconfigPath, [adminEntry(pair.vulcan)]);
    const { error, warnings } = await resume(unfinished, { kubeconfigPath });
    expect([error, warnings]).toEqual([undefined, ["HostNotLookedAt"]]);
  });
});

test("nothing is removed when it cannot be written down", async () => {
  const federation = await pair.openFederation();
  await federation.join("vulcan");
  const kubeconfigPath = await withoutVulcan();
  const store: ResumeStore = { path: "later.yaml", save: () => Promise.reject(new Error("disk full")) };
  const { error, changes } = await federation.unjoin("vulcan", { unreachable: "skip" }, { kubeconfigPath, store });
  expect(error).toMatchObject({ message: "disk full" });
  expect(changes).toEqual([]);
});
