import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { FedctlError } from "../errors.ts";
import { errnoOf, goReadError, goReason } from "./internal/go-file-error.ts";
import { TextError } from "./internal/text-error.ts";
import { mergeConfigs } from "./merge.ts";
import { parseKubeconfig } from "./parse.ts";
import { kubeconfigPaths } from "./paths.ts";
import type { KubeconfigPaths } from "./paths.ts";
import type { KubeconfigSources, RawConfig } from "./types.ts";

export interface LoadedKubeconfig {
  readonly raw: RawConfig;
  /** Every file that was looked for, in order of precedence, as it was named. */
  readonly files: readonly string[];
  /** Those of them that do not exist. */
  readonly missing: readonly string[];
  /** `Config not found: a, b` when KUBECONFIG names files and none exists; worth printing when verbose. */
  readonly warning: string | undefined;
}

export interface LoadOptions {
  /** An explicit file that does not exist is an empty one: whoever looks at kubeconfigs, or makes them, need not have one. */
  readonly mayBeMissing?: boolean;
}

/**
 * Reads and merges the kubeconfig files that flag, KUBECONFIG or home name. Missing files are skipped, save the explicit one.
 * @throws FedctlError KubeconfigMissing, KubeconfigUnreadable (naming every bad file)
 */
export async function loadKubeconfig(
  sources: KubeconfigSources,
  { mayBeMissing = false }: LoadOptions = {},
): Promise<LoadedKubeconfig> {
  const paths = kubeconfigPaths(sources);
  if (paths.explicit && !mayBeMissing) await requireFile(paths.files[0] ?? "", sources.cwd);
  const outcomes = await Promise.all(paths.files.map((file) => readOne(file, sources.cwd)));
  const failures = outcomes.filter((outcome) => outcome.kind === "failed");
  if (failures.length > 0) throw unreadable(failures);
  const missing = outcomes.filter((outcome) => outcome.kind === "missing").map(({ file }) => file);
  return {
    raw: mergeConfigs(outcomes.flatMap((outcome) => (outcome.kind === "read" ? [outcome.config] : []))),
    files: paths.files,
    missing,
    warning: notFoundWarning(paths, missing),
  };
}

type Outcome =
  | { readonly kind: "read"; readonly file: string; readonly config: RawConfig }
  | { readonly kind: "missing"; readonly file: string }
  | { readonly kind: "failed"; readonly file: string; readonly reason: string; readonly cause: unknown };

async function readOne(file: string, cwd: string): Promise<Outcome> {
  let text: string;
  try {
    text = await readFile(resolve(cwd, file), "utf8");
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return { kind: "missing", file };
    return { kind: "failed", file, reason: goReadError(cause, file), cause };
  }
  try {
    return { kind: "read", file, config: parseKubeconfig(text, file) };
  } catch (cause) {
    if (!(cause instanceof TextError)) throw cause;
    return { kind: "failed", file, reason: cause.message, cause };
  }
}

async function requireFile(file: string, cwd: string): Promise<void> {
  try {
    await stat(resolve(cwd, file));
  } catch (cause) {
    // Only absence is checked here; reading reports the rest better.
    if (errnoOf(cause) !== "ENOENT") return;
    throw new FedctlError("KubeconfigMissing", `stat ${file}: ${goReason(cause)}`, {
      hint: "name an existing kubeconfig file with --kubeconfig, or leave the option out to use $KUBECONFIG or ~/.kube/config",
      cause,
    });
  }
}

function unreadable(failures: readonly (Outcome & { kind: "failed" })[]): FedctlError {
  const texts = failures.map(({ file, reason }) => `error loading config file "${file}": ${reason}`);
  const message = texts.length === 1 ? texts.join() : `[${texts.join(", ")}]`;
  const files = failures.map(({ file }) => file).join(" and ");
  return new FedctlError("KubeconfigUnreadable", message, {
    hint: `correct ${files}, or use another file with --kubeconfig`,
    cause: failures[0]?.cause,
  });
}

function notFoundWarning(paths: KubeconfigPaths, missing: readonly string[]): string | undefined {
  const none = paths.warnWhenAllMissing && missing.length > 0 && missing.length === paths.files.length;
  return none ? `Config not found: ${missing.join(", ")}` : undefined;
}
