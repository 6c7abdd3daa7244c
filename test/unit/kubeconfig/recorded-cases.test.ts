import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { hasCode } from "../../../src/errors.ts";
import { loadKubeconfig } from "../../../src/kubeconfig/load.ts";
import { resolveClientConfig } from "../../../src/kubeconfig/resolve.ts";
import type { RawConfig } from "../../../src/kubeconfig/types.ts";
import { kubectlView, prunedView } from "./kubectl-view.ts";
import { clientGoText, recordedCases, stageCase } from "./recorded-case.ts";
import type { RecordedCase } from "./recorded-case.ts";

/** What fedctl does otherwise, on purpose. */
interface Difference {
  readonly reason: string;
  /** What fedctl reports instead; undefined: it loads. */
  readonly error?: string;
  /** What fedctl loads instead. */
  readonly view?: unknown;
}

const mustExist =
  "kubectl config may create an explicit file, so it takes a missing one for empty; a client cannot use it";
const differences: Readonly<Record<string, Difference>> = {
  "view-explicit-missing-merge": { reason: mustExist, error: "stat ${DIR}/none: no such file or directory" },
  "view-merge-false-explicit-missing": { reason: mustExist, error: "stat ${DIR}/none: no such file or directory" },
  "view-explicit-list-not-split": { reason: mustExist, error: "stat ${DIR}/a:${DIR}/b: no such file or directory" },
  "view-error-duplicate-context-name": {
    reason: "kubectl goes on to print both entries, tokens included",
    error:
      'error loading config file "${DIR}/a": error converting *[]NamedContext into *map[string]*api.Context: duplicate name "c" in list',
  },
  "view-legacy-migration": {
    reason: "~/.kube/.kubeconfig predates ~/.kube/config; kubectl copies it there readable by everybody",
    view: {},
  },
};

async function load(recorded: RecordedCase): Promise<{ raw: RawConfig; folder: string }> {
  const { sources, folder } = await stageCase(recorded);
  return { raw: (await loadKubeconfig(sources)).raw, folder };
}

async function errorOf(attempt: Promise<unknown>): Promise<Error> {
  const outcome: unknown = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error("expected an error, nothing was thrown");
  return outcome;
}

describe("kubectl config view", () => {
  // What a flag makes of the loaded configuration is the command's, which test/unit/commands/config-replay.test.ts replays.
  const ofCommand = ["--minify", "--flatten", "extra"];
  const cases = recordedCases("view-").filter(({ argv }) => !argv.some((word) => ofCommand.includes(word)));
  const fails = (recorded: RecordedCase): boolean => {
    const difference = differences[recorded.name];
    return difference === undefined ? recorded.exitCode !== 0 : difference.error !== undefined;
  };

  test.each(cases.filter((recorded) => !fails(recorded)))("$name: same data", async (recorded) => {
    const { raw, folder } = await load(recorded);
    const printed: unknown = parse(recorded.stdout, { version: "1.1" });
    const redacted = !recorded.argv.includes("--raw");
    expect(kubectlView(raw, { redacted })).toEqual(differences[recorded.name]?.view ?? prunedView(printed));
    // Loading never writes, whatever kubectl did.
    const created = Object.keys(recorded.filesAfter).filter((path) => !(path in recorded.filesBefore));
    expect(created.filter((path) => existsSync(join(folder, path)))).toEqual([]);
  });

  test.each(cases.filter(fails))("$name: same error", async (recorded) => {
    const { sources, fill } = await stageCase(recorded);
    const error = await errorOf(loadKubeconfig(sources));
    expect(error.message).toBe(fill(differences[recorded.name]?.error ?? clientGoText(recorded.stderr)));
    expect(hasCode(error, "KubeconfigUnreadable", "KubeconfigMissing")).toBe(true);
  });

  test("every difference on purpose has its recording", () => {
    const names = cases.map(({ name }) => name);
    expect(Object.keys(differences).filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe("kubectl get: errors before the first request", () => {
  test.each(recordedCases("client-"))("$name", async (recorded) => {
    const { sources, contextOverride, fill } = await stageCase(recorded);
    const { raw } = await loadKubeconfig(sources);
    const { env, cwd } = sources;
    const error = await errorOf(resolveClientConfig(raw, { contextOverride, env, cwd }));
    // client-go's prefix, and our naming of user, cluster and context, come before kubectl's text.
    expect(error.message.replace(/^(invalid configuration|(user|cluster) "\w+" of context "\w+"): /, "")).toBe(
      fill(clientGoText(recorded.stderr)),
    );
    expect(error).toMatchObject({ exitCode: recorded.exitCode });
    expect(error).toHaveProperty("hint", expect.stringMatching(/\S/));
  });
});
