import { Command, InvalidArgumentError, Option } from "commander";
import type { FederationDeps } from "../federation/deps.ts";
import type { FederateOptions, FederateResult } from "../federation/federate/options.ts";
import { ExitCode, FedctlError } from "../errors.ts";
import { renderObjects } from "./enable.ts";
import type { Deps } from "./deps.ts";
import type { Execute } from "./execute.ts";
import { federateFiles, type FileFlags } from "./federate-files.ts";
import { dryRunLine } from "./result-text.ts";
import { addHostFlags, given, hostOptions } from "./shared-options.ts";

type Run = (
  options: FederateOptions,
  core: FederationDeps,
  onPlanned: (result: FederateResult) => void,
) => Promise<FederateResult>;
const runFederate: Run = async (...args) =>
  (await import("../federation/federate/federate.ts")).federateObjects(...args);

interface FederateFlags extends FileFlags {
  readonly filename?: string[];
  readonly output?: "yaml";
}

export function federateCommand(execute: Execute, deps: Pick<Deps, "readText">, run: Run = runFederate): Command {
  const command = new Command("federate")
    .summary("make federated objects from objects of the host cluster")
    .argument("[type]", "plural, singular, kind, short name, or plural.group")
    .argument("[names...]", "names of the objects; none with -l or -A");
  addSelectionFlags(command);
  addWritingFlags(command);
  return addHostFlags(command, { writes: true }).action(
    async (type: string | undefined, names: string[], flags: FederateFlags) => {
      refuseMixedFlags(flags);
      const files = (flags.filename ?? []).filter((file) => file !== "");
      if (files.length > 0) {
        await federateFiles({ files, words: type === undefined ? [] : [type, ...names], flags }, execute, deps);
        return;
      }
      if (type === undefined) throw missingType();
      const options = optionsOf(type, names, flags);
      await execute({
        kind: "FederateResult",
        flags,
        run: (core, know) => run(options, core, know),
        notes: async (result, colours) => {
          const { renderSelection } = await import("../output/selection.ts");
          const isSelection = options.contents || options.names.length === 0;
          return isSelection ? renderSelection(result, { colours, whole: (flags.v ?? 0) >= 1 }) : "";
        },
        text: () => dryRunLine(flags) ?? "",
        extra: ({ taken, skipped, skippedTypes }) => ({ taken, skipped, skippedTypes }),
        ...(flags.output === "yaml" && { document: ({ objects }: FederateResult) => renderObjects({ objects }) }),
      });
    },
  );
}

function missingType(): FedctlError {
  return new FedctlError("Usage", "missing required argument 'type'", {
    exitCode: ExitCode.Usage,
    hint: 'see "fedctl federate --help"',
  });
}

function repeat(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

/** Which objects. */
function addSelectionFlags(command: Command): void {
  command
    .option("-f, --filename <path>", "print manifests as federated objects, - for standard input; repeatable", repeat)
    .option("-n, --namespace <namespace>", "namespace of the objects (default: that of the context they are read with)")
    .option("-A, --all-namespaces", "objects of all namespaces but those that KubeFed leaves alone")
    .option("-l, --selector <selector>", "objects with these labels, as in kubectl get -l")
    .option("--from-context <context>", "read the objects from this cluster instead of the host")
    .option("-c, --contents", "of namespaces: federate also what is in them")
    .option(
      "-s, --skip-api-resources <types>",
      "with --contents: types or groups to leave out, comma-separated; repeatable",
      collect,
    )
    .option(
      "--include <type[/name]>",
      "take what is left out because clusters make their own, comma-separated; repeatable",
      collect,
    )
    .option("--ignore-forbidden", "with --contents: leave out, with a warning, types that cannot be listed");
}

/** What is made of them. */
function addWritingFlags(command: Command): void {
  command
    .option("-t, --enable-type", "enable types that are not yet federated")
    .addOption(
      new Option("--on-conflict <what>", "with objects that are federated with another template")
        .choices(["fail", "skip", "update"])
        .default("fail"),
    )
    .option("--clusters <names>", "place them in these clusters, comma-separated (default: in all)", collect)
    .option("--cluster-selector <labels>", "place them in the clusters with these labels, as in region=eu", parseLabels)
    .addOption(
      new Option("--annotations <what>", "tell the keys of annotations that are dropped, or override them per cluster")
        .choices(["report", "override"])
        .default("report"),
    )
    .addOption(new Option("-o, --output <format>", "print the objects, write nothing").choices(["yaml"]));
}

function optionsOf(type: string, names: readonly string[], flags: FederateFlags): FederateOptions {
  return {
    ...hostOptions(flags),
    type,
    names,
    selector: given(flags.selector),
    allNamespaces: flags.allNamespaces ?? false,
    namespace: given(flags.namespace),
    contents: flags.contents ?? false,
    enableType: flags.enableType ?? false,
    skipApiResources: flags.skipApiResources ?? [],
    include: flags.include ?? [],
    ignoreForbidden: flags.ignoreForbidden ?? false,
    onConflict: flags.onConflict,
    ...(flags.annotations === "override" && { annotations: flags.annotations }),
    clusters: flags.clusters,
    clusterSelector: flags.clusterSelector,
    fromContext: given(flags.fromContext),
    output: flags.output,
  };
}

function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, ...value.split(",").filter((entry) => entry !== "")];
}

/** An empty list of labels would mean every cluster, which nobody asks for this way. */
function parseLabels(value: string, earlier: Readonly<Record<string, string>> = {}): Record<string, string> {
  const labels = value.split(",").map((entry) => /^([^=!\s]+)==?([^=\s]*)$/.exec(entry.trim()));
  return {
    ...earlier,
    ...Object.fromEntries(
      labels.map((match) => {
        if (match === null) throw new InvalidArgumentError("labels are wanted, as in region=eu,tier=web.");
        return [match[1] ?? "", match[2] ?? ""];
      }),
    ),
  };
}

function refuseMixedFlags(flags: FederateFlags): void {
  if (flags.output === undefined) return;
  const other = flags.enableType === true ? "--enable-type" : "--json";
  if (flags.enableType !== true && flags.json !== true) return;
  throw new FedctlError("Usage", `${other} and --output cannot be combined`, {
    exitCode: ExitCode.Usage,
    hint: "leave out one of them",
  });
}
