import { describe, expect, test } from "vitest";
import { memberNames } from "../../../../src/federation/join/member-names.ts";
import {
  clusterRoleBindingType,
  clusterRoleType,
  type KubeFedCluster,
  secretType,
  serviceAccountType,
} from "../../../../src/federation/kubefed-types.ts";
import type { HostFacts } from "../../../../src/federation/unjoin/host-facts.ts";
import type { MemberFacts } from "../../../../src/federation/unjoin/member-facts.ts";
import type { JoinRecord, UnjoinOptions } from "../../../../src/federation/unjoin/options.ts";
import { planUnjoin, type UnjoinPlan } from "../../../../src/federation/unjoin/plan.ts";
import type { Found } from "../../../../src/federation/unjoin/workloads.ts";
import type { ResourceType } from "../../../../src/kube/kube-api.ts";
import type { Namespace, Secret } from "../../../../src/kube/objects.ts";

const kubefedNamespace = "kube-federation-system";
const labels = { "app.kubernetes.io/managed-by": "fedctl" };
const server = "https://vulcan:6443";

const options: UnjoinOptions = {
  clusterName: "vulcan",
  kubefedNamespace,
  dryRun: false,
  force: false,
  unreachable: "fail",
  workloads: "keep",
  ignoreNotFound: false,
  timeoutMs: 60_000,
};

const registration: KubeFedCluster = {
  metadata: { name: "vulcan", namespace: kubefedNamespace, uid: "k1" },
  spec: { apiEndpoint: server, secretRef: { name: "vulcan-x7k2p" } },
};

function secret(data: Record<string, string>, more: Secret["metadata"] = {}): Secret {
  return { metadata: { name: "vulcan-x7k2p", namespace: kubefedNamespace, uid: "c1", ...more }, data };
}

const credential = (of: Secret, usedBy?: string) => ({ secret: of, usedBy });

interface Host extends Partial<Omit<HostFacts, "record">> {
  readonly record?: Partial<JoinRecord>;
}

/** A host to which a cluster is joined. */
function host({ record, ...more }: Host = {}): HostFacts {
  return {
    record: {
      clusterName: "vulcan",
      hostId: "b6a6f4b4-0001",
      hostNamespaceUid: "n-host",
      scope: "Cluster",
      names: memberNames(options, "earth"),
      isNoted: true,
      namespaceNote: "created",
      apiEndpoint: server,
      ...record,
    },
    registration,
    joined: ["mars", "vulcan"],
    credentials: [credential(secret({ token: "dG9rZW4=" }))],
    ...more,
  };
}

const unknown: Partial<JoinRecord> = { isNoted: false, namespaceNote: undefined, apiEndpoint: undefined };
const notRegistered: Host = { record: unknown, registration: undefined, credentials: [], joined: ["mars"] };

const found = (type: ResourceType, name: string): Found => ({ type, object: { metadata: { name, uid: `u-${name}` } } });
const namespace = (more: Namespace["metadata"] = {}): Namespace => ({
  metadata: { name: kubefedNamespace, uid: "n-member", labels, ...more },
});

/** A cluster with all that a join made. */
function member(more: Partial<MemberFacts> = {}): MemberFacts {
  return {
    server,
    namespace: namespace(),
    found: [
      found(clusterRoleBindingType, "kubefed-controller-manager:vulcan-earth"),
      found(clusterRoleType, "kubefed-controller-manager:vulcan-earth"),
      found(serviceAccountType, "vulcan-earth"),
      found(secretType, "vulcan-earth"),
    ],
    unseen: [],
    others: [],
    unreadable: [],
    workloads: { items: [], unreadable: [] },
    residents: new Map(),
    otherJoins: [],
    ...more,
  };
}

const plan = (of: HostFacts, reached: MemberFacts | undefined, more: Partial<UnjoinOptions> = {}): UnjoinPlan =>
  planUnjoin(of, reached, { options: { ...options, ...more }, hostContext: "earth" });

test("removes what the join made: the member's first, the registration last", () => {
  const made = plan(host(), member());
  expect(made.member.map(({ cluster, action, type }) => `${cluster} ${action} ${type.kind}`)).toEqual([
    "vulcan delete ClusterRoleBinding",
    "vulcan delete ClusterRole",
    "vulcan delete ServiceAccount",
    "vulcan delete Secret",
  ]);
  expect(made.namespace).toMatchObject({ cluster: "vulcan", action: "delete" });
  expect(made.host.map(({ cluster, action, type }) => `${cluster} ${action} ${type.kind}`)).toEqual([
    "earth delete Secret",
    "earth delete KubeFedCluster",
  ]);
});

