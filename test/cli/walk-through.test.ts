import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tokenEntry } from "../cluster/kubeconfig-file.ts";
import { rawCreate, rawDelete, rawGet, rawList, rawRequest } from "../cluster/raw-client.ts";
import { testClusters, type TestHome, uniqueName } from "../support/clusters.ts";
import { refuseFederatedConfigMap } from "../support/obstacles.ts";
import { type CliResult, parseResult, runFedctl } from "../support/fedctl.ts";

const clusters = testClusters();
const { earth, vulcan } = clusters;
const kubefedNamespace = uniqueName("walk");
const demo = uniqueName("shop");
const onHost = ["--host-cluster-context", "earth", "--kubefed-namespace", kubefedNamespace];

let home: TestHome;
const fedctl = (...args: readonly string[]): Promise<CliResult> => runFedctl(args, { env: home.env });

/** Rows of a table without its header, cells by two and more blanks. */
const rows = (table: string): string[][] =>
  table
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(/ {2,}/));

beforeAll(async () => {
  home = await clusters.createHome();
  await rawCreate(earth, "/api/v1/namespaces", { metadata: { name: demo } });
  await rawCreate(earth, `/api/v1/namespaces/${demo}/configmaps`, { metadata: { name: "settings" }, data: { a: "1" } });
});

afterAll(async () => {
  await rawRequest(earth, { method: "DELETE", path: `/api/v1/namespaces/${demo}` });
});

