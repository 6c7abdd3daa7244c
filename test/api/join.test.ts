import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Secret } from "../../src/kube/objects.ts";
import { adminEntry, tokenEntry, writeKubeconfig } from "../cluster/kubeconfig-file.ts";
import { rawCreate, rawDelete, rawGet, rawList, rawPatch } from "../cluster/raw-client.ts";
import {
  askVulcan,
  decodeBase64,
  rbacPath,
  registrationOf,
  registrationPath,
  secretsPath,
  wholeJoin,
} from "../support/cluster-pair.ts";
import { uniqueName } from "../support/clusters.ts";
import type { Federation } from "../support/federation.ts";
import { clearedPairForFile } from "../support/file-clusters.ts";
import { writeMemberKubeconfig } from "../support/member-kubeconfig.ts";

const pair = clearedPairForFile();

/** Credentials in the host: whatever is named after the cluster. */
async function credentialsOf({ namespace }: Federation, name: string): Promise<string[]> {
  const secrets = await rawList<Secret>(pair.earth, secretsPath(namespace));
  return secrets.map(({ metadata }) => metadata?.name ?? "").filter((secret) => secret.startsWith(`${name}-`));
}

describe("a first join", () => {
  test("registers the cluster with a credential that works", async () => {
    const federation = await pair.openFederation();
    const { error, changes, warnings } = await federation.join("vulcan");
    expect(error).toBeUndefined();
    const { spec } = await registrationOf(pair, federation, "vulcan");
    expect([...changes].sort()).toEqual(wholeJoin(federation, spec.secretRef.name).sort());
    expect(changes.slice(-2)).toEqual([`create Secret ${spec.secretRef.name}`, "create KubeFedCluster vulcan"]);
    expect(warnings.map(({ code }) => code)).toEqual(["LoopbackEndpoint"]);
    expect(spec).toMatchObject({ apiEndpoint: pair.vulcan.server, proxyURL: "" });
    expect(decodeBase64(spec.caBundle)).toBe(pair.vulcan.caPem);
    expect(await askVulcan(pair, federation, "/api/v1/namespaces/kube-system/secrets")).toBe(200);
    expect(await askVulcan(pair, federation, "/healthz")).toBe(200);
  });

  test("takes the host itself", async () => {
    const federation = await pair.openFederation();
    expect((await federation.join("earth")).changes).toContain(`keep Namespace ${federation.namespace}`);
    const { spec, metadata } = await registrationOf(pair, federation, "earth");
    expect(spec.apiEndpoint).toBe(pair.earth.server);
    expect(metadata?.annotations).toMatchObject({ "fedctl.io/service-account": "earth-earth" });
  });

  test("into a namespaced control plane grants that namespace and the health check", async () => {
    const federation = await pair.openFederation({ scope: "Namespaced" });
    expect((await federation.join("vulcan")).error).toBeUndefined();
    expect(await askVulcan(pair, federation, secretsPath(federation.namespace))).toBe(200);
    expect(await askVulcan(pair, federation, secretsPath("default"))).toBe(403);
    expect(await askVulcan(pair, federation, "/healthz")).toBe(200);
    expect(await askVulcan(pair, federation, "/api/v1/nodes")).toBe(200);
    const role = `${rbacPath}/clusterroles/kubefed-controller-manager:${federation.namespace}:healthcheck-vulcan-earth`;
    expect(await rawGet(pair.vulcan, role)).toMatchObject({ rules: [{ verbs: ["get"] }, { verbs: ["list"] }] });
  });

  test("has the CA of the token where the kubeconfig names none", async () => {
    const federation = await pair.openFederation();
    const insecure = { "insecure-skip-tls-verify": true, server: pair.vulcan.server };
    const kubeconfigPath = await writeMemberKubeconfig(pair, insecure);
    const { error } = await federation.join("vulcan", {}, { kubeconfigPath });
    expect(error).toBeUndefined();
    const { spec } = await registrationOf(pair, federation, "vulcan");
    expect(spec.disabledTLSValidations).toEqual(["*"]);
    expect(decodeBase64(spec.caBundle).trim()).toBe(pair.vulcan.caPem.trim());
  });

  test.each([
    "arn:aws:eks:eu-west-1:123456789012:cluster/earth",
    "kubernetes-admin@kubernetes",
    "gke_project_europe-west1_earth",
    "default/api-earth-example-com:6443/kube:admin",
  ])("of a host called %s has valid names (B-JN6)", async (host) => {
    const federation = await pair.openFederation();
    const kubeconfigPath = join(pair.root, uniqueName("host"));
    await writeKubeconfig(kubeconfigPath, [{ ...adminEntry(pair.earth), name: host }, adminEntry(pair.vulcan)]);
    const { error } = await federation.join("vulcan", { hostClusterContext: host }, { kubeconfigPath });
    expect(error).toBeUndefined();
    expect(await askVulcan(pair, federation, "/healthz")).toBe(200);
    const gone = await federation.unjoin("vulcan", { hostClusterContext: "earth" });
    expect(gone.error).toBeUndefined();
    expect(await rawGet(pair.vulcan, `/api/v1/namespaces/${federation.namespace}`)).toBeUndefined();
  });
});

