import { Command, Option } from "commander";
import type { FederationDeps } from "../federation/deps.ts";
import type { EnableOptions, EnableResult } from "../federation/enable/enable.ts";
import { ExitCode, FedctlError } from "../errors.ts";
import type { Deps } from "./deps.ts";
import type { Execute } from "./execute.ts";
import { dryRunLine } from "./result-text.ts";
import { addHostFlags, given, type HostFlags, hostOptions } from "./shared-options.ts";

type Run = (options: EnableOptions, core: FederationDeps) => Promise<EnableResult>;
const runEnable: Run = async (options, core) =>
  (await import("../federation/enable/enable.ts")).enableTypes(options, core);

interface EnableFlags extends HostFlags {
  readonly federatedGroup?: string;
  readonly federatedVersion?: string;
  readonly version?: string;
  readonly filename?: string;
  readonly output?: "yaml";
}

export function enableCommand(execute: Execute, deps: Pick<Deps, "readText">, run: Run = runEnable): Command {
  const command = new Command("enable")
    .summary("let a type be federated")
    .description("Creates the federated type (a CRD) and the FederatedTypeConfig for each named type.")
    .argument("[types...]", "plural, singular, kind, short name, or plural.group")
    .option("--federated-group <group>", "API group of the federated type (default: types.kubefed.io)")
    .option("--federated-version <version>", "API version of the federated type (default: v1beta1)")
    .option("--version <version>", "API version of the type to federate (default: the server's preferred one)")
    .option("-f, --filename <path>", "file with EnableTypeDirectives, - for standard input")
    .addOption(new Option("-o, --output <format>", "print the objects, write nothing").choices(["yaml"]));
  return addHostFlags(command, { writes: true }).action(async (names: string[], flags: EnableFlags) => {
    refuseMixedFlags(names, flags);
    const directives = await readDirectives(flags, deps);
    const options: EnableOptions = {
      ...hostOptions(flags),
      names,
      directives,
      version: given(flags.version),
      federatedGroup: given(flags.federatedGroup),
      federatedVersion: given(flags.federatedVersion),
      output: flags.output,
    };
    await execute({
      kind: "EnableResult",
      flags,
      stdinIsTaken: flags.filename === "-",
      run: (core) => run(options, core),
      text: () => dryRunLine(flags) ?? "",
      ...(flags.output === "yaml" && { document: renderObjects }),
    });
  });
}

/** `-o yaml`: the objects instead of a result. */
export async function renderObjects(result: { readonly objects?: readonly unknown[] | undefined }): Promise<string> {
  return (await import("../output/yaml.ts")).renderYamlDocuments(result.objects ?? []);
}

function refuseMixedFlags(names: readonly string[], flags: EnableFlags): void {
  const filename = given(flags.filename);
  if (filename === undefined && names.length === 0) {
    throw usage("missing required argument 'types'", "name a type, as in: fedctl enable configmaps");
  }
  if (filename !== undefined && names.length > 0) {
    throw usage(
      "types are named either as arguments or in the file of --filename, not both",
      `leave out ${names.join(" ")} or -f`,
    );
  }
  if (flags.output !== undefined && flags.json === true)
    throw usage("--json and --output cannot be combined", "leave out one of them");
}

async function readDirectives(flags: EnableFlags, deps: Pick<Deps, "readText">): Promise<unknown[] | undefined> {
  const filename = given(flags.filename);
  if (filename === undefined) return undefined;
  const { parseYamlDocuments } = await import("../output/yaml.ts");
  return parseYamlDocuments(await deps.readText(filename), filename);
}

function usage(message: string, hint: string): FedctlError {
  return new FedctlError("Usage", message, { exitCode: ExitCode.Usage, hint });
}