describe("the namespace of the member", () => {
  const others = [
    { apiVersion: "v1", kind: "ConfigMap", namespace: kubefedNamespace, name: "mine" },
    { apiVersion: "v1", kind: "Secret", namespace: kubefedNamespace, name: "mine" },
  ];

  interface Case {
    readonly ofHost?: Host;
    readonly ofMember?: Partial<MemberFacts>;
    readonly reason: string;
  }

  test.each<[string, Case]>([
    [
      "is the host's (B-UJ3)",
      { ofMember: { namespace: namespace({ uid: "n-host" }) }, reason: "it is the host's own" },
    ],
    [
      "was there before",
      {
        ofHost: { record: { namespaceNote: "existing" } },
        reason: "it was there before the join",
      },
    ],
    [
      "holds something else (B-UJ1)",
      { ofMember: { others: others.slice(0, 1) }, reason: 'holds ConfigMap "mine", which this join did not make' },
    ],
    [
      "holds several things",
      { ofMember: { others }, reason: 'holds ConfigMap "mine" and 1 more, which this join did not make' },
    ],
    [
      "cannot be called empty",
      {
        ofMember: { unreadable: ["certificates.example.com", "widgets.example.com"] },
        reason: "could not look at certificates.example.com, widgets.example.com in it",
      },
    ],
    [
      "is anybody's, after a join that got no further",
      {
        ofHost: notRegistered,
        ofMember: { namespace: namespace({ labels: {} }) },
        reason: "nothing tells that a join made it",
      },
    ],
  ])("stays where it %s", (_what, { ofHost, ofMember, reason }) => {
    expect(plan(host(ofHost), member(ofMember)).namespace).toMatchObject({ action: "keep", reason });
  });

  test("goes where kubefedctl joined the cluster, when it holds nothing else", () => {
    const byKubefedctl = host({ record: { isNoted: false, namespaceNote: undefined } });
    expect(plan(byKubefedctl, member({ namespace: namespace({ labels: {} }) })).namespace?.action).toBe("delete");
  });

  test("may be gone already (B-UJ5)", () => {
    const made = plan(host(), member({ namespace: undefined, found: [] }));
    expect(made.namespace).toBeUndefined();
    expect(made.host).toHaveLength(2);
  });
});

describe("the credential", () => {
  test("of somebody who has other keys in it loses the token alone (B-JN11)", () => {
    const [step] = plan(host({ credentials: [credential(secret({ token: "dA==", user: "bWU=" }))] }), member()).host;
    expect(step).toMatchObject({
      action: "update",
      object: { data: { user: "bWU=" } },
      reason: "holds other keys: user",
    });
    expect(step?.object).not.toHaveProperty(["data", "token"]);
  });

  test("that another cluster uses stays", () => {
    const [step] = plan(host({ credentials: [credential(secret({ token: "dA==" }), "mars")] }), member()).host;
    expect(step).toMatchObject({ action: "keep", reason: 'cluster "mars" has it as its credential too' });
  });

  test("may be gone already", () => {
    const steps = plan(host({ credentials: [] }), member()).host;
    expect(steps.map(({ type }) => type.kind)).toEqual(["KubeFedCluster"]);
  });

  test("that a half-done join left goes without a registration", () => {
    const halfDone = host({ ...notRegistered, credentials: [credential(secret({}, { labels }))] });
    expect(plan(halfDone, member({ found: [], namespace: undefined })).host).toMatchObject([{ action: "delete" }]);
  });
});

describe("a cluster that is not joined", () => {
  const nothing = member({ found: [], namespace: undefined });

  test("is an error that names those that are (B-UJ2)", () => {
    expect(() => plan(host(notRegistered), nothing)).toThrow(
      expect.objectContaining({
        code: "ClusterNotJoined",
        exitCode: 7,
        message:
          'cluster "vulcan" is not joined to host cluster "earth", and no trace of a join was found; joined are: mars',
      }),
    );
    expect(() => plan(host({ ...notRegistered, joined: [] }), nothing)).toThrow(/; no cluster is$/);
  });

  test("is fine with --ignore-not-found", () => {
    const made = plan(host(notRegistered), nothing, { ignoreNotFound: true });
    expect(made).toEqual({ member: [], workloads: [], containers: [], namespace: undefined, host: [] });
  });

  test("is not touched for a namespace that somebody made", () => {
    const somebodys = member({ found: [], namespace: namespace({ labels: {} }) });
    expect(() => plan(host(notRegistered), somebodys)).toThrow(/is not joined/);
    expect(plan(host(notRegistered), somebodys, { ignoreNotFound: true }).namespace).toBeUndefined();
  });

  test("may have an empty namespace of a join that was stopped early", () => {
    expect(plan(host(notRegistered), member({ found: [] })).namespace?.action).toBe("delete");
  });

  test("may have all that a join made in it (B-UJ6)", () => {
    const made = plan(host(notRegistered), member());
    expect([made.member.length, made.namespace?.action, made.host.length]).toEqual([4, "delete", 0]);
  });
});

describe("another cluster than the one that was joined", () => {
  const other = member({ server: "https://mars:6443", found: [] });

  test("is refused (B-UJ4)", () => {
    expect(() => plan(host(), other)).toThrow(
      expect.objectContaining({
        code: "ObjectConflict",
        exitCode: 7,
        message: expect.stringContaining(server) as string,
      }),
    );
  });

  test("is not asked about with --force, nor when it holds the join after all", () => {
    expect(plan(host(), other, { force: true }).host).toHaveLength(2);
    expect(plan(host(), member({ server: "https://10.0.0.1:6443" })).host).toHaveLength(2);
  });

  test("is none for being written otherwise", () => {
    expect(plan(host(), member({ server: "https://VULCAN:6443", found: [] })).host).toHaveLength(2);
  });
});

test("leaves a cluster alone that was not reached", () => {
  const made = plan(host(), undefined, { force: true });
  expect([made.member, made.namespace, made.host.length]).toEqual([[], undefined, 2]);
});
