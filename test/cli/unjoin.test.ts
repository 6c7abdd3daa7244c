import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adminEntry, writeKubeconfig } from "../cluster/kubeconfig-file.ts";
import { withFreePorts } from "../cluster/ports.ts";
import { rawDelete, rawGet } from "../cluster/raw-client.ts";
import { type ClusterSet, startClusters } from "../cluster/start.ts";
import { testClusters, type TestHome } from "../support/clusters.ts";
import { type CliResult, parseResult, runFedctl } from "../support/fedctl.ts";

let set: ClusterSet;
let home: TestHome;
const onHost = ["--host-cluster-context", "earth"];
const kubefedNamespace = "kube-federation-system";
const fedctl = (...args: readonly string[]): Promise<CliResult> => runFedctl([...args, ...onHost], { env: home.env });

beforeAll(async () => {
  // All there is on a cluster counts, so clusters that no other test writes to.
  set = await startClusters(["earth", "vulcan"]);
  home = await testClusters().createHome(set.clusters.map(adminEntry));
  expect((await fedctl("install")).code).toBe(0);
});
afterAll(() => set.stop());

/** A kubeconfig in which vulcan is where nobody listens. */
async function withoutVulcan(): Promise<string> {
  const path = join(home.folder, "unreachable");
  await withFreePorts({ count: 1, isClash: () => false }, async ([port = 0]) => {
    const vulcan = { ...adminEntry(set.cluster("vulcan").details), server: `https://127.0.0.1:${port}` };
    await writeKubeconfig(path, [adminEntry(set.cluster("earth").details), vulcan]);
  });
  return path;
}

describe("an unjoin that cannot reach the cluster", () => {
  test("writes a file for its owner alone, which finishes it and is gone then", async () => {
    expect((await fedctl("join", "vulcan")).code).toBe(0);
    const kubeconfig = ["--kubeconfig", await withoutVulcan()];
    const file = join(home.folder, "later.yaml");
    await writeFile(file, "of another unjoin\n");
    const refused = await fedctl("unjoin", "vulcan", "--unreachable=skip", "--resume-file", file, ...kubeconfig);
    expect(refused).toMatchObject({ code: 7, stdout: "" });
    expect(await readFile(file, "utf8")).toBe("of another unjoin\n");
    const path = `${file}.2`;
    const skipped = await fedctl("unjoin", "vulcan", "--unreachable=skip", "--resume-file", path, ...kubeconfig);
    expect(skipped.code).toBe(6);
    expect(skipped.stderr).toContain(`hint: when it can be reached again, run: fedctl unjoin --resume ${path}\n`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const text = await readFile(path, "utf8");
    expect(text).toContain(
      "#   kubectl --context vulcan delete --ignore-not-found clusterrolebinding,clusterrole kubefed-controller-manager:vulcan-earth ",
    );
    expect(text).toMatch(/^kind: UnfinishedUnjoin$/m);
    expect(text).not.toMatch(/eyJ|BEGIN|LS0t/);
    const resumed = await fedctl("unjoin", "--resume", path, "--json");
    expect(parseResult(resumed)).toMatchObject({ kind: "UnjoinResult", status: "Succeeded", error: null });
    await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
    expect(await rawGet(set.cluster("vulcan").details, `/api/v1/namespaces/${kubefedNamespace}`)).toBeUndefined();
    const again = await fedctl("unjoin", "--resume", path);
    expect(again.stderr).toContain(`cannot read ${path}`);
  });

  test("names the file after the cluster where no path is given", async () => {
    expect((await fedctl("join", "vulcan")).code).toBe(0);
    const skipped = await fedctl("unjoin", "vulcan", "--force", "--kubeconfig", await withoutVulcan());
    expect(skipped.code).toBe(6);
    expect(skipped.stderr).toContain("fedctl unjoin --resume fedctl-unjoin-vulcan.yaml");
    expect((await fedctl("unjoin", "vulcan")).code).toBe(0);
  });
});

test("several clusters are unjoined; one that cannot be makes it exit 4, and says why", async () => {
  expect((await fedctl("join", "vulcan")).code).toBe(0);
  const result = await fedctl("unjoin", "mars", "vulcan", "--json");
  expect(result.code).toBe(4);
  expect(parseResult(result)).toMatchObject({
    status: "PartlyFailed",
    clusters: [
      { name: "mars", error: { code: "ClusterNotJoined", exitCode: 7 } },
      { name: "vulcan", reached: true },
    ],
    error: { code: "PartlyFailed", message: "1 of 2 unjoins failed: mars" },
  });
  const rest = parseResult(await fedctl("get", "clusters", "--json"));
  expect(rest["clusters"]).toEqual([]);
});

test("unjoin wants a name, or a file, but not both", async () => {
  expect(await fedctl("unjoin")).toMatchObject({ code: 2, stdout: "" });
  expect(await fedctl("unjoin", "vulcan", "--resume", "x.yaml")).toMatchObject({ code: 2, stdout: "" });
  expect(await fedctl("unjoin", "a", "b", "--resume-file", "x.yaml")).toMatchObject({ code: 2, stdout: "" });
});

test("a file that no unjoin wrote is refused", async () => {
  const path = join(home.folder, "other.yaml");
  await writeFile(path, "kind: Deployment\napiVersion: apps/v1\n");
  const result = await fedctl("unjoin", "--resume", path);
  expect(result).toMatchObject({ code: 2, stdout: "" });
  expect(result.stderr).toMatch(/^error: cannot resume from .*other\.yaml: no UnfinishedUnjoin of fedctl\/v1\nhint: /);
});

test("gc exits 3 with a plan, removes with --yes, and finds nothing then", async () => {
  expect((await fedctl("join", "vulcan")).code).toBe(0);
  const registration = `/apis/core.kubefed.io/v1beta1/namespaces/${kubefedNamespace}/kubefedclusters/vulcan`;
  await rawDelete(set.cluster("earth").details, registration);
  const planned = await fedctl("gc");
  expect(planned.code).toBe(3);
  expect(planned.stdout).toMatch(/vulcan +kube-federation-system +serviceaccount\/vulcan-earth +would be deleted \(/);
  expect(planned.stderr).toMatch(
    /^error: 6 objects to remove .*\nhint: .*fedctl gc --yes --host-cluster-context earth\n$/,
  );
  const removed = parseResult(await fedctl("gc", "--yes", "--json"));
  expect(removed).toMatchObject({ kind: "GcResult", status: "Succeeded", error: null });
  expect(removed["changes"]).toHaveLength(6);
  expect(await fedctl("gc")).toMatchObject({ code: 0, stderr: "" });
});
