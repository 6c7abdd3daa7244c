import { Command, Option } from "commander";
import { ExitCode, FedctlError } from "../../errors.ts";
import type { Finding } from "../../kubeconfig/check.ts";
import type { ConflictPolicy, MergePlan } from "../../kubeconfig/merge-into.ts";
import { edit } from "./change.ts";
import { addConfigAction, type ConfigContext, type ConfigFlags, goList, refuse, sourcesOf } from "./run-config.ts";

interface MergeFlags extends ConfigFlags {
  readonly into?: string;
  readonly onConflict: ConflictPolicy;
}

interface RepairFlags extends ConfigFlags {
  readonly yes?: boolean;
}

/** What kubectl does not have: merging, checking and repairing. */
export function careCommands(context: ConfigContext): Command[] {
  return [merge(context), check(context), repair(context)];
}

function merge(context: ConfigContext): Command {
  const command = new Command("merge")
    .summary("take the entries of other kubeconfig files into one")
    .option("--into <path>", "file to write (default: where new entries go)")
    .addOption(
      new Option("--on-conflict <policy>", "what to do with another entry of the same name")
        .choices(["fail", "keep", "replace", "rename"])
        .default("fail"),
    )
    .option("--dry-run", "print the plan, write nothing");
  return addConfigAction<MergeFlags>(command, context, async (files, flags) => {
    if (files.length === 0) throw refuse("name the kubeconfig files to take entries from", "merge");
    const { destinationOf } = await import("../../kubeconfig/config-set.ts");
    const { editKubeconfigFile } = await import("../../kubeconfig/edit.ts");
    const { applyMerge, planMerge, readSources } = await import("../../kubeconfig/merge-into.ts");
    const { cwd, signal } = context.deps;
    const into = flags.into ?? destinationOf(sourcesOf(flags, context.deps)) ?? "";
    const sources = await readSources(files, cwd);
    const change = (document: Parameters<typeof applyMerge>[0]): MergePlan => {
      const plan = planMerge(document, sources, flags.onConflict);
      applyMerge(document, plan);
      return plan;
    };
    const plan = await editKubeconfigFile(into, change, { cwd, signal, dryRun: flags.dryRun });
    const lines = plan.steps.map(({ action, kind, name, newName, file }) => {
      const renamed = newName === name ? "" : ` as ${newName}`;
      return `${action} ${kind.slice(0, -1)} ${name}${renamed} from ${file}\n`;
    });
    const ending = flags.dryRun === true ? "dry run: nothing was written\n" : "";
    return { text: `${lines.join("")}${ending}`, extra: { into, steps: plan.steps } };
  });
}

function check(context: ConfigContext): Command {
  const command = new Command("check").summary("find what is wrong in kubeconfig files: exit 3 when something is");
  return addConfigAction(command, context, async (args, flags) => {
    if (args.length > 0) throw refuse(`unexpected arguments: ${goList(args)}`, "check");
    const { checkKubeconfig } = await import("../../kubeconfig/check.ts");
    const findings = await checkKubeconfig(sourcesOf(flags, context.deps), context.deps.clock.now());
    if (findings.length === 0) return { text: "nothing found\n", extra: { findings } };
    const failure = new FedctlError("KubeconfigInvalid", `${findings.length} found in the kubeconfig`, {
      exitCode: ExitCode.Differences,
      hint: findings.some(({ kind }) => kind === "ExecV1alpha1")
        ? 'repair v1alpha1 users with "fedctl config repair"'
        : "each line names the file and the entry to correct",
    });
    return { text: findings.map(line).join(""), extra: { findings }, failure };
  });
}

function line({ file, entry, kind, message }: Finding): string {
  return `${file}: ${entry === "" ? "" : `${entry}: `}${message} (${kind})\n`;
}

function repair(context: ConfigContext): Command {
  const command = new Command("repair")
    .summary("make exec users of v1alpha1 speak v1beta1; prints the plan, --yes performs it")
    .option("--yes", "write")
    .option("--dry-run", "print the plan, write nothing");
  return addConfigAction<RepairFlags>(command, context, async (args, flags) => {
    if (args.length > 0) throw refuse(`unexpected arguments: ${goList(args)}`, "repair");
    const writes = flags.yes === true && flags.dryRun !== true;
    const { repairUsers } = await import("../../kubeconfig/repair.ts");
    const users = await edit(context, { ...flags, dryRun: !writes }, ({ set }) => repairUsers(set));
    if (users.length === 0) return { text: "nothing to repair\n", extra: { users } };
    const lines = users.map((user) => `update user ${user}: exec v1alpha1 -> v1beta1\n`).join("");
    const extra = { users, written: writes };
    if (writes) return { text: lines, extra };
    if (flags.dryRun === true) return { text: `${lines}dry run: nothing was written\n`, extra };
    const failure = new FedctlError("KubeconfigInvalid", `${users.length} to repair; nothing was written`, {
      exitCode: ExitCode.Differences,
      hint: 'perform this plan with "fedctl config repair --yes"',
    });
    return { text: lines, extra, failure };
  });
}
