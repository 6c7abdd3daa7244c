import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tempFolder } from "../kubeconfig/temp-folder.ts";
import { runHere } from "./run-here.ts";

const alpha = "client.authentication.k8s.io/v1alpha1";
const mine = `# mine
clusters:
- cluster: {server: https://a}
  name: a
contexts:
- context: {cluster: a, user: u}
  name: x
current-context: x
users:
- name: u
  user:
    exec: {apiVersion: ${alpha}, command: plug} # old
`;
const other = `clusters:
- cluster: {server: https://b, certificate-authority: pki/ca.crt}
  name: a
contexts:
- context: {cluster: a, user: v}
  name: w
users:
- name: v
  user: {token: T}
`;

async function setUp(files: Readonly<Record<string, string>>) {
  const cwd = await tempFolder(files);
  return {
    cwd,
    read: (path: string) => readFile(join(cwd, path), "utf8"),
    fedctl: (...argv: readonly string[]) => runHere(["config", ...argv], { env: { KUBECONFIG: "kc" }, cwd }),
  };
}

describe("config merge", () => {
  test("refuses other entries of the same name, and writes nothing", async () => {
    const { fedctl, read } = await setUp({ kc: mine, "sub/o": other });
    const result = await fedctl("merge", "sub/o");
    expect(result).toMatchObject({ code: 7, stdout: "" });
    expect(result.stderr).toContain('kc has other entries of the same names: cluster "a" of sub/o');
    expect(await read("kc")).toBe(mine);
  });

  test("renames them, contexts follow, paths lead to the same files, and the rest stays as it is", async () => {
    const { fedctl, read } = await setUp({ kc: mine, "sub/o": other });
    const result = await fedctl("merge", "sub/o", "--on-conflict=rename");
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toBe("add cluster a as a-2 from sub/o\nadd user v from sub/o\nadd context w from sub/o\n");
    const text = await read("kc");
    expect(text).toContain(
      "- cluster: {server: https://a}\n  name: a\n- cluster:\n    server: https://b\n    certificate-authority: sub/pki/ca.crt\n  name: a-2\n",
    );
    expect(text).toContain("- context:\n    cluster: a-2\n    user: v\n  name: w\ncurrent-context: x\n");
  });

  test("keeps, replaces, and only plans", async () => {
    const { fedctl, read } = await setUp({ kc: mine, o: other });
    expect((await fedctl("merge", "o", "--on-conflict=replace", "--dry-run")).stdout).toMatch(
      /^replace cluster a.*[^]*dry run: nothing was written\n$/,
    );
    expect(await read("kc")).toBe(mine);
    expect((await fedctl("merge", "o", "--on-conflict=keep", "--into", "new")).code).toBe(0);
    expect((await fedctl("merge", "kc", "--on-conflict=keep", "--into", "new")).stdout).toContain(
      "keep cluster a from kc\n",
    );
    expect(await read("new")).toContain("server: https://b");
  });
});

describe("config check", () => {
  test("names file, entry and what is wrong, and exits 3", async () => {
    const { fedctl, cwd } = await setUp({ kc: mine.replace("cluster: a, user: u", "cluster: gone, user: u") });
    await chmod(join(cwd, "kc"), 0o644);
    const result = await fedctl("check");
    expect(result.code).toBe(3);
    expect(result.stdout.trimEnd().split("\n")).toEqual([
      'kc: others can read it (mode 0644); run "chmod 600 kc" (ReadableByOthers)',
      'kc: context "x": names cluster "gone", which no file defines (DanglingReference)',
      'kc: user "u": its plugin speaks v1alpha1, which kubectl refuses since 1.24 (ExecV1alpha1)',
    ]);
    expect(result.stderr).toContain('hint: repair v1alpha1 users with "fedctl config repair"');
  });

  test("names YAML 1.1 misreads are found in client-go's words; a good file has none", async () => {
    const { fedctl } = await setUp({ kc: "contexts:\n- name: on\n  context: {cluster: a}\n" });
    expect((await fedctl("check")).stdout).toContain(
      "cannot unmarshal bool into Go struct field NamedContext.contexts.name of type string",
    );
    const good = await setUp({ kc: other.replace(", certificate-authority: pki/ca.crt", "") });
    expect(await good.fedctl("check")).toMatchObject({ code: 0, stdout: "nothing found\n", stderr: "" });
  });
});

describe("config repair", () => {
  test("prints the plan first, and with --yes changes the version alone", async () => {
    const { fedctl, read } = await setUp({ kc: mine });
    expect(await fedctl("repair")).toMatchObject({ code: 3, stdout: "update user u: exec v1alpha1 -> v1beta1\n" });
    expect(await read("kc")).toBe(mine);
    expect((await fedctl("repair", "--yes")).code).toBe(0);
    expect(await read("kc")).toBe(mine.replace(alpha, '"client.authentication.k8s.io/v1beta1"'));
    expect(await fedctl("repair")).toMatchObject({ code: 0, stdout: "nothing to repair\n" });
  });
});

describe("config get-contexts", () => {
  test("-o wide and -o json add server, credentials and file; --json is a document", async () => {
    const { fedctl } = await setUp({ kc: mine });
    expect((await fedctl("get-contexts", "-o", "wide")).stdout).toBe(
      "CURRENT   NAME   CLUSTER   AUTHINFO   NAMESPACE   SERVER      AUTH        FILE\n" +
        "*         x      a         u                      https://a   exec plug   kc\n",
    );
    expect(JSON.parse((await fedctl("contexts", "-o", "json")).stdout)).toMatchObject([
      { name: "x", server: "https://a", file: "kc" },
    ]);
    expect(JSON.parse((await fedctl("get-contexts", "--json")).stdout)).toMatchObject({
      kind: "ConfigGetContextsResult",
      contexts: [{ auth: "exec plug" }],
    });
  });
});