describe("a cluster that is joined", () => {
  test("is refused, and nothing is written (B-JN2)", async () => {
    const federation = await pair.openFederation();
    await federation.join("vulcan");
    const { error, changes, writes } = await pair.watched(() => federation.join("vulcan"));
    expect(error).toMatchObject({ code: "ClusterAlreadyJoined", exitCode: 7 });
    expect([changes, writes]).toEqual([[], []]);
  });

  test("stays as it is with --error-on-existing=false, and has one credential (B-JN3)", async () => {
    const federation = await pair.openFederation();
    await federation.join("vulcan");
    const again = { errorOnExisting: false };
    for (let run = 1; run <= 2; run += 1) {
      const { error, changes, writes } = await pair.watched(() => federation.join("vulcan", again));
      expect(error).toBeUndefined();
      expect(changes.filter((change) => !change.startsWith("keep "))).toEqual([]);
      expect(writes).toEqual([]);
    }
    expect(await credentialsOf(federation, "vulcan")).toHaveLength(1);
  });

  test("is repaired with --error-on-existing=false (B-JN12)", async () => {
    const federation = await pair.openFederation();
    const { namespace } = federation;
    await federation.join("vulcan");
    const { spec } = await registrationOf(pair, federation, "vulcan");
    const role = `${rbacPath}/clusterroles/kubefed-controller-manager:vulcan-earth`;
    await rawPatch(pair.vulcan, role, { rules: null });
    await rawPatch(pair.vulcan, `/api/v1/namespaces/${namespace}/serviceaccounts/vulcan-earth`, {
      automountServiceAccountToken: true,
    });
    await rawPatch(pair.earth, `${secretsPath(namespace)}/${spec.secretRef.name}`, {
      data: { token: "b2xk", note: "bWluZQ==" },
    });
    await rawPatch(pair.earth, registrationPath(namespace, "vulcan"), { spec: { apiEndpoint: "https://192.0.2.1" } });
    const { error, changes } = await federation.join("vulcan", { errorOnExisting: false });
    expect(error).toBeUndefined();
    expect(changes.filter((change) => change.startsWith("update ")).sort()).toEqual(
      [
        "update ServiceAccount vulcan-earth",
        "update ClusterRole kubefed-controller-manager:vulcan-earth",
        `update Secret ${spec.secretRef.name}`,
        "update KubeFedCluster vulcan",
      ].sort(),
    );
    expect(await askVulcan(pair, federation, secretsPath("default"))).toBe(200);
    const secret = await rawGet<Secret>(pair.earth, `${secretsPath(namespace)}/${spec.secretRef.name}`);
    expect(secret?.data).toMatchObject({ note: "bWluZQ==" });
  });

  test("keeps its service account, however its host is called the next time", async () => {
    const federation = await pair.openFederation();
    await federation.join("vulcan", { hostClusterName: "mars" });
    const { changes } = await federation.join("vulcan", { errorOnExisting: false });
    expect(changes).toContain("keep ServiceAccount vulcan-mars");
    const other = await pair.watched(() =>
      federation.join("vulcan", { errorOnExisting: false, hostClusterName: "pluto" }),
    );
    expect(other.error).toMatchObject({ code: "ObjectConflict", exitCode: 7 });
    expect(other.writes).toEqual([]);
  });
});

