import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CliResult, runFedctl } from "../fedctl.ts";
import { runKubectl } from "../kubectl.ts";

/** Where the steps of a recording are done. */
export interface Stage {
  /** With the contexts `earth` (current) and `vulcan`. */
  readonly kubeconfigPath: string;
  /** An empty folder, in which files are written and programs run. */
  readonly cwd: string;
}

/** Does one step that prepares the clusters. @throws for a verb that no recording had yet */
export async function prepare([verb, ...args]: readonly string[], stage: Stage): Promise<void> {
  switch (verb) {
    case "chart":
      return installChart(args, stage);
    case "kubectl":
      return runKubectl(args, stage);
    case "apply": {
      const [manifest = "", ...rest] = args;
      return runKubectl(["apply", "-f", "-", ...rest], { ...stage, stdin: manifest });
    }
    case "file": {
      const [name = "", text = ""] = args;
      return writeFile(join(stage.cwd, name), text);
    }
    case "sleep":
      return sleep(Number(args[0]) * 1_000);
    default:
      throw new Error(`a step ${verb ?? ""} is not known`);
  }
}

/** One call of the CLI, kubefedctl's when it was recorded. */
export function callCli(args: readonly string[], { kubeconfigPath, cwd }: Stage): Promise<CliResult> {
  return runFedctl(args, { env: { KUBECONFIG: kubeconfigPath }, cwd });
}

/** KubeFed's CRDs, default types and KubeFedConfig, which came from its chart. */
async function installChart([namespace, scope, ...more]: readonly string[], stage: Stage): Promise<void> {
  if (more.length > 0) throw new Error(`a chart takes a namespace and a scope, not ${more.join(" ")}`);
  const flags = [
    ...(namespace === undefined ? [] : ["--kubefed-namespace", namespace]),
    ...(scope === undefined ? [] : ["--scope", scope]),
  ];
  const { code, stderr } = await callCli(["install", "--host-cluster-context", "earth", ...flags], stage);
  if (code !== 0) throw new Error(stderr);
}
