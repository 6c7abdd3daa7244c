import { Command, Option } from "commander";
import type { AddClusterDeps } from "../../eks/update-kubeconfig.ts";
import type { FederationDeps } from "../../federation/deps.ts";
import { AwsOption } from "../aws-option.ts";
import type { Deps } from "../deps.ts";
import { parseDuration } from "../duration.ts";
import type { Execute } from "../execute.ts";
import { addAwsFlags, awsDeps } from "./aws-flags.ts";
import { readUpdate, type Update, type UpdateFlags } from "./update-flags.ts";
import { failureOf, rowsOf, textOf, type UpdateResult, warningsOf } from "./update-result.ts";

/** As aws has them. */
const options: readonly (readonly [string, string])[] = [
  ["--name <cluster>", "name of the EKS cluster"],
  ["--kubeconfig <path>", "file to write (default: of $KUBECONFIG the one that has the cluster, or the first)"],
  ["--role-arn <arn>", "role that tokens are made with; written into the user"],
  ["--assume-role-arn <arn>", "role to ask EKS as; not written"],
  ["--proxy-url <url>", "proxy that kubectl is to use"],
  ["--alias <name>", "name of the context (default: the user's)"],
  ["--user-alias <name>", "name of the user (default: the cluster's ARN)"],
  ["--verbose", "print the entries, too"],
  ["--dry-run", "print the file as it would be, without secrets; write nothing"],
];

export function updateKubeconfigCommand(execute: Execute, deps: Deps): Command {
  const command = new Command("update-kubeconfig").summary("write the kubeconfig entries of EKS clusters");
  for (const [flags, description] of options) command.addOption(new AwsOption("command", flags, description));
  command
    .option("--cluster-alias <name>", "name of the cluster entry (default: the cluster's ARN)")
    .option("--namespace <namespace>", "namespace of the context (default: as it is)")
    .addOption(
      new Option("--exec <program>", "what kubectl runs for a token (default: fedctl, if it is on PATH)").choices([
        "fedctl",
        "aws",
      ]),
    )
    .option("--no-set-current", "leave the current context as it is")
    .option("--overwrite", "take over a context, user or cluster entry of another cluster")
    .option("--all", "every cluster of the region; the current context stays as it is")
    .option("--match <pattern>", "every cluster whose name fits, such as 'prod-*'")
    .option("--regions <a,b>", "regions for --all and --match")
    .option("--wait", "wait for clusters that are being created")
    .option("--timeout <duration>", "limit for --wait (default: 20m)", parseDuration);
  return addAwsFlags(command).action(async (flags: UpdateFlags) => {
    const update = await readUpdate(flags, deps, command);
    await execute({
      kind: "UpdateKubeconfigResult",
      flags,
      run: (core) => runUpdate(update, { deps, flags }, core),
      text: (result) => textOf(result, flags),
      failure: failureOf,
    });
  });
}

interface Invocation {
  readonly deps: Deps;
  readonly flags: UpdateFlags;
}

async function runUpdate(
  update: Update,
  { deps, flags }: Invocation,
  { clock, report }: FederationDeps,
): Promise<UpdateResult> {
  const { saveClusterEntries } = await import("../../kubeconfig/save-cluster-entries.ts");
  const { env, cwd, signal } = deps;
  const addDeps: AddClusterDeps = {
    ...awsDeps(deps, flags),
    sleep: (ms, abort) => clock.sleep(ms, abort),
    onProgress: (text) => {
      report.progress(text);
    },
    save: (entries) => saveClusterEntries(entries, { ...update.save, env, cwd, signal }),
  };
  const result = await addAs(update, addDeps);
  for (const warning of warningsOf(result)) report.warn(warning);
  for (const row of rowsOf(result)) report.cluster(row);
  return result;
}

async function addAs(update: Update, deps: AddClusterDeps): Promise<UpdateResult> {
  if (update.kind === "one") {
    const { addClusterEntry } = await import("../../eks/update-kubeconfig.ts");
    const added = await addClusterEntry(update.options, deps);
    return {
      files: [{ file: added.file, saved: [added], warnings: [], text: added.text }],
      leftOut: [],
      asked: undefined,
    };
  }
  const { addClusterEntries } = await import("../../eks/update-many.ts");
  const { regions, pattern } = update.options;
  return { ...(await addClusterEntries(update.options, deps)), asked: { regions, pattern } };
}