describe("from two clusters to a federation and back", () => {
  test("install says what it made, and twice nothing", async () => {
    const first = await fedctl("install", ...onHost);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toMatch(/kubefedconfig\.core\.kubefed\.io\/kubefed +created\n/);
    const second = parseResult(await fedctl("install", ...onHost, "--json"));
    expect(second).toMatchObject({ apiVersion: "fedctl/v1", kind: "InstallResult", status: "Succeeded", error: null });
    const actions = (second["changes"] as { action: string }[]).map(({ action }) => action);
    expect(new Set(actions)).toStrictEqual(new Set(["keep"]));
  });

  test("get clusters of an empty federation is a header alone", async () => {
    expect(await fedctl("get", "clusters", ...onHost)).toStrictEqual({
      stdout: "NAME   AGE   READY   VERSION   ENDPOINT\n",
      stderr: "",
      code: 0,
    });
  });

  test("join --dry-run tells the plan and writes nothing", async () => {
    const result = await fedctl("join", "vulcan", ...onHost, "--dry-run");
    expect(result.code).toBe(0);
    expect(rows(result.stdout).some((row) => row.includes("would be created"))).toBe(true);
    expect(result.stdout.endsWith("dry run: nothing was written\n")).toBe(true);
    expect(await rawGet(vulcan, `/api/v1/namespaces/${kubefedNamespace}`)).toBeUndefined();
  });

  test("join registers the cluster; get clusters shows it", async () => {
    const result = await fedctl("join", "vulcan", ...onHost);
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(
      /^warning: the endpoint https:\/\/127\.0\.0\.1:\d+ of cluster "vulcan" is a loopback/,
    );
    const shown = await fedctl("get", "clusters", ...onHost);
    expect(rows(shown.stdout).map(([name, , ready, , endpoint]) => [name, ready, endpoint])).toStrictEqual([
      ["vulcan", "Unknown", vulcan.server],
    ]);
  });

  test("a second join is refused, in one line and a hint", async () => {
    const result = await fedctl("join", "vulcan", ...onHost);
    expect(result).toMatchObject({ code: 7, stdout: "" });
    expect(result.stderr).toMatch(
      /^error: cluster "vulcan" is joined to host cluster "earth" already\nhint: .*--error-on-existing=false\n$/,
    );
  });

  test("enable -o yaml prints two documents and writes nothing", async () => {
    const result = await fedctl("enable", "leases", ...onHost, "-o", "yaml");
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout.match(/^---$/gm)).toHaveLength(2);
    const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/federatedleases.types.kubefed.io";
    expect(await rawGet(earth, path)).toBeUndefined();
  });

  test("federate a namespace with its contents; again it is unchanged", async () => {
    const args = ["federate", "namespace", demo, ...onHost, "--contents", "--enable-type"];
    const first = await fedctl(...args);
    expect(first.code).toBe(0);
    expect(rows(first.stdout).map((row) => row.slice(2))).toStrictEqual([
      [`federatednamespace.types.kubefed.io/${demo}`, "created"],
      ["federatedconfigmap.types.kubefed.io/settings", "created"],
    ]);
    const federated = await rawGet(
      earth,
      `/apis/types.kubefed.io/v1beta1/namespaces/${demo}/federatedconfigmaps/settings`,
    );
    expect(federated?.["spec"]).toStrictEqual({
      placement: { clusterSelector: { matchLabels: {} } },
      template: { data: { a: "1" } },
    });
    const second = await fedctl(...args);
    expect(rows(second.stdout).map((row) => row.at(-1))).toStrictEqual(["unchanged", "unchanged"]);
  });

  test("federate tells what it took and left out also when some of it could not be written", async () => {
    const allow = await refuseFederatedConfigMap(earth, "refused");
    await rawCreate(earth, `/api/v1/namespaces/${demo}/configmaps`, { metadata: { name: "refused" } });
    const args = ["federate", "namespace", demo, "--contents", ...onHost];
    const text = await fedctl(...args);
    const json = await fedctl(...args, "--json");
    await allow();
    await rawDelete(earth, `/api/v1/namespaces/${demo}/configmaps/refused`);
    expect([text.code, json.code]).toEqual([4, 4]);
    expect(text.stderr).toMatch(/^configmaps +refused +yes$/m);
    expect(text.stderr).toMatch(
      /^error: 1 of 3 federated objects were not written: .*refused is refused\nhint: .+\n$/m,
    );
    expect(text.stdout).toMatch(/federatedconfigmap\S*\/refused +failed/i);
    expect(parseResult(json)).toMatchObject({ status: "PartlyFailed", error: { code: "PartlyFailed" } });
    expect(parseResult(json)["taken"]).toContainEqual({ type: "configmaps", namespace: demo, name: "refused" });
  });

  test("orphaning-deletion prints kubefedctl's words, a table for several, and the changes", async () => {
    const one = ["federatedconfigmaps", "settings", "-n", demo, ...onHost];
    expect(await fedctl("orphaning-deletion", "status", ...one)).toStrictEqual({
      stdout: "Disabled\n",
      stderr: "",
      code: 0,
    });
    const planned = await fedctl("orphaning-deletion", "enable", ...one, "--dry-run");
    expect(planned.stdout).toMatch(/settings +would be updated\ndry run: nothing was written\n$/);
    const enabled = await fedctl("orphaning-deletion", "enable", ...one);
    expect(enabled).toMatchObject({ code: 0, stderr: "" });
    expect(rows(enabled.stdout)).toStrictEqual([
      ["earth", demo, "federatedconfigmap.types.kubefed.io/settings", "updated"],
    ]);
    expect((await fedctl("orphaning-deletion", "status", ...one)).stdout).toBe("Enabled\n");
    const all = ["federatedconfigmaps", "--all", "-n", demo, ...onHost];
    expect(rows((await fedctl("orphaning", "status", ...all)).stdout)).toStrictEqual([[demo, "settings", "Enabled"]]);
    const disabled = parseResult(await fedctl("orphaning-deletion", "disable", ...one, "--json"));
    expect(disabled).toMatchObject({
      kind: "OrphaningDeletionResult",
      status: "Succeeded",
      changes: [{ action: "update", outcome: "done", object: { name: "settings" } }],
      objects: [{ namespace: demo, name: "settings", orphaning: "Disabled" }],
    });
  });

  test("uninstall is refused while a cluster is joined", async () => {
    const result = await fedctl("uninstall", ...onHost);
    expect(result.code).toBe(7);
    expect(result.stderr).toMatch(/^error: .*vulcan.*\nhint: .*fedctl unjoin vulcan.*\n$/);
  });

  test("unjoin leaves nothing of the join", async () => {
    const result = await fedctl("unjoin", "vulcan", ...onHost);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(await rawGet(vulcan, `/api/v1/namespaces/${kubefedNamespace}`)).toBeUndefined();
    const roles = await rawList<{ metadata: { name: string } }>(
      vulcan,
      "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    );
    expect(roles.filter(({ metadata }) => metadata.name.includes(kubefedNamespace))).toStrictEqual([]);
    const path = `/apis/core.kubefed.io/v1beta1/namespaces/${kubefedNamespace}/kubefedclusters`;
    expect(await rawList(earth, path)).toStrictEqual([]);
  });

  test("unjoin of what is not joined says what is, with --ignore-not-found it is done", async () => {
    const result = await fedctl("unjoin", "vulcan", ...onHost);
    expect(result).toMatchObject({ code: 7, stdout: "" });
    expect(result.stderr).toContain('cluster "vulcan" is not joined to host cluster "earth"');
    expect(await fedctl("unjoin", "vulcan", ...onHost, "--ignore-not-found")).toMatchObject({ code: 0, stderr: "" });
  });

  test("uninstall refuses to take federated objects along, unless it is told to", async () => {
    const refused = await fedctl("uninstall", ...onHost);
    expect(refused).toMatchObject({ code: 7, stdout: "" });
    expect(refused.stderr).toMatch(/^error: .*FederatedConfigMap.*\nhint: .*--instances delete.*\n$/);
    expect(await fedctl("uninstall", ...onHost, "--instances=delete")).toMatchObject({ code: 0, stderr: "" });
    const crds = await rawList<{ metadata: { name: string } }>(
      earth,
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    );
    expect(crds.filter(({ metadata }) => metadata.name.endsWith(".kubefed.io"))).toStrictEqual([]);
    expect(await rawGet(earth, `/api/v1/namespaces/${demo}/configmaps/settings`)).toBeDefined();
  });
});

test("no output holds a token, a key or a certificate, at any verbosity", async () => {
  const { env } = await clusters.createHome([
    tokenEntry(earth, earth.adminToken),
    tokenEntry(vulcan, vulcan.adminToken),
  ]);
  const namespace = uniqueName("quiet");
  const args = ["--kubefed-namespace", namespace, "--host-cluster-context", "earth", "-v", "9"];
  const install = await runFedctl(["install", ...args], { env });
  const join = await runFedctl(["join", "vulcan", ...args, "--json"], { env });
  const unjoin = await runFedctl(["unjoin", "vulcan", ...args, "--json"], { env });
  const uninstall = await runFedctl(["uninstall", ...args], { env });
  expect([install.code, join.code, unjoin.code, uninstall.code]).toStrictEqual([0, 0, 0, 0]);
  const said = [install, join, unjoin, uninstall].map(({ stdout, stderr }) => stdout + stderr).join("");
  expect(said).toMatch(/^POST https:\/\/.* 201 \d+ ms$/m);
  for (const secret of [
    earth.adminToken,
    vulcan.adminToken,
    "BEGIN CERTIFICATE",
    "LS0tLS1CRUdJTi",
    "eyJhbGciOi",
    "ZXlKaGJHY2lPaU",
  ]) {
    expect(said).not.toContain(secret);
  }
});
