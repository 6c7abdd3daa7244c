import { chmod, mkdir, readFile, readdir, stat, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { parseKubeconfig } from "../../../src/kubeconfig/parse.ts";
import { recordedCases, type RecordedCase, stageCase } from "../kubeconfig/recorded-case.ts";
import { type HereResult, runHere } from "./run-here.ts";

/** What fedctl does otherwise than kubectl, on purpose. */
interface Difference {
  readonly reason: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  /** Folders that kubectl makes and fedctl does not. */
  readonly withoutDirs?: readonly string[];
  readonly withoutFiles?: readonly string[];
}

const noHelp = "a command line that is wrong is answered with the error and where to find help, not with the help";
const legacy = "~/.kube/.kubeconfig predates ~/.kube/config; kubectl copies it there readable by everybody";
const differences: Readonly<Record<string, Difference>> = {
  "set-cluster-no-name": { reason: noHelp, stdout: "" },
  "get-contexts-bad-output": {
    reason: "fedctl has -o json, which kubectl has not",
    stdout: expect.stringContaining('"server": "https://a.example:6443"') as string,
    stderr: "",
    exitCode: 0,
  },
  "use-context-lock-creates-missing-dirs": {
    reason: "files that do not exist and get nothing are not locked, so that no folders appear",
    withoutDirs: ["new", "new/dir"],
  },
  "view-legacy-migration": {
    reason: legacy,
    stdout: expect.stringContaining('"clusters": null') as string,
    withoutFiles: ["home/.kube/config"],
  },
  "view-legacy-migration-with-env": { reason: legacy, withoutFiles: ["home/.kube/config"] },
  "view-error-duplicate-context-name": {
    reason: "kubectl goes on to print both entries, tokens included",
    stderr:
      'error loading config file "${DIR}/a": error converting *[]NamedContext into *map[string]*api.Context: duplicate name "c" in list',
  },
};

const cases = recordedCases("view-", "get-", "current-context", "use-context-", "set-", "unset-", "delete-", "rename-");

interface Recorded extends RecordedCase {
  readonly modesBefore?: Readonly<Record<string, string>>;
  readonly symlinksBefore?: Readonly<Record<string, string>>;
  readonly modesAfter?: Readonly<Record<string, string>>;
  readonly symlinksAfter?: Readonly<Record<string, string>>;
  readonly dirsAfter?: readonly string[];
}

async function stage(recorded: Recorded): Promise<Awaited<ReturnType<typeof stageCase>>> {
  const staged = await stageCase(recorded);
  await mkdir(join(staged.folder, "home"), { recursive: true });
  for (const [path, target] of Object.entries(recorded.symlinksBefore ?? {})) {
    await mkdir(dirname(join(staged.folder, path)), { recursive: true });
    await symlink(staged.fill(target), join(staged.folder, path));
  }
  for (const [path, mode] of Object.entries(recorded.modesBefore ?? {})) {
    await chmod(join(staged.folder, path), Number.parseInt(mode, 8));
  }
  return staged;
}

/** A file's meaning: a kubeconfig as it is read, anything else as it stands. */
function meaning(text: string): unknown {
  try {
    return parseKubeconfig(text, "");
  } catch {
    return text;
  }
}

/** kubectl's words, without its prefix and our hint; where it prints several lines, we print one error with a list. */
function words(stderr: string): string {
  return stderr
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("hint: ") && !line.startsWith("See 'kubectl"))
    .map((line) => line.replace(/^error: /, "").replaceAll("kubectl", "fedctl"))
    .join("\n")
    .replace(/ in scheme "[^"]*"$/, "")
    .replace(/^\[((?:error loading|context) .*)\]$/, (_, list: string) =>
      list.replace(/, (?=error loading|context )/g, "\n"),
    );
}

function expectAnswer(result: HereResult, recorded: Recorded, fill: (text: string) => string): void {
  const { stdout = recorded.stdout, stderr = recorded.stderr, exitCode } = differences[recorded.name] ?? {};
  expect(result.stdout).toEqual(typeof stdout === "string" ? fill(stdout) : stdout);
  expect(words(result.stderr).replace(/0x[0-9a-f]+/g, "0x<ptr>")).toBe(words(fill(stderr)));
  expect(result.code).toBe(exitCode ?? recorded.exitCode);
}

function expectedFiles({ name, filesAfter }: Recorded): readonly string[] {
  const without = differences[name]?.withoutFiles ?? [];
  return Object.keys(filesAfter).filter((path) => !without.includes(path));
}

/** No lock, no temporary file, no folder more or less; links are still links. */
async function expectTree(folder: string, recorded: Recorded): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = (isWanted: (entry: (typeof entries)[number]) => boolean): readonly string[] =>
    entries
      .filter(isWanted)
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      .sort();
  const links = Object.keys(recorded.symlinksAfter ?? {}).sort();
  const withoutDirs = differences[recorded.name]?.withoutDirs ?? [];
  expect(paths((entry) => entry.isSymbolicLink())).toEqual(links);
  expect(paths((entry) => entry.isFile())).toEqual(
    expectedFiles(recorded)
      .filter((path) => !links.includes(path))
      .toSorted(),
  );
  expect(paths((entry) => entry.isDirectory())).toEqual(
    (recorded.dirsAfter ?? []).filter((path) => !withoutDirs.includes(path)).toSorted(),
  );
}

describe("fedctl config answers as kubectl config did", () => {
  test.each(cases as readonly Recorded[])("$name", { timeout: 30_000 }, async (recorded) => {
    const { folder, sources, fill } = await stage(recorded);
    const argv = recorded.argv.slice(1).map(fill);
    const result = await runHere(argv, { env: sources.env, cwd: folder });

    expectAnswer(result, recorded, fill);
    await expectTree(folder, recorded);
    for (const path of expectedFiles(recorded)) {
      const text = await readFile(join(folder, path), "utf8");
      expect(meaning(text), path).toEqual(meaning(fill(recorded.filesAfter[path] ?? "")));
      const mode = ((await stat(join(folder, path))).mode & 0o7777).toString(8).padStart(4, "0");
      expect(mode, path).toBe(recorded.modesAfter?.[path] ?? mode);
    }
  });

  test("every difference on purpose has its recording", () => {
    const names = cases.map(({ name }) => name);
    expect(Object.keys(differences).filter((name) => !names.includes(name))).toEqual([]);
  });
});
