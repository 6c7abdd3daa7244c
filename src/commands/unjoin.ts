import { Command, Option } from "commander";
import { ExitCode, FedctlError } from "../errors.ts";
import type { FederationDeps } from "../federation/deps.ts";
import type { ResumeOptions } from "../federation/unjoin/resume.ts";
import type { UnfinishedUnjoin } from "../federation/unjoin/unjoin.ts";
import type { StoreOf, UnjoinManyOptions } from "../federation/unjoin/unjoin-many.ts";
import type { Deps } from "./deps.ts";
import { parseDuration } from "./duration.ts";
import type { Execute } from "./execute.ts";
import { dryRunLine } from "./result-text.ts";
import { addHostFlags, given, type HostFlags, hostOptions } from "./shared-options.ts";

type Run = (options: UnjoinManyOptions, core: FederationDeps, storeOf: StoreOf) => Promise<unknown>;
const runUnjoin: Run = async (options, core, storeOf) =>
  (await import("../federation/unjoin/unjoin-many.ts")).unjoinClusters(options, core, storeOf);

type UnjoinDeps = Pick<Deps, "readText" | "writeNewText" | "removeFile">;

interface UnjoinFlags extends HostFlags {
  readonly clusterContext?: string;
  readonly hostClusterName?: string;
  readonly force?: boolean;
  readonly ignoreNotFound?: boolean;
  readonly unreachable: "fail" | "skip";
  readonly workloads: "keep" | "delete";
  readonly timeout: number;
  readonly resumeFile?: string;
  readonly resume?: string;
}

/** `--timeout` where none is given. */
const defaultTimeoutMs = 120_000;

export function unjoinCommand(execute: Execute, deps: UnjoinDeps, run: Run = runUnjoin): Command {
  const command = addHostFlags(addUnjoinFlags(new Command("unjoin")), { writes: true });
  return command.action(async (clusterNames: string[], flags: UnjoinFlags) => {
    const resume = given(flags.resume);
    if (resume !== undefined) {
      refuseNames(clusterNames);
      await resumeFrom(resume, flags, { execute, deps });
      return;
    }
    const options = optionsOf(clusterNames, flags);
    await execute({
      kind: "UnjoinResult",
      flags,
      run: (core) => run(options, core, storeFor(flags, deps)),
      text: () => dryRunLine(flags) ?? clusterNames.map(doneLine).join(""),
    });
  });
}

function addUnjoinFlags(command: Command): Command {
  return command
    .summary("remove clusters from a KubeFed control plane")
    .argument("[cluster-names...]", "names the clusters were joined under")
    .option("--cluster-context <context>", "kubeconfig context of the cluster (default: the cluster's name)")
    .option("--host-cluster-name <name>", "name of the host cluster that was given to join")
    .addOption(
      new Option("--workloads <what>", "what to do with the objects that the federation placed in the cluster")
        .choices(["keep", "delete"])
        .default("keep"),
    )
    .addOption(
      new Option("--timeout <duration>", "how long to wait for such objects to be gone")
        .argParser(parseDuration)
        .default(defaultTimeoutMs, "2m"),
    )
    .addOption(
      new Option(
        "--unreachable <what>",
        "when the cluster cannot be reached: do nothing, or finish the host's side and write a file that finishes the rest",
      )
        .choices(["fail", "skip"])
        .default("fail"),
    )
    .option("--force", "finish the host's side whatever becomes of the cluster; includes --unreachable=skip")
    .option("--resume-file <path>", "where to write that file (default: fedctl-unjoin-<name>.yaml)")
    .option("--resume <path>", "finish in the cluster what such a file says, then remove the file")
    .option("--ignore-not-found", "succeed when no such cluster is joined");
}

function optionsOf(clusterNames: readonly string[], flags: UnjoinFlags): UnjoinManyOptions {
  if (clusterNames.length > 1 && given(flags.resumeFile) !== undefined)
    throw usage("--resume-file is about one cluster", "leave it out: each cluster gets a file of its own");
  return {
    ...hostOptions(flags),
    clusterNames,
    clusterContext: given(flags.clusterContext),
    hostClusterName: given(flags.hostClusterName),
    force: flags.force ?? false,
    unreachable: flags.unreachable,
    workloads: flags.workloads,
    ignoreNotFound: flags.ignoreNotFound ?? false,
    timeoutMs: flags.timeout,
  };
}

function doneLine(clusterName: string): string {
  return `cluster "${clusterName}" is not joined any more\n`;
}

function refuseNames(clusterNames: readonly string[]): void {
  if (clusterNames.length === 0) return;
  throw usage("--resume takes no cluster name: the file names the cluster", "leave the name out");
}

function usage(message: string, hint: string): FedctlError {
  return new FedctlError("Usage", message, { exitCode: ExitCode.Usage, hint });
}

function storeFor({ resumeFile }: UnjoinFlags, deps: UnjoinDeps): StoreOf {
  return (clusterName) => {
    const path = given(resumeFile) ?? `fedctl-unjoin-${clusterName.replaceAll("/", "-")}.yaml`;
    return { path, save: async (unfinished) => saveRecord(path, unfinished, deps) };
  };
}

/** A file that is there is either the same, of an unjoin that was stopped, or the only record of another one. */
async function saveRecord(path: string, unfinished: UnfinishedUnjoin, deps: UnjoinDeps): Promise<void> {
  const [{ resumeDocument }, { resumeComments }, { renderResumeFile }] = await Promise.all([
    import("../federation/unjoin/resume-document.ts"),
    import("../federation/unjoin/resume-commands.ts"),
    import("../output/resume-file.ts"),
  ]);
  const comments = resumeComments(unfinished, path);
  const text = renderResumeFile({ document: resumeDocument(unfinished), comments });
  if (await deps.writeNewText(path, text)) return;
  if ((await deps.readText(path)) === text) return;
  throw new FedctlError("ObjectConflict", `${path} exists, and tells of another unjoin`, {
    exitCode: ExitCode.Conflict,
    hint: `the host's side is not removed yet; finish that one with fedctl unjoin --resume ${path}, or choose another --resume-file`,
  });
}

interface Program {
  readonly execute: Execute;
  readonly deps: UnjoinDeps;
}

async function resumeFrom(path: string, flags: UnjoinFlags, { execute, deps }: Program): Promise<void> {
  const { parseYamlDocuments } = await import("../output/yaml.ts");
  const { parseResumeDocument } = await import("../federation/unjoin/resume-document.ts");
  const [document] = parseYamlDocuments(await deps.readText(path), path);
  const options: ResumeOptions = {
    unfinished: parseResumeDocument(document, path),
    source: path,
    clusterContext: given(flags.clusterContext),
    hostClusterContext: given(flags.hostClusterContext),
    timeoutMs: flags.timeout,
    dryRun: flags.dryRun ?? false,
  };
  const { clusterName } = options.unfinished.record;
  await execute({
    kind: "UnjoinResult",
    flags,
    stdinIsTaken: path === "-",
    run: async (core) => {
      await (await import("../federation/unjoin/resume.ts")).resumeUnjoin(options, core);
      if (!options.dryRun && path !== "-") await deps.removeFile(path);
    },
    text: () => dryRunLine(flags) ?? `cluster "${clusterName}" is cleared; ${path} is done with and removed\n`,
  });
}
