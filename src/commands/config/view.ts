import { resolve } from "node:path";
import { Command } from "commander";
import { FedctlError } from "../../errors.ts";
import type { RawConfig } from "../../kubeconfig/types.ts";
import { given } from "../shared-options.ts";
import { addConfigAction, type ConfigContext, type ConfigFlags, goList, refuse, sourcesOf } from "./run-config.ts";

interface ViewFlags extends ConfigFlags {
  readonly output?: string;
  readonly raw?: boolean;
  readonly flatten?: boolean;
  readonly minify?: boolean;
  readonly merge?: boolean;
  readonly context?: string;
}

export function viewCommand(context: ConfigContext): Command {
  const command = new Command("view")
    .summary("print the merged kubeconfig")
    .option("-o, --output <format>", "yaml, json or name", "yaml")
    .option("--raw", "show certificates, keys and tokens")
    .option("--flatten", "take the files that entries name into the output")
    .option("--minify", "only what the current context needs")
    .option("--context <context>", "the context that --minify is about")
    .option("--no-merge", "only the first file")
    .option("--merge", "merge all files", true);
  return addConfigAction<ViewFlags>(command, context, async (args, flags) => {
    if (args.length > 0) throw refuse(`unexpected arguments: ${goList(args)}`, "view");
    const format = given(flags.output) ?? "yaml";
    if (!["yaml", "json", "name"].includes(format)) {
      throw refuse(
        `unable to match a printer suitable for the output format "${format}", allowed formats are: json,name,yaml`,
        "view",
      );
    }
    const shown = await prepared(await loadForView(flags, context), flags, context.deps.cwd);
    const { encodeConfig, printGoJson, sortKeys } = await import("../../kubeconfig/encode.ts");
    const encoded = encodeConfig(shown, {
      redact: flags.raw !== true && flags.flatten !== true ? true : flags.raw !== true,
    });
    const extra = { config: JSON.parse(printGoJson(encoded)) as unknown };
    if (format === "name") return { text: "config/<unknown>\n", extra };
    if (format === "json") return { text: printGoJson(encoded), extra };
    const { writeYaml } = await import("../../yaml/write-yaml.ts");
    return { text: writeYaml(sortKeys(encoded)), extra };
  });
}

async function prepared(raw: RawConfig, flags: ViewFlags, cwd: string): Promise<RawConfig> {
  const { flattenConfig, minifyConfig } = await import("../../kubeconfig/view.ts");
  const minified = flags.minify === true ? minifyConfig(raw, given(flags.context)) : raw;
  return flags.flatten === true ? flattenConfig(minified, cwd) : minified;
}

async function loadForView(flags: ViewFlags, { deps }: ConfigContext): Promise<RawConfig> {
  const { loadKubeconfig } = await import("../../kubeconfig/load.ts");
  const sources = sourcesOf(flags, deps);
  if (flags.merge !== false) return (await loadKubeconfig(sources, { mayBeMissing: true })).raw;
  const { destinationOf } = await import("../../kubeconfig/config-set.ts");
  const file = destinationOf(sources) ?? "";
  const { readFile } = await import("node:fs/promises");
  try {
    await readFile(resolve(deps.cwd, file));
  } catch (cause) {
    throw new FedctlError("KubeconfigMissing", `open ${file}: no such file or directory`, {
      hint: "name another file with --kubeconfig",
      cause,
    });
  }
  return (await loadKubeconfig({ ...sources, explicitPath: file })).raw;
}
