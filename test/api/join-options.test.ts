import { describe, expect, test } from "vitest";
import type { KubeFedCluster } from "../../src/federation/kubefed-types.ts";
import { rawCreate, rawPatch } from "../cluster/raw-client.ts";
import { askVulcan, registrationOf, registrationPath, secretsPath } from "../support/cluster-pair.ts";
import type { Federation, Told } from "../support/federation.ts";
import { clearedPairForFile } from "../support/file-clusters.ts";

const pair = clearedPairForFile();

const again = { errorOnExisting: false };
const changesOf = ({ changes }: Told): string[] => changes.filter((change) => !change.startsWith("keep "));

describe("--label", () => {
  test("is put on the KubeFedCluster beside those it has, and not twice", async () => {
    const federation = await pair.openFederation();
    await federation.join("vulcan", { labels: { region: "eu-west", "example.com/tier": "" } });
    const path = registrationPath(federation.namespace, "vulcan");
    await rawPatch(pair.earth, path, { metadata: { labels: { mine: "too" } } });
    const same = await federation.join("vulcan", { ...again, labels: { region: "eu-west" } });
    expect(changesOf(same)).toEqual([]);
    const other = await federation.join("vulcan", { ...again, labels: { region: "us-east" } });
    expect(changesOf(other)).toEqual(["update KubeFedCluster vulcan"]);
    const { metadata } = await registrationOf(pair, federation, "vulcan");
    expect(metadata?.labels).toEqual({ region: "us-east", "example.com/tier": "", mine: "too" });
  });

  test("that is none is refused before anything is read", async () => {
    const federation = await pair.openFederation();
    const { error } = await federation.join("pluto", { labels: { "a b": "c" } });
    expect(error).toMatchObject({ code: "InvalidName", exitCode: 2 });
  });
});

describe("--rbac=minimal", () => {
  async function enable({ namespace }: Federation, pluralName: string, kind: string): Promise<void> {
    const targetType = { version: "v1", kind, pluralName, scope: "Namespaced" };
    const federatedType = {
      group: "types.kubefed.io",
      version: "v1beta1",
      kind: `Federated${kind}`,
      pluralName: `federated${pluralName}`,
      scope: "Namespaced",
    };
    await rawCreate(pair.earth, `/apis/core.kubefed.io/v1beta1/namespaces/${namespace}/federatedtypeconfigs`, {
      apiVersion: "core.kubefed.io/v1beta1",
      kind: "FederatedTypeConfig",
      metadata: { name: pluralName },
      spec: { targetType, federatedType, propagation: "Enabled" },
    });
  }
  const paths = (kind: string): string => `/api/v1/namespaces/default/${kind}`;

  test("grants what the enabled types need, and follows them (B-JN4)", async () => {
    const federation = await pair.openFederation();
    await enable(federation, "configmaps", "ConfigMap");
    const { error, warnings } = await federation.join("vulcan", { rbac: "minimal" });
    expect(error).toBeUndefined();
    expect(warnings.map(({ code }) => code)).toEqual(["LoopbackEndpoint", "MinimalRbac"]);
    expect(warnings[1]?.message).toContain("fedctl join vulcan --rbac=minimal --error-on-existing=false");
    const ask = (path: string) => askVulcan(pair, federation, path);
    await expect.poll(() => ask(paths("configmaps")), { timeout: 10_000 }).toBe(200);
    expect(await Promise.all([ask("/healthz"), ask("/version"), ask("/api/v1/nodes"), ask("/apis")])).toEqual(
      Array(4).fill(200),
    );
    expect(await Promise.all([ask(secretsPath("kube-system")), ask("/metrics")])).toEqual([403, 403]);

    await enable(federation, "secrets", "Secret");
    // Nothing is said of permissions, so they stay minimal.
    const widened = await federation.join("vulcan", again);
    expect(changesOf(widened)).toEqual(["update ClusterRole kubefed-controller-manager:vulcan-earth"]);
    await expect.poll(() => ask(secretsPath("kube-system")), { timeout: 10_000 }).toBe(200);
    expect(await ask(paths("pods"))).toBe(403);
  });

  test("becomes full and minimal again on demand", async () => {
    const federation = await pair.openFederation();
    const ask = () => askVulcan(pair, federation, secretsPath("kube-system"));
    await federation.join("vulcan");
    await expect.poll(ask, { timeout: 10_000 }).toBe(200);
    const narrowed = ["update ClusterRole kubefed-controller-manager:vulcan-earth", "update KubeFedCluster vulcan"];
    expect(changesOf(await federation.join("vulcan", { ...again, rbac: "minimal" }))).toEqual(narrowed);
    await expect.poll(ask, { timeout: 10_000 }).toBe(403);
    expect(changesOf(await federation.join("vulcan", { ...again, rbac: "full" }))).toEqual(narrowed);
    await expect.poll(ask, { timeout: 10_000 }).toBe(200);
    const { metadata } = await registrationOf(pair, federation, "vulcan");
    expect(metadata?.annotations).not.toHaveProperty(["fedctl.io/rbac"]);
  });

  test("of a namespaced control plane ends at its namespace", async () => {
    const federation = await pair.openFederation({ scope: "Namespaced" });
    await enable(federation, "secrets", "Secret");
    expect((await federation.join("vulcan", { rbac: "minimal" })).error).toBeUndefined();
    const ask = (path: string) => askVulcan(pair, federation, path);
    await expect.poll(() => ask(secretsPath(federation.namespace)), { timeout: 10_000 }).toBe(200);
    const configMaps = `/api/v1/namespaces/${federation.namespace}/configmaps`;
    expect(await Promise.all([ask(secretsPath("default")), ask(configMaps), ask("/healthz")])).toEqual([403, 403, 200]);
  });
});

