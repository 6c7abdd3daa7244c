import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseKubeconfig } from "../../src/kubeconfig/parse.ts";
import { runFedctl } from "../support/fedctl.ts";

const bin = fileURLToPath(new URL("../../bin/fedctl.js", import.meta.url));
const run = promisify(execFile);

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fedctl-writers-"));
  file = join(folder, "config");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const contexts = (): readonly string[] => [...parseKubeconfig(readFileSync(file, "utf8"), file).contexts.keys()];
const add = (name: string) => runFedctl(["config", "set-context", name, "--cluster", "c", "--kubeconfig", file]);

describe("writers of one kubeconfig", () => {
  test("twenty at once lose nothing, and keep what is none of theirs", { timeout: 120_000 }, async () => {
    writeFileSync(file, "# mine\napiVersion: v1\nkind: Config\nx-other: {kept: true}\n");
    const names = Array.from({ length: 20 }, (_, index) => `w${index}`);
    const results = await Promise.all(names.map(add));
    expect(results.filter(({ code }) => code !== 0)).toEqual([]);
    expect(contexts().toSorted()).toEqual(names.toSorted());
    expect(readFileSync(file, "utf8")).toMatch(/^# mine\napiVersion: v1\nkind: Config\nx-other: \{kept: true\}\n/);
    expect(readdirSync(folder)).toEqual(["config"]);
  });

  test(
    "with kubectl beside them the file stays whole, and what kubectl wrote is kept",
    { timeout: 120_000 },
    async () => {
      writeFileSync(file, "apiVersion: v1\nkind: Config\n");
      const names = Array.from({ length: 10 }, (_, index) => `w${index}`);
      const results = Promise.all(names.map(add));
      // It does not wait for a lock, so it is told to try again. It reads before it locks, and may take away what was written in between.
      await kubectlUntilDone(["config", "set-context", "k", "--kubeconfig", file]);
      expect((await results).filter(({ code }) => code !== 0)).toEqual([]);
      expect(contexts()).toContain("k");
      expect(readdirSync(folder)).toEqual(["config"]);
    },
  );

  test("killed at any moment, one leaves the old file or the new one", { timeout: 120_000 }, async () => {
    const old = `apiVersion: v1\nkind: Config\n# ${"x".repeat(200_000)}\n`;
    const outcomes = new Set<string>();
    for (let wait = 0; wait < 12; wait += 1) {
      writeFileSync(file, old);
      const child = spawn(execPath, [bin, "config", "set-context", "n", "--kubeconfig", file], {
        stdio: "ignore",
      });
      const ended = new Promise((resolve) => child.once("close", resolve));
      setTimeout(() => child.kill("SIGKILL"), 40 + wait * 25);
      await ended;
      const text = readFileSync(file, "utf8");
      // Whole: what was there is there, the new entry before or behind the comment that ends the file.
      for (const line of old.trimEnd().split("\n")) expect(text.includes(line)).toBe(true);
      outcomes.add(text === old ? "old" : "new");
      if (text !== old) expect(contexts()).toEqual(["n"]);
      rmSync(`${file}.lock`, { force: true });
    }
    expect(outcomes.size).toBeGreaterThan(0);
  });

  test("a full disk leaves the old file whole, without lock or remains", { timeout: 60_000 }, async () => {
    const old = `apiVersion: v1\nkind: Config\n# ${"x".repeat(20_000)}\n`;
    writeFileSync(file, old);
    // Files beyond 8 kB cannot be written; that the signal for it is ignored makes the write fail instead.
    const script = `trap '' XFSZ; ulimit -f 8; exec "$0" "$@"`;
    const limited = run("bash", ["-c", script, execPath, bin, "config", "set-context", "n", "--kubeconfig", file]);
    await expect(limited).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("cannot write kubeconfig file") as string,
    });
    expect(readFileSync(file, "utf8")).toBe(old);
    expect(readdirSync(folder)).toEqual(["config"]);
  });
});

async function kubectlUntilDone(args: readonly string[]): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      await run("kubectl", args);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  throw new Error("kubectl never got the lock");
}
