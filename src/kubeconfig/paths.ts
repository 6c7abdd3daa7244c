import { platform } from "node:os";
import { delimiter, join } from "node:path";
import { existsSync } from "node:fs";
import type { KubeconfigSources } from "./types.ts";

/** The files to read, in order of precedence, each as it was named. */
export interface KubeconfigPaths {
  /** True for `--kubeconfig`: one file, which must exist. */
  readonly explicit: boolean;
  readonly files: readonly string[];
  /** True for KUBECONFIG: a list of which no file exists deserves a warning. */
  readonly warnWhenAllMissing: boolean;
}

/** Chooses between `--kubeconfig`, KUBECONFIG and the home file, as client-go's loading rules do. */
export function kubeconfigPaths(sources: KubeconfigSources): KubeconfigPaths {
  const { explicitPath, env } = sources;
  if (explicitPath !== undefined && explicitPath !== "") {
    return { explicit: true, files: [explicitPath], warnWhenAllMissing: false };
  }
  const list = env["KUBECONFIG"] ?? "";
  if (list !== "") {
    // Only separators means "set, but no files": the home file is not read then.
    const files = [...new Set(list.split(delimiter))].filter((file) => file !== "");
    return { explicit: false, files, warnWhenAllMissing: true };
  }
  return { explicit: false, files: [homeFile(env)], warnWhenAllMissing: false };
}

function homeFile(env: KubeconfigSources["env"]): string {
  const home = platform() === "win32" ? windowsHome(env) : (env["HOME"] ?? "");
  return join(home, ".kube", "config");
}

/** client-go's order: the first home that has a kubeconfig, else the first that exists, else the first that is set. */
function windowsHome(env: KubeconfigSources["env"]): string {
  const home = env["HOME"] ?? "";
  const homePath = env["HOMEPATH"] ?? "";
  const drive = homePath === "" ? "" : `${env["HOMEDRIVE"] ?? ""}${homePath}`;
  const profile = env["USERPROFILE"] ?? "";
  const set = (path: string): boolean => path !== "";
  const withConfig = [home, drive, profile].filter(set).find((path) => existsSync(join(path, ".kube", "config")));
  if (withConfig !== undefined) return withConfig;
  const others = [home, profile, drive].filter(set);
  return others.find((path) => existsSync(path)) ?? others[0] ?? "";
}
