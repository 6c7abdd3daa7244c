import { describe, expect, test } from "vitest";
import { memberNames } from "../../../../src/federation/join/member-names.ts";
import { planJoin } from "../../../../src/federation/join/plan.ts";
import { completeRegistration } from "../../../../src/federation/join/registration.ts";
import { actionsOf, config, facts, factsAfter, hostId, live, options, plan, request, secret } from "./facts.ts";

const namespace = "kube-federation-system";
const labels = { "app.kubernetes.io/managed-by": "fedctl" };
const mark = { "fedctl.io/host": hostId };

describe("a first join", () => {
  test("creates everything, with the marks of fedctl (B-JN16)", () => {
    const made = plan();
    expect(made.namespace.object).toEqual({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace, labels },
    });
    expect(made.serviceAccount.object).toEqual({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: {
        name: "vulcan-earth",
        namespace,
        labels,
        annotations: { "kubernetes.io/enforce-mountable-secrets": "true", ...mark },
      },
      automountServiceAccountToken: false,
    });
    expect(made.tokenSecret.object).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "vulcan-earth",
        namespace,
        labels,
        annotations: { "kubernetes.io/service-account.name": "vulcan-earth", ...mark },
      },
      type: "kubernetes.io/service-account-token",
    });
    expect(made.credential.object).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "vulcan-x7k2p",
        namespace,
        generateName: "vulcan-",
        labels,
        annotations: { "fedctl.io/cluster": "vulcan" },
      },
    });
    expect(made.registration.object).toEqual({
      apiVersion: "core.kubefed.io/v1beta1",
      kind: "KubeFedCluster",
      metadata: {
        name: "vulcan",
        namespace,
        annotations: { "fedctl.io/service-account": "vulcan-earth", "fedctl.io/member-namespace": "created" },
      },
      spec: {
        apiEndpoint: "https://vulcan.example.com:6443",
        secretRef: { name: "vulcan-x7k2p" },
        proxyURL: "",
        caBundle: Buffer.from("-----BEGIN CERTIFICATE-----\n").toString("base64"),
      },
    });
    expect(new Set(actionsOf(made).map((action) => action.split(" ")[0]))).toEqual(new Set(["create"]));
    expect(made.warnings).toEqual([]);
  });

  test("tells the host's objects from the member's", () => {
    const made = plan();
    expect([made.namespace.cluster, made.serviceAccount.cluster, made.grants[0]?.role.cluster]).toEqual(
      Array(3).fill("vulcan"),
    );
    expect([made.credential.cluster, made.registration.cluster]).toEqual(["earth", "earth"]);
  });

  test("of a cluster-scoped control plane grants everything", () => {
    const [grant, ...others] = plan().grants;
    expect(others).toEqual([]);
    expect(grant?.role.object).toMatchObject({
      kind: "ClusterRole",
      metadata: { name: "kubefed-controller-manager:vulcan-earth" },
      rules: [
        { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
        { verbs: ["get"], nonResourceURLs: ["*"] },
      ],
    });
    expect(grant?.binding.object).toMatchObject({
      kind: "ClusterRoleBinding",
      roleRef: {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: "kubefed-controller-manager:vulcan-earth",
      },
      subjects: [{ kind: "ServiceAccount", name: "vulcan-earth", namespace }],
    });
  });

  test("of a namespaced control plane grants its namespace, and the health check (B-JN5)", () => {
    const [own, health] = plan(facts({ scope: "Namespaced" })).grants;
    expect(own?.role.object).toMatchObject({
      kind: "Role",
      metadata: { name: "kubefed-controller-manager:vulcan-earth", namespace },
      rules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
    });
    expect(own?.binding.object).toMatchObject({
      kind: "RoleBinding",
      metadata: { namespace },
      roleRef: { kind: "Role", name: "kubefed-controller-manager:vulcan-earth" },
    });
    expect(health?.role.object).toMatchObject({
      kind: "ClusterRole",
      metadata: { name: `kubefed-controller-manager:${namespace}:healthcheck-vulcan-earth` },
      rules: [
        { verbs: ["get"], nonResourceURLs: ["/healthz"] },
        { verbs: ["list"], apiGroups: [""], resources: ["nodes"] },
      ],
    });
    expect(health?.role.object.metadata?.namespace).toBeUndefined();
  });

  test("leaves a namespace that is there, and notes that it was", () => {
    const made = plan(facts({ namespace: { metadata: { name: namespace, uid: "n1" } } }));
    expect(made.namespace.action).toBe("keep");
    expect(made.registration.object.metadata?.annotations).toMatchObject({ "fedctl.io/member-namespace": "existing" });
  });

  test("takes the name that was asked for, and no generateName with it", () => {
    const made = plan(facts({ secretName: "c2-secret" }), { secretName: "c2-secret" });
    expect(made.credential.object.metadata).toMatchObject({ name: "c2-secret" });
    expect(made.credential.object.metadata).not.toHaveProperty("generateName");
    expect(made.registration.object.spec.secretRef).toEqual({ name: "c2-secret" });
  });
});

