import { chmod, link, lstat, mkdir, readFile, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { editKubeconfigFile } from "../../../src/kubeconfig/edit.ts";
import type { KubeconfigDocument } from "../../../src/kubeconfig/document.ts";
import { tempFolder } from "./temp-folder.ts";

const text = "# mine\ncurrent-context: a\n";
const toB = (document: KubeconfigDocument): void => {
  document.setCurrentContext("b");
};

describe("editing a kubeconfig file", () => {
  test("keeps its mode, and leaves neither lock nor temporary file", async () => {
    const cwd = await tempFolder({ kc: text });
    await chmod(join(cwd, "kc"), 0o640);
    await editKubeconfigFile("kc", toB, { cwd });
    expect(await readFile(join(cwd, "kc"), "utf8")).toBe("# mine\ncurrent-context: b\n");
    expect((await stat(join(cwd, "kc"))).mode & 0o777).toBe(0o640);
    expect(await readdir(cwd)).toEqual(["kc"]);
  });

  test("creates a file that only its owner reads, with its folders", async () => {
    const cwd = await tempFolder();
    await editKubeconfigFile("x/y/kc", toB, { cwd });
    expect((await stat(join(cwd, "x/y/kc"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(cwd, "x"))).mode & 0o022).toBe(0);
  });

  test("does not touch a file that stays the same, nor one whose change failed", async () => {
    const cwd = await tempFolder({ kc: text });
    const before = await stat(join(cwd, "kc"));
    await editKubeconfigFile(
      "kc",
      (document) => {
        document.setCurrentContext("a");
      },
      { cwd },
    );
    const fails = editKubeconfigFile(
      "kc",
      () => {
        throw new Error("no");
      },
      { cwd },
    );
    await expect(fails).rejects.toThrow("no");
    await editKubeconfigFile("kc", toB, { cwd, dryRun: true });
    expect(await stat(join(cwd, "kc"))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    expect(await readdir(cwd)).toEqual(["kc"]);
  });

  test("follows a link, and writes into a file with a second name", async () => {
    const cwd = await tempFolder({ real: text });
    await symlink("real", join(cwd, "linked"));
    await editKubeconfigFile("linked", toB, { cwd });
    expect((await lstat(join(cwd, "linked"))).isSymbolicLink()).toBe(true);
    await link(join(cwd, "real"), join(cwd, "second"));
    await editKubeconfigFile(
      "real",
      (document) => {
        document.setCurrentContext("longer-than-before");
      },
      { cwd },
    );
    expect(await readFile(join(cwd, "second"), "utf8")).toBe("# mine\ncurrent-context: longer-than-before\n");
  });

  test("makes the file that a link leads to, but no folder for it", async () => {
    const cwd = await tempFolder();
    await mkdir(join(cwd, "folder"));
    await symlink("folder/second", join(cwd, "first"));
    await symlink("../real", join(cwd, "folder/second"));
    await editKubeconfigFile("first", toB, { cwd });
    expect((await stat(join(cwd, "real"))).mode & 0o777).toBe(0o600);
    expect((await lstat(join(cwd, "first"))).isSymbolicLink()).toBe(true);
    await symlink("nowhere/kc", join(cwd, "lost"));
    await expect(editKubeconfigFile("lost", toB, { cwd })).rejects.toThrow(
      'cannot write kubeconfig file "lost": no such file or directory',
    );
    expect((await readdir(cwd)).sort()).toEqual(["first", "folder", "lost", "real"]);
  });

  test("keeps the lock for a moment after it has written, so that kubectl cannot remove what it has not read", async () => {
    const cwd = await tempFolder({ kc: text });
    const edit = editKubeconfigFile("kc", toB, { cwd });
    while ((await readFile(join(cwd, "kc"), "utf8")) === text) await new Promise((resolve) => setImmediate(resolve));
    expect(await readdir(cwd)).toContain("kc.lock");
    await edit;
    expect(await readdir(cwd)).toEqual(["kc"]);
  });

  test("gives a device the text", async () => {
    await expect(editKubeconfigFile("/dev/null", toB, { cwd: "/" })).resolves.toBeUndefined();
  });

  test("names a lock that stays, and does not remove it", async () => {
    const cwd = await tempFolder({ kc: text, "kc.lock": "" });
    const attempt = editKubeconfigFile("kc", toB, { cwd, lockTimeoutMs: 100 });
    await expect(attempt).rejects.toMatchObject({
      code: "KubeconfigLocked",
      message: "open kc.lock: file exists",
      hint: expect.stringContaining("remove kc.lock") as string,
    });
    expect(await readdir(cwd)).toEqual(["kc", "kc.lock"]);
  });

  test("waits for locks of others: twenty edits at once lose nothing", async () => {
    const cwd = await tempFolder({ kc: text });
    const edits = Array.from({ length: 20 }, (_, index) =>
      editKubeconfigFile(
        "kc",
        (document) => {
          document.setEntry("contexts", `c${index}`, new Map([["cluster", "x"]]));
        },
        { cwd },
      ),
    );
    await Promise.all(edits);
    const names = await editKubeconfigFile("kc", (document) => document.names("contexts"), { cwd });
    expect(names.toSorted()).toEqual(edits.map((_, index) => `c${index}`).sort());
  });

  test("writes nothing when it is told to stop while it waits", async () => {
    const cwd = await tempFolder({ kc: text, "kc.lock": "" });
    const stop = AbortSignal.timeout(50);
    await expect(editKubeconfigFile("kc", toB, { cwd, signal: stop })).rejects.toThrow();
    expect(await readFile(join(cwd, "kc"), "utf8")).toBe(text);
  });

  test("says what is no file", async () => {
    const cwd = await tempFolder();
    await mkdir(join(cwd, "folder"));
    await expect(editKubeconfigFile("folder", toB, { cwd })).rejects.toThrow(
      'error loading config file "folder": read folder: is a directory',
    );
    await writeFile(join(cwd, "file"), "");
    await expect(editKubeconfigFile("file/kc", toB, { cwd })).rejects.toThrow("not a directory");
  });
});
