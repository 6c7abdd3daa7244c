import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClusterSet, startClusters } from "../cluster/start.ts";
import { rawCreate } from "../cluster/raw-client.ts";
import { testClusters, type TestHome } from "../support/clusters.ts";
import { adminEntry } from "../cluster/kubeconfig-file.ts";
import { runFedctl } from "../support/fedctl.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const example = /```console\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
const commands = example.trim().split("\n");

let set: ClusterSet;
let home: TestHome;

beforeAll(async () => {
  // Names as in the README, so clusters that no other test installs KubeFed into.
  set = await startClusters(["earth", "vulcan"]);
  home = await testClusters().createHome(set.clusters.map(adminEntry));
  const earth = set.cluster("earth");
  await rawCreate(earth, "/api/v1/namespaces", { metadata: { name: "demo" } });
  await rawCreate(earth, "/api/v1/namespaces/demo/configmaps", { metadata: { name: "settings" }, data: { a: "1" } });
  const labels = { app: "shop" };
  const template = { metadata: { labels }, spec: { containers: [{ name: "shop", image: "shop" }] } };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  await rawCreate(earth, "/apis/apps/v1/namespaces/demo/deployments", { metadata: { name: "shop" }, spec });
});
afterAll(() => set.stop());

test("the README has examples", () => {
  expect(commands.length).toBeGreaterThan(5);
});

describe("the README's examples work as they stand, one after the other", () => {
  test.each(commands)("%s", async (command) => {
    const [program, ...args] = command.split(" ");
    expect(program).toBe("fedctl");
    const result = await runFedctl(args, { env: home.env });
    expect(result.stderr).not.toMatch(/^error:/m);
    expect(result.code).toBe(0);
    expect(result.stdout).not.toBe("");
  });
});
