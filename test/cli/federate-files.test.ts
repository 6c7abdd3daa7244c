import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseResult, runFedctl } from "../support/fedctl.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fedctl-files-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** Where a kubeconfig would be read it would be an error, and there is no server. */
const env = { KUBECONFIG: "/nonexistent" };
const settings = `# licence
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata: { name: settings, annotations: { note: hunter2 } }
    data: { number: "1_000", mode: "0644" }
---
# nothing
---
apiVersion: x.example/v1
kind: Thing
metadata: { name: big, namespace: demo }
spec: { id: 9007199254740993, on: 0644 }
`;
const thing = `---
apiVersion: types.kubefed.io/v1beta1
kind: FederatedThing
metadata:
  name: big
  namespace: demo
spec:
  placement:
    clusterSelector:
      matchLabels: {}
  template:
    spec:
      id: 9007199254740993
      'true': 420
`;

test("manifests are printed as federated objects, with no kubeconfig at all (B-FD9)", async () => {
  const result = await runFedctl(["federate", "-f", await file("settings.yaml", settings)], { env });
  expect(result.stdout).toBe(
    `---
apiVersion: types.kubefed.io/v1beta1
kind: FederatedConfigMap
metadata:
  name: settings
spec:
  placement:
    clusterSelector:
      matchLabels: {}
  template:
    data:
      mode: '0644'
      number: '1_000'
${thing}`,
  );
  expect(result.stderr).toBe('warning: a template holds no annotations; dropped those of ConfigMap "settings": note\n');
  expect(result.code).toBe(0);
});

test("several files, one of them standard input, keep their order; -n, --clusters and --json apply", async () => {
  const path = await file(
    "two.json",
    '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}{"apiVersion":"v1","kind":"Secret","metadata":{"name":"b"}}',
  );
  const args = ["federate", "-f", path, "-f", "-", "-n", "demo", "--clusters", "earth,vulcan", "--json"];
  const result = await runFedctl(args, { env, stdin: settings });
  const document = parseResult(result);
  expect(document).toMatchObject({ kind: "FederateResult", status: "Succeeded", changes: [] });
  const objects = document["objects"] as { metadata: object; spec: { placement: object } }[]; // compared whole
  expect(objects.map(({ metadata }) => metadata)).toStrictEqual(
    ["a", "b", "settings", "big"].map((name) => ({ name, namespace: "demo" })),
  );
  const placement = { clusters: [{ name: "earth" }, { name: "vulcan" }] };
  expect(objects.map(({ spec }) => spec.placement)).toStrictEqual([placement, placement, placement, placement]);
  expect(result.stdout).toContain('"id": 9007199254740993,');
});

test("flags that scripts always pass do no harm, and nothing comes of nothing", async () => {
  const path = await file("empty.yaml", "# empty\n---\n");
  const always = ["--host-cluster-context", "earth", "--kubeconfig", "absent", "--dry-run", "-o", "yaml"];
  expect(await runFedctl(["federate", "-f", path, ...always], { env })).toStrictEqual({
    stdout: "",
    stderr: "",
    code: 0,
  });
});

test("one error, before anything is printed", async () => {
  const path = await file("bad.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\nkind: Secret\n");
  const result = await runFedctl(["federate", "-f", path], { env });
  expect(result).toStrictEqual({
    stdout: "",
    stderr:
      `error: ${path}, document 2 is no Kubernetes object: the Secret has no apiVersion\n` +
      "hint: nothing was printed; correct the file and run the command again\n",
    code: 2,
  });
  const broken = await runFedctl(["federate", "-f", await file("broken.yaml", "a: 1\n--- b\n")], { env });
  expect(broken.stderr).toMatch(/broken\.yaml, document 2 cannot be read: line 2: only a comment may follow/);
  const absent = await runFedctl(["federate", "-f", "absent.yaml"], { env });
  expect(absent.stderr).toMatch(/^error: cannot read absent\.yaml: ENOENT: no such file or directory\n/);
  expect([broken.code, absent.code]).toStrictEqual([2, 2]);
});

test("flags that kubefedctl ignores in silence are ignored aloud", async () => {
  const path = await file("plain.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
  const plain = await runFedctl(["federate", "-f", path], { env });
  const result = await runFedctl(["federate", "-f", path, "-c", "-t", "-s", "pods"], { env });
  expect(result).toStrictEqual({
    stdout: plain.stdout,
    stderr:
      "warning: ignored with --filename, which asks no cluster: --contents, --skip-api-resources, --enable-type\n",
    code: 0,
  });
});

test.each([
  [["cm", "a", "-f", "x"], "objects are either named or read with --filename, not both"],
  [["-f", "x", "--on-conflict=skip"], "--on-conflict and --filename cannot be combined"],
  [["-f", "x", "-l", "a=b"], "--selector and --filename cannot be combined"],
  [["-f", "-", "-f", "-"], "standard input can be read once only"],
  [["-f", "x", "--clusters", "a", "--cluster-selector", "b=c"], "--clusters and --cluster-selector cannot be combined"],
  [["-f", "x", "-o", "yaml", "--json"], "--json and --output cannot be combined"],
])("%j is refused", async (args, message) => {
  const result = await runFedctl(["federate", ...args], { env });
  expect(result.code).toBe(2);
  if (!args.includes("--json")) expect(result.stdout).toBe("");
  expect(result.stderr).toMatch(new RegExp(`^error: ${message}\n`));
});