describe("--wait", () => {
  type Condition = Readonly<Record<string, string>>;
  /** What a controller would note. */
  async function note({ namespace }: Federation, name: string, ...conditions: Condition[]): Promise<void> {
    const lastProbeTime = new Date(Date.now() + probes++ * 1000).toISOString();
    const status = { conditions: conditions.map((condition) => ({ lastProbeTime, ...condition })) };
    await rawPatch<KubeFedCluster>(pair.earth, `${registrationPath(namespace, name)}/status`, { status });
  }
  let probes = 0;
  const ready = { type: "Ready", status: "True", reason: "ClusterReady", message: "/healthz responded with ok" };
  const offline = {
    type: "Offline",
    status: "True",
    reason: "ClusterNotReachable",
    message: "cluster is not reachable",
  };

  test("ends in time when no controller looks", async () => {
    const federation = await pair.openFederation();
    const { error, changes } = await federation.join("vulcan", { waitMs: 300 });
    expect(changes).toContain("create KubeFedCluster vulcan");
    expect(error).toMatchObject({
      code: "TimedOut",
      exitCode: 5,
      message: 'cluster "vulcan" is joined, but not ready after 0.3 s: no controller has looked at it',
      hint: expect.stringMatching(
        /get deployments; to wait again: fedctl join vulcan --error-on-existing=false --wait --timeout 300ms/,
      ) as string,
    });
  });

  test("ends when a controller calls the cluster ready, and tells what it says otherwise", async () => {
    const federation = await pair.openFederation();
    await federation.join("vulcan");
    await note(federation, "vulcan", offline);
    const { error } = await federation.join("vulcan", { ...again, waitMs: 1_000 });
    expect(error).toMatchObject({
      exitCode: 5,
      message:
        'cluster "vulcan" is joined, but not ready after 1 s: Offline=True, ClusterNotReachable: cluster is not reachable',
    });
    const waiting = federation.join("vulcan", { ...again, waitMs: 60_000 });
    await note(federation, "vulcan", ready);
    expect((await waiting).error).toBeUndefined();
  });

  test("believes no verdict on what was registered before", async () => {
    const federation = await pair.openFederation();
    await federation.join("vulcan");
    await note(federation, "vulcan", ready);
    const apiEndpoint = pair.vulcan.server.replace("127.0.0.1", "localhost");
    const changed = await federation.join("vulcan", { ...again, apiEndpoint, waitMs: 500 });
    expect(changed.error).toMatchObject({ code: "TimedOut", exitCode: 5 });
    const waiting = federation.join("vulcan", { ...again, apiEndpoint: pair.vulcan.server, waitMs: 60_000 });
    const isChanged = async () => (await registrationOf(pair, federation, "vulcan")).spec.apiEndpoint;
    await expect.poll(isChanged, { timeout: 20_000 }).toBe(pair.vulcan.server);
    await note(federation, "vulcan", ready);
    expect((await waiting).error).toBeUndefined();
  });

  test("tells that the cluster was removed meanwhile", async () => {
    const federation = await pair.openFederation();
    await federation.join("vulcan");
    const waiting = federation.join("vulcan", { ...again, waitMs: 60_000 });
    await federation.unjoin("vulcan");
    const { error } = await waiting;
    expect(error).toMatchObject({ code: expect.stringMatching(/ClusterNotJoined|ServerNotFound/) as string });
  });
});