describe("a join that was stopped", () => {
  const done = factsAfter(plan(), { registration: undefined, credential: undefined });

  test("goes on where it stopped", () => {
    const made = plan({ ...done, tokenSecret: undefined });
    expect(actionsOf(made)).toEqual([
      "keep Namespace",
      "keep ServiceAccount",
      "create Secret",
      "keep ClusterRole",
      "keep ClusterRoleBinding",
      "create Secret",
      "create KubeFedCluster",
    ]);
    expect(made.serviceAccount.reason).toBe("left by an earlier join");
    expect(made.registration.object.metadata?.annotations).toMatchObject({ "fedctl.io/member-namespace": "created" });
  });

  test("writes into the credential that it left", () => {
    const credential = secret("vulcan-x7k2p", { metadata: { labels, resourceVersion: "9" } });
    expect(plan({ ...done, credential }).credential).toMatchObject({
      action: "update",
      object: credential,
      reason: "left by an earlier join",
    });
  });

  test("repairs a service account, and keeps what others noted on it (B-JN12)", () => {
    const serviceAccount = {
      ...done.serviceAccount,
      automountServiceAccountToken: true,
      metadata: { ...done.serviceAccount?.metadata, annotations: { note: "mine", ...mark } },
    };
    const step = plan({ ...done, serviceAccount }).serviceAccount;
    expect(step).toMatchObject({
      action: "update",
      reason: "left by an earlier join",
      object: {
        automountServiceAccountToken: false,
        metadata: {
          resourceVersion: "7",
          annotations: { note: "mine", "kubernetes.io/enforce-mountable-secrets": "true" },
        },
      },
    });
  });

  test("does not trust a token whose service account was replaced", () => {
    const { serviceAccount } = factsAfter(plan());
    const replaced = { ...serviceAccount, metadata: { ...serviceAccount?.metadata, uid: "sa2" } };
    for (const now of [replaced, undefined]) {
      const { action, object } = plan({ ...done, serviceAccount: now }).tokenSecret;
      expect(action).toBe("update");
      expect(object.data).toEqual({});
      expect(object.metadata?.annotations).toEqual({ "kubernetes.io/service-account.name": "vulcan-earth", ...mark });
    }
    expect(plan(done).tokenSecret.action).toBe("keep");
  });
});

