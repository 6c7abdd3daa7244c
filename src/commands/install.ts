import { Command, InvalidArgumentError, Option } from "commander";
import type { FederationDeps } from "../federation/deps.ts";
import type { InstallOptions } from "../federation/install/install.ts";
import { ExitCode, FedctlError } from "../errors.ts";
import { renderObjects } from "./enable.ts";
import type { Execute } from "./execute.ts";
import { dryRunLine } from "./result-text.ts";
import { addHostFlags, given, type HostFlags, hostOptions } from "./shared-options.ts";

type Run = (options: InstallOptions, core: FederationDeps) => Promise<unknown>;
const runInstall: Run = async (options, core) =>
  (await import("../federation/install/install.ts")).installKubeFed(options, core);

interface InstallFlags extends HostFlags {
  readonly scope: "Cluster" | "Namespaced";
  readonly controller?: boolean;
  readonly controllerImage?: string;
  readonly controllerReplicas: number;
  readonly print?: boolean;
}

export function installCommand(execute: Execute, run: Run = runInstall): Command {
  const command = new Command("install")
    .summary("make a cluster the host of a federation")
    .description(
      "Creates the KubeFed CRDs, the types that are federated by default and the KubeFedConfig in the host cluster; " +
        "with --controller also what runs fedctl's controller there.",
    )
    .addOption(
      new Option("--scope <scope>", "what the control plane may federate")
        .choices(["Cluster", "Namespaced"])
        .default("Cluster"),
    )
    .option("--controller", "run fedctl's controller in the cluster: Deployment, permissions, disruption budget")
    .option("--controller-image <image>", "with --controller: the image to run, made from the Dockerfile")
    .addOption(
      new Option("--controller-replicas <count>", "with --controller: how many; one works, the others stand by")
        .argParser(parseCount)
        .default(2),
    )
    .option("--print", "print the objects as YAML, for a cluster that has none of them; ask and write to none");
  return addHostFlags(command, { writes: true }).action(async (flags: InstallFlags) => {
    const controller = controllerOf(flags);
    const options: InstallOptions = { ...hostOptions(flags), scope: flags.scope, ...(controller && { controller }) };
    if (flags.print === true) await execute(printing(options, flags));
    else
      await execute({
        kind: "InstallResult",
        flags,
        run: (core) => run(options, core),
        text: () => dryRunLine(flags) ?? `KubeFed is installed in namespace ${options.kubefedNamespace}\n`,
      });
  });
}

function printing(options: InstallOptions, flags: InstallFlags): Parameters<Execute>[0] {
  if (flags.json === true) throw usage("--json and --print cannot be combined", "leave out one of them");
  return {
    kind: "InstallResult",
    flags,
    run: async () => ({
      objects: (await import("../federation/install/manifests.ts")).installManifests(options),
    }),
    document: renderObjects,
  };
}

function controllerOf(flags: InstallFlags): InstallOptions["controller"] {
  const image = given(flags.controllerImage);
  if (flags.controller !== true) {
    if (image !== undefined) throw usage("--controller-image is about a controller", "add --controller");
    return undefined;
  }
  if (image === undefined)
    throw usage(
      "--controller needs --controller-image: there is no image that all clusters can pull",
      "build one with the Dockerfile of fedctl, push it where your cluster pulls from, and name it: --controller-image NAME",
    );
  return { image, replicas: flags.controllerReplicas };
}

function parseCount(value: string): number {
  if (!/^[1-9]\d?$/.test(value)) throw new InvalidArgumentError("a number from 1 to 99 is wanted.");
  return Number(value);
}

function usage(message: string, hint: string): FedctlError {
  return new FedctlError("Usage", message, { exitCode: ExitCode.Usage, hint });
}
