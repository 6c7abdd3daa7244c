import { describe, expect, test } from "vitest";
import { planJoin } from "../../../../src/federation/join/plan.ts";
import { actionsOf, config, facts, factsAfter, live, plan, request, secret } from "./facts.ts";

const namespace = "kube-federation-system";
const labels = { "app.kubernetes.io/managed-by": "fedctl" };

describe("refuses", () => {
  const done = factsAfter(plan(), { registration: undefined, credential: undefined });
  const conflict = (part: string): unknown =>
    expect.objectContaining({ code: "ObjectConflict", exitCode: 7, message: expect.stringContaining(part) as string });

  test("tls-server-name, which a KubeFedCluster cannot hold (B-JN8)", () => {
    const ofMember = config({ tls: { serverName: "kubernetes" } });
    expect(() => planJoin(facts(), request({}, ofMember))).toThrow(
      expect.objectContaining({ code: "ClusterUnsupported", exitCode: 7 }),
    );
  });

  test("a namespace that is going away", () => {
    const namespaceGoing = { metadata: { name: namespace, deletionTimestamp: "2026-11-23T00:00:00Z" } };
    expect(() => plan(facts({ namespace: namespaceGoing }))).toThrow(
      expect.objectContaining({ code: "NamespaceTerminating", exitCode: 7 }),
    );
  });

  test.each([true, false])("what another host made, with --error-on-existing=%s", (errorOnExisting) => {
    const mine = facts({ ...done, hostId: "another", credential: undefined });
    expect(() => plan(mine, { errorOnExisting })).toThrow(
      conflict(`ServiceAccount "vulcan-earth" of namespace "${namespace}" belongs to another host cluster`),
    );
  });

  test("what nobody says is fedctl's, unless told otherwise (B-JN14)", () => {
    const foreign = { ...done, serviceAccount: live({ metadata: { name: "vulcan-earth", namespace } }, "sa1") };
    expect(() => plan(foreign)).toThrow(
      conflict(`ServiceAccount "vulcan-earth" of namespace "${namespace}" exists already in cluster "vulcan"`),
    );
    expect(plan(foreign, { errorOnExisting: false }).serviceAccount.action).toBe("update");
  });

  test("a secret that is no token of the service account, whatever it is told", () => {
    const tokenSecret = secret("vulcan-earth", { data: { password: "eA==" } });
    expect(() => plan({ ...done, tokenSecret }, { errorOnExisting: false })).toThrow(conflict("is no token of its"));
  });

  test("a role with other rules, unless told otherwise", () => {
    const grants = done.grants.map((grant) => ({ ...grant, role: { ...grant.role, rules: [] } }));
    expect(() => plan({ ...done, grants })).toThrow(
      conflict('ClusterRole "kubefed-controller-manager:vulcan-earth" or its binding has another content'),
    );
    const { role } = plan({ ...done, grants }, { errorOnExisting: false }).grants[0] ?? {};
    expect(role).toMatchObject({ action: "update", object: { rules: [{ verbs: ["*"] }, { verbs: ["get"] }] } });
  });

  test("a binding to another role, unless told otherwise: then it is made anew", () => {
    const grants = done.grants.map((grant) => ({
      ...grant,
      binding: grant.binding && { ...grant.binding, roleRef: { ...grant.wanted.binding.roleRef, name: "view" } },
    }));
    expect(() => plan({ ...done, grants })).toThrow(conflict("has another content"));
    expect(actionsOf(plan({ ...done, grants }, { errorOnExisting: false })).slice(3, 6)).toEqual([
      "keep ClusterRole",
      "delete ClusterRoleBinding",
      "create ClusterRoleBinding",
    ]);
  });

  test("a secret that somebody else has under that name, unless told otherwise", () => {
    const mine = facts({ secretName: "mine", credential: secret("mine") });
    expect(() => plan(mine, { secretName: "mine" })).toThrow(conflict('secret "mine" exists already'));
    expect(plan(mine, { secretName: "mine", errorOnExisting: false }).credential.action).toBe("update");
  });

  test.each([true, false])("the credential of another cluster, with --error-on-existing=%s", (errorOnExisting) => {
    const other = facts({
      secretName: "mars-x7k2p",
      secretUser: "mars",
      credential: secret("mars-x7k2p", { metadata: { labels } }),
    });
    expect(() => plan(other, { secretName: "mars-x7k2p", errorOnExisting })).toThrow(
      conflict('is the credential of cluster "mars"'),
    );
  });
});
