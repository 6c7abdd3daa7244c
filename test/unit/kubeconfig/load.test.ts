import { chmod, mkdir } from "node:fs/promises";
import { getuid } from "node:process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasCode } from "../../../src/errors.ts";
import { loadKubeconfig } from "../../../src/kubeconfig/load.ts";
import { messageOf } from "./one-user.ts";
import { tempFolder } from "./temp-folder.ts";

const a = "clusters: [{name: c, cluster: {server: https://a, tls-server-name: of-a}}]\ncurrent-context: xa\n";
const b =
  "clusters: [{name: c, cluster: {server: https://b, insecure-skip-tls-verify: yes}}, {name: d}]\ncurrent-context: xb\n";

describe("behaviours of part 3.1", () => {
  test("entry in two files: the first wins as a whole", async () => {
    const cwd = await tempFolder({ a, b });
    const { raw } = await loadKubeconfig({ env: { KUBECONFIG: "a:b" }, cwd });
    expect(raw.clusters.get("c")).toMatchObject({ server: "https://a", insecureSkipTlsVerify: false, origin: "a" });
    expect([...raw.clusters.keys()]).toEqual(["c", "d"]);
  });

  test("current-context in two files: the first that is not empty", async () => {
    const cwd = await tempFolder({ a, b, empty: 'current-context: ""\n' });
    const { raw } = await loadKubeconfig({ env: { KUBECONFIG: "empty:b:a" }, cwd });
    expect(raw.currentContext).toBe("xb");
  });

  test("same file twice: read once", async () => {
    const cwd = await tempFolder({ a });
    const { files, raw } = await loadKubeconfig({ env: { KUBECONFIG: "a:a" }, cwd });
    expect(files).toEqual(["a"]);
    expect(raw.clusters.size).toBe(1);
  });

  test("missing file in list: skipped, and reported", async () => {
    const cwd = await tempFolder({ b });
    const loaded = await loadKubeconfig({ env: { KUBECONFIG: "m:b" }, cwd });
    expect(loaded).toMatchObject({ files: ["m", "b"], missing: ["m"], warning: undefined });
    expect(loaded.raw.currentContext).toBe("xb");
  });

  test("all missing: nothing, with a warning", async () => {
    const cwd = await tempFolder();
    const loaded = await loadKubeconfig({ env: { KUBECONFIG: "m1:m2" }, cwd });
    expect(loaded.raw.contexts.size).toBe(0);
    expect(loaded.warning).toBe("Config not found: m1, m2");
  });

  test("no home file: nothing, without a warning", async () => {
    const cwd = await tempFolder();
    expect((await loadKubeconfig({ env: { HOME: cwd }, cwd })).warning).toBeUndefined();
  });

  test("empty or comment-only file: empty config", async () => {
    const cwd = await tempFolder({ e: "", c: "# nothing\n\n" });
    const { raw } = await loadKubeconfig({ env: { KUBECONFIG: "e:c" }, cwd });
    expect([raw.clusters.size, raw.currentContext]).toEqual([0, ""]);
  });

  test("bad context or cluster not in use: no error", async () => {
    const cwd = await tempFolder({ f: "clusters: [{name: no-server}, {}]\ncontexts: [{name: no-cluster}]\n" });
    const { raw } = await loadKubeconfig({ env: { KUBECONFIG: "f" }, cwd });
    expect([...raw.clusters.keys()]).toEqual(["", "no-server"]);
  });

  test("duplicate names in one file: an error that shows no secret", async () => {
    const cwd = await tempFolder({ f: "users: [{name: u, user: {token: s3cret}}, {name: u, user: {token: other}}]\n" });
    const message = await messageOf(loadKubeconfig({ env: { KUBECONFIG: "f" }, cwd }));
    expect(message).toBe(
      'error loading config file "f": error converting *[]NamedAuthInfo into *map[string]*api.AuthInfo: duplicate name "u" in list',
    );
  });

  test("preferences.colors: true if any file says so; extensions: first wins", async () => {
    const extensions = (value: number): string => `extensions: [{name: e, extension: ${value}}]\n`;
    const cwd = await tempFolder({ p: extensions(1), q: `preferences: {colors: true}\n${extensions(2)}` });
    const { raw } = await loadKubeconfig({ env: { KUBECONFIG: "p:q" }, cwd });
    expect(raw.preferences.colors).toBe(true);
    expect(raw.extensions.get("e")).toBe(1);
  });
});

describe("files that cannot be read", () => {
  test("an explicit file must exist", async () => {
    const cwd = await tempFolder();
    const attempt = loadKubeconfig({ explicitPath: "none", env: {}, cwd });
    await expect(attempt).rejects.toMatchObject({
      code: "KubeconfigMissing",
      message: "stat none: no such file or directory",
      exitCode: 1,
    });
  });

  test("a folder", async () => {
    const cwd = await tempFolder();
    const message = await messageOf(loadKubeconfig({ explicitPath: ".", env: {}, cwd }));
    expect(message).toBe('error loading config file ".": read .: is a directory');
  });

  test("a path through a file is an error, not a missing file", async () => {
    const cwd = await tempFolder({ f: "" });
    const message = await messageOf(loadKubeconfig({ env: { KUBECONFIG: "f/config" }, cwd }));
    expect(message).toBe('error loading config file "f/config": open f/config: not a directory');
  });

  test("no permission", async () => {
    const cwd = await tempFolder({ f: "" });
    await chmod(join(cwd, "f"), 0);
    const message = await messageOf(loadKubeconfig({ env: { KUBECONFIG: "f" }, cwd }));
    // Nothing is unreadable to root.
    const asRoot = getuid?.() === 0;
    expect(message).toBe(asRoot ? "nothing was thrown" : 'error loading config file "f": open f: permission denied');
  });

  test("one bad file fails the load; several are all named", async () => {
    const cwd = await tempFolder({ a, bad: "kind: Pod\n" });
    await mkdir(join(cwd, "folder"));
    const error: unknown = await loadKubeconfig({ env: { KUBECONFIG: "a:bad:folder" }, cwd }).catch(
      (thrown: unknown) => thrown,
    );
    expect(hasCode(error, "KubeconfigUnreadable")).toBe(true);
    expect(error).toMatchObject({
      message:
        '[error loading config file "bad": no kind "Pod" is registered for version "v1", error loading config file "folder": read folder: is a directory]',
      hint: "correct bad and folder, or use another file with --kubeconfig",
    });
  });
});
