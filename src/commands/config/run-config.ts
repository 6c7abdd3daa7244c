import type { Command } from "commander";
import { FedctlError } from "../../errors.ts";
import type { KubeconfigSources } from "../../kubeconfig/types.ts";
import type { Deps } from "../deps.ts";
import { given, type OutputFlags } from "../shared-options.ts";

/** Flags of every `config` command. */
export interface ConfigFlags extends OutputFlags {
  readonly kubeconfig?: string;
  readonly dryRun?: boolean;
}

/** What a `config` command has to say. */
export interface ConfigOutcome {
  readonly text: string;
  /** For stderr. */
  readonly notes?: string | undefined;
  /** Fields of the JSON document. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
  /** What went wrong though there is something to show. */
  readonly failure?: FedctlError | undefined;
}

export interface ConfigContext {
  readonly deps: Deps;
  /** Called once a JSON document stands on stdout. */
  readonly onJsonPrinted: () => void;
}

/** Adds the flags, and prints what the command found out; no connection to any server is made. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Commander's flags have the type that the command declared
export function addConfigAction<Flags extends ConfigFlags>(
  command: Command,
  { deps, onJsonPrinted }: ConfigContext,
  action: (args: readonly string[], flags: Flags) => Promise<ConfigOutcome>,
): Command {
  return command
    .argument("[args...]")
    .option("--kubeconfig <path>", "kubeconfig file to use (default: $KUBECONFIG, then ~/.kube/config)")
    .option("--json", "print the result as one JSON document")
    .option("-v, --v <level>", "verbosity of the log on stderr", Number)
    .action(async (args: string[], flags: Flags) => {
      const { text, notes, extra, failure } = await action(args, flags);
      if (notes !== undefined) deps.streams.err.write(notes);
      if (flags.json === true) {
        const { renderJson } = await import("../../output/json.ts");
        const nothing = { changes: [], warnings: [], clusters: [] };
        const kind = `Config${command.name().replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase())}Result`;
        deps.streams.out.write(renderJson({ kind, dryRun: flags.dryRun ?? false, ...nothing, extra, error: failure }));
        onJsonPrinted();
      } else deps.streams.out.write(text);
      if (failure !== undefined) throw failure;
    });
}

export function sourcesOf({ kubeconfig }: ConfigFlags, { env, cwd }: Deps): KubeconfigSources {
  return { explicitPath: given(kubeconfig), env, cwd };
}

/** kubectl's refusal, with its exit code. */
export function refuse(message: string, command: string): FedctlError {
  return new FedctlError("Usage", message, { hint: `see "fedctl config ${command} --help"` });
}

/** Go's print of a list of arguments. */
export function goList(args: readonly string[]): string {
  return `[${args.join(" ")}]`;
}

export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  // As the flag library of kubectl splits lists.
  return [...previous, ...value.split(",")];
}

export function collectWhole(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
