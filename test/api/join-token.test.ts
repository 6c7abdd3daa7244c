import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { FederationDeps } from "../../src/federation/deps.ts";
import { joinCluster } from "../../src/federation/join/join.ts";
import { adminEntry, tokenEntry, writeKubeconfig } from "../cluster/kubeconfig-file.ts";
import { rawCreate, rawDelete, rawGet } from "../cluster/raw-client.ts";
import { rbacPath, registrationPath, secretsPath } from "../support/cluster-pair.ts";
import { coreRun } from "../support/core-run.ts";
import type { Federation } from "../support/federation.ts";
import { clearedPairForFile } from "../support/file-clusters.ts";
import { connectThrough } from "../support/kubeconfig-connection.ts";
import { refuseTokens } from "../support/obstacles.ts";

const pair = clearedPairForFile();

const shortestWaitMs = 500;

/** Joins vulcan as `mute` with a clock on which half a minute is soon over. */
async function joinImpatiently(
  { namespace }: Federation,
  onProgress: FederationDeps["report"]["progress"] = () => undefined,
): Promise<void> {
  const { signal } = new AbortController();
  const { deps } = coreRun((context) => connectThrough(pair.kubeconfigPath, context, signal));
  const clock: FederationDeps["clock"] = {
    ...deps.clock,
    sleep: (ms, waitSignal) => deps.clock.sleep(Math.min(ms, shortestWaitMs), waitSignal),
  };
  const common = { hostClusterContext: "earth", kubefedNamespace: namespace, dryRun: false, errorOnExisting: true };
  const report = { ...deps.report, progress: onProgress };
  await joinCluster({ ...common, clusterName: "mute", clusterContext: "vulcan" }, { ...deps, clock, report });
}

describe("a token that does not come", () => {
  let letTokensCome: () => Promise<void>;
  beforeAll(async () => {
    letTokensCome = await refuseTokens(pair.vulcan);
  });

  test("ends the wait with its likely cause (B-JN10)", async () => {
    const federation = await pair.openFederation();
    await expect(joinImpatiently(federation)).rejects.toMatchObject({
      code: "TokenNotIssued",
      exitCode: 5,
      message: `no token in secret "mute-earth" of namespace "${federation.namespace}" in cluster "mute": it is still empty after 30 s: kube-controller-manager runs there, but an admission policy or webhook refuses the token, or its token controller is switched off`,
    });
  });

  test("because its secret is deleted is told at once", async () => {
    const federation = await pair.openFederation();
    const path = `${secretsPath(federation.namespace)}/mute-earth`;
    let deletion: Promise<void> | undefined;
    const joining = joinImpatiently(federation, () => {
      deletion = rawDelete(pair.vulcan, path);
    });
    await expect(joining).rejects.toMatchObject({
      code: "TokenNotIssued",
      message: expect.stringContaining("the secret was deleted") as string,
    });
    await deletion;
  });

  test("leaves a join that the next one completes", async () => {
    const federation = await pair.openFederation();
    await expect(joinImpatiently(federation)).rejects.toMatchObject({ code: "TokenNotIssued" });
    expect(await rawGet(pair.earth, registrationPath(federation.namespace, "mute"))).toBeUndefined();
    await letTokensCome();
    // The token controller pauses longer after every failure.
    const { error, changes } = await federation.join("mute", { clusterContext: "vulcan" });
    expect(error).toBeUndefined();
    expect(changes).toContain("keep Secret mute-earth");
    expect(await rawGet(pair.earth, registrationPath(federation.namespace, "mute"))).toBeDefined();
  });
});

test("somebody who may do everything but watch can join and unjoin", async () => {
  const federation = await pair.openFederation();
  const verbs = ["get", "list", "create", "update", "patch", "delete", "bind", "escalate"];
  await rawCreate(pair.vulcan, `${rbacPath}/clusterroles`, {
    metadata: { name: "blinkered" },
    rules: [{ apiGroups: ["*"], resources: ["*"], verbs }],
  });
  await rawCreate(pair.vulcan, `${rbacPath}/clusterrolebindings`, {
    metadata: { name: "blinkered" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "blinkered" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "guest" }],
  });
  const kubeconfigPath = join(pair.root, "blinkered");
  await writeKubeconfig(kubeconfigPath, [adminEntry(pair.earth), tokenEntry(pair.vulcan, pair.vulcan.guestToken)]);
  const mayJoin = async (): Promise<unknown> => (await federation.join("vulcan", {}, { kubeconfigPath })).error;
  // The authorizer takes a new binding in after a moment.
  await expect.poll(mayJoin, { timeout: 10_000 }).toBeUndefined();
  expect((await federation.unjoin("vulcan", {}, { kubeconfigPath })).error).toBeUndefined();
});