describe("a join that was stopped", () => {
  const stops = [
    /^create Namespace/,
    /^create ServiceAccount/,
    /^create Secret vulcan-earth/,
    /^create ClusterRole /,
    /^create ClusterRoleBinding/,
    /^create Secret vulcan-[^e]/,
  ];

  test.each(stops)("after %s is completed by the next (B-JN1)", async (stop) => {
    const federation = await pair.openFederation();
    const stopped = await federation.join("vulcan", {}, { stopAfter: (change) => stop.test(change) });
    expect(stopped.error).toMatchObject({ code: "Interrupted", exitCode: 130 });
    expect((await federation.join("vulcan")).error).toBeUndefined();
    expect(await askVulcan(pair, federation, secretsPath("default"))).toBe(200);
    expect(await credentialsOf(federation, "vulcan")).toHaveLength(1);
  });

  // A namespace takes 5 s to go.
  test.each(stops.filter((_stop, index) => [0, 3, 5].includes(index)))(
    "after %s is undone by unjoin (B-UJ6)",
    async (stop) => {
      const federation = await pair.openFederation();
      const { error, writes } = await pair.watched(async () => {
        await federation.join("vulcan", { secretName: "vulcan-mine" }, { stopAfter: (change) => stop.test(change) });
        return federation.unjoin("vulcan");
      });
      expect(error).toBeUndefined();
      expect(writes).toEqual([]);
    },
  );

  test("by a refusal tells the step, what was done and how to go on (B-JN15)", async () => {
    const federation = await pair.openFederation();
    const rules = [
      { apiGroups: [""], resources: ["*"], verbs: ["get", "list", "watch", "create"] },
      { apiGroups: ["rbac.authorization.k8s.io"], resources: ["*"], verbs: ["get"] },
    ];
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "half" };
    const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "guest" }];
    await rawCreate(pair.vulcan, `${rbacPath}/clusterroles`, { metadata: { name: "half" }, rules });
    await rawCreate(pair.vulcan, `${rbacPath}/clusterrolebindings`, { metadata: { name: "half" }, roleRef, subjects });
    const kubeconfigPath = join(pair.root, "half");
    await writeKubeconfig(kubeconfigPath, [adminEntry(pair.earth), tokenEntry(pair.vulcan, pair.vulcan.guestToken)]);
    const refused = async () => (await federation.join("vulcan", {}, { kubeconfigPath })).error;
    // The authorizer takes a new binding in after a moment.
    await expect.poll(refused, { timeout: 10_000 }).toMatchObject({
      code: "ServerForbidden",
      message: expect.stringMatching(
        /^cannot create clusterroles.rbac.authorization.k8s.io "kubefed-controller-manager:vulcan-earth" of cluster "vulcan": .*forbidden/,
      ) as string,
      hint: expect.stringMatching(
        /; 3 of 7 steps are done; to continue: fedctl join vulcan --host-cluster-context earth --kubefed-namespace plane-/,
      ) as string,
    });
    expect((await federation.join("vulcan")).error).toBeUndefined();
  });

  test("and lost its host's side is completed too", async () => {
    const federation = await pair.openFederation();
    const { namespace } = federation;
    await federation.join("vulcan");
    const { spec } = await registrationOf(pair, federation, "vulcan");
    await rawDelete(pair.earth, registrationPath(namespace, "vulcan"));
    await rawDelete(pair.earth, `${secretsPath(namespace)}/${spec.secretRef.name}`);
    const { error, changes, reasons } = await federation.join("vulcan");
    expect(error).toBeUndefined();
    expect(changes.filter((change) => change.startsWith("create "))).toEqual([
      `create Secret ${spec.secretRef.name}`,
      "create KubeFedCluster vulcan",
    ]);
    expect(reasons.filter((reason) => reason === "left by an earlier join")).toHaveLength(4);
    expect(await askVulcan(pair, federation, "/healthz")).toBe(200);
  });
});
