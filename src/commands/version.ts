import { Command } from "commander";
import type { VersionInfo } from "./deps.ts";
import type { Execute } from "./execute.ts";
import { addOutputFlags, type OutputFlags } from "./shared-options.ts";

export function versionCommand(execute: Execute, version: VersionInfo): Command {
  const command = new Command("version").summary("print the version of fedctl");
  return addOutputFlags(command).action(async (flags: OutputFlags) => {
    await execute({
      kind: "VersionResult",
      flags,
      run: () => Promise.resolve(version),
      text: ({ version, gitCommit, nodeVersion, platform }) =>
        `fedctl version: ${version} (commit ${gitCommit}, node ${nodeVersion}, ${platform})\n`,
      extra: (info) => ({ version: info }),
    });
  });
}
