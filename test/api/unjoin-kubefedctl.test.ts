import { describe, expect, test } from "vitest";
import { rawCreate, rawGet } from "../cluster/raw-client.ts";
import { rbacPath, registrationPath } from "../support/cluster-pair.ts";
import type { Federation } from "../support/federation.ts";
import { clearedPairForFile } from "../support/file-clusters.ts";

const pair = clearedPairForFile();

describe("a cluster that kubefedctl joined", () => {
  test("is unjoined whole", async () => {
    const federation = await pair.openFederation();
    const { error, writes } = await pair.watched(async () => {
      await joinAsKubefedctl(federation);
      return federation.unjoin("vulcan");
    });
    expect(error).toBeUndefined();
    expect(writes).toEqual([]);
  });

  test("is taken over by a join, and unjoined whole", async () => {
    const federation = await pair.openFederation();
    const { error, writes } = await pair.watched(async () => {
      await joinAsKubefedctl(federation);
      expect((await federation.join("vulcan")).error).toMatchObject({ code: "ClusterAlreadyJoined" });
      expect((await federation.join("vulcan", { errorOnExisting: false })).error).toBeUndefined();
      return federation.unjoin("vulcan");
    });
    expect(error).toBeUndefined();
    expect(writes).toEqual([]);
  });
});

/** What kubefedctl 0.10 makes: the recording join_two. */
async function joinAsKubefedctl({ namespace }: Federation): Promise<void> {
  const { earth, vulcan } = pair;
  const name = "kubefed-controller-manager:vulcan-earth";
  const inNamespace = `/api/v1/namespaces/${namespace}`;
  await rawCreate(vulcan, "/api/v1/namespaces", { metadata: { name: namespace } });
  await rawCreate(vulcan, `${inNamespace}/serviceaccounts`, {
    metadata: { name: "vulcan-earth", annotations: { "kubernetes.io/enforce-mountable-secrets": "true" } },
    automountServiceAccountToken: false,
  });
  await rawCreate(vulcan, `${inNamespace}/secrets`, {
    metadata: { name: "vulcan-earth", annotations: { "kubernetes.io/service-account.name": "vulcan-earth" } },
    type: "kubernetes.io/service-account-token",
  });
  const rules = [
    { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
    { verbs: ["get"], nonResourceURLs: ["*"] },
  ];
  await rawCreate(vulcan, `${rbacPath}/clusterroles`, { metadata: { name }, rules });
  await rawCreate(vulcan, `${rbacPath}/clusterrolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", name: "vulcan-earth", namespace }],
  });
  await expect
    .poll(() => rawGet<{ data?: { token?: string } }>(vulcan, `${inNamespace}/secrets/vulcan-earth`))
    .toMatchObject({ data: { token: expect.any(String) as string } });
  const secret = await rawCreate<{ metadata: { name: string } }>(earth, `${inNamespace}/secrets`, {
    metadata: { generateName: "vulcan-" },
    data: { token: Buffer.from("token").toString("base64") },
  });
  await rawCreate(earth, registrationPath(namespace, "").slice(0, -1), {
    apiVersion: "core.kubefed.io/v1beta1",
    kind: "KubeFedCluster",
    metadata: { name: "vulcan" },
    spec: {
      apiEndpoint: vulcan.server,
      caBundle: Buffer.from(vulcan.caPem).toString("base64"),
      proxyURL: "",
      secretRef: { name: secret.metadata.name },
    },
  });
}