describe("a cluster that is joined", () => {
  const joined = factsAfter(plan());

  test("is refused", () => {
    expect(() => plan(joined)).toThrow(
      expect.objectContaining({
        code: "ClusterAlreadyJoined",
        exitCode: 7,
        message: 'cluster "vulcan" is joined to host cluster "earth" already',
      }),
    );
  });

  test("stays as it is under --error-on-existing=false", () => {
    const made = plan(joined, { errorOnExisting: false });
    expect(actionsOf(made)).toEqual([
      "keep Namespace",
      "keep ServiceAccount",
      "keep Secret",
      "keep ClusterRole",
      "keep ClusterRoleBinding",
      // Whether the token is the same is known later.
      "update Secret",
      "keep KubeFedCluster",
    ]);
    expect(made.serviceAccount.reason).toBeUndefined();
  });

  test("is brought up to date under --error-on-existing=false", () => {
    const changed = { server: "https://new.example.com", tls: { caPem: Buffer.from("new") } };
    const { registration } = planJoin(
      { ...joined, registration: { ...live(plan().registration.object, "k1"), status: { conditions: [] } } },
      request({ errorOnExisting: false }, config(changed)),
    );
    expect(registration).toMatchObject({
      action: "update",
      object: {
        metadata: { uid: "k1", resourceVersion: "7" },
        spec: { apiEndpoint: "https://new.example.com", caBundle: "bmV3" },
      },
    });
  });

  test("is updated when the CA that comes with the token is another one", () => {
    const again = request({ errorOnExisting: false }, config({ tls: { caPem: undefined } }));
    const { registration, registered } = planJoin(joined, again);
    expect(registration.action).toBe("keep");
    const same = joined.registration?.spec.caBundle;
    expect(completeRegistration(registration, same, registered).action).toBe("keep");
    expect(completeRegistration(registration, "b3RoZXI=", registered)).toMatchObject({
      action: "update",
      object: { spec: { caBundle: "b3RoZXI=" } },
    });
  });

  test("keeps its secret with all that others put into it (B-JN3, B-JN11)", () => {
    const credential = secret("mine", { data: { token: "b2xk", user: "bWU=" }, metadata: { labels: { app: "x" } } });
    const made = plan({ ...joined, secretName: "mine", credential }, { errorOnExisting: false });
    expect(made.credential).toMatchObject({ action: "update", object: credential });
    expect(made.registration.object.spec.secretRef).toEqual({ name: "mine" });
  });

  test("by kubefedctl is not told afterwards who made its namespace", () => {
    const registration = { ...live(plan().registration.object, "k1"), metadata: { name: "vulcan", namespace } };
    const made = plan({ ...joined, registration }, { errorOnExisting: false });
    expect(made.registration.object.metadata?.annotations).toEqual({ "fedctl.io/service-account": "vulcan-earth" });
  });

  test("is not given a second service account", () => {
    const again = { errorOnExisting: false, hostClusterName: "mars" };
    expect(() => plan(joined, again)).toThrow(
      expect.objectContaining({
        code: "ObjectConflict",
        hint: expect.stringContaining("fedctl unjoin vulcan") as string,
      }),
    );
    expect(plan(joined, { ...again, hostClusterName: "earth" }).serviceAccount.action).toBe("keep");
  });

  test("is recognised after KubeFed was installed anew", () => {
    expect(plan({ ...joined, hostId: "another" }, { errorOnExisting: false }).serviceAccount.action).toBe("keep");
  });
});

test("an empty apiGroup of a subject, as other tools write it, is no difference", () => {
  const done = factsAfter(plan(), { registration: undefined });
  const grants = done.grants.map((grant) => ({
    ...grant,
    binding: grant.binding && {
      ...grant.binding,
      subjects: grant.binding.subjects?.map((subject) => ({ ...subject, apiGroup: "" })) ?? [],
    },
  }));
  expect(plan({ ...done, grants }).grants[0]?.binding.action).toBe("keep");
});

test("a host whose name is none gets objects with valid names", () => {
  const names = memberNames(options, "arn:aws:eks:eu-west-1:123456789012:cluster/prod");
  const made = plan(facts({ names }));
  expect(made.serviceAccount.object.metadata?.name).toMatch(/^vulcan-arn-aws-eks-[-a-z0-9]+$/);
  expect(made.registration.object.metadata?.annotations).toMatchObject({
    "fedctl.io/service-account": made.serviceAccount.object.metadata?.name,
  });
});
