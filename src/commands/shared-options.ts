import { type Command, InvalidArgumentError, Option } from "commander";
import type { HostOptions } from "../federation/deps.ts";
import { parseDuration } from "./duration.ts";

/** Kept in step with src/federation/kubefed-types.ts, which is not loaded for `--help`; a test compares them. */
export const defaultKubefedNamespace = "kube-federation-system";
/** `--request-timeout` where none is given. */
export const defaultRequestTimeoutMs = 30_000;
/** `--exec-timeout` where none is given: enough for somebody to log in with a browser. */
export const defaultExecTimeoutMs = 300_000;

/** Flags of every command. */
export interface OutputFlags {
  readonly json?: boolean;
  readonly v?: number;
}

/** Flags of every command that talks to a federation. */
export interface HostFlags extends OutputFlags {
  readonly kubeconfig?: string;
  readonly hostClusterContext?: string;
  readonly kubefedNamespace: string;
  readonly requestTimeout: number;
  readonly execTimeout: number;
  readonly dryRun?: boolean;
}

function parseVerbosity(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError("a whole number is wanted.");
  return Number(text);
}

export function addOutputFlags(command: Command): Command {
  return command
    .option("--json", "print the result as one JSON document")
    .option("-v, --v <level>", "verbosity of the log on stderr; 6 shows each request", parseVerbosity);
}

/** `--dry-run` is only for commands that write. */
export function addHostFlags(command: Command, { writes }: { readonly writes: boolean }): Command {
  command
    .option("--kubeconfig <path>", "kubeconfig file to use (default: $KUBECONFIG, then ~/.kube/config)")
    .option("--host-cluster-context <context>", "kubeconfig context of the host cluster (default: the current context)")
    .option("--kubefed-namespace <namespace>", "namespace of the KubeFed control plane", defaultKubefedNamespace)
    .addOption(
      new Option("--request-timeout <duration>", "limit for each single request")
        .argParser(parseDuration)
        .default(defaultRequestTimeoutMs, "30s"),
    )
    .addOption(
      new Option("--exec-timeout <duration>", "limit for each run of a credential plugin of the kubeconfig")
        .argParser(parseDuration)
        .default(defaultExecTimeoutMs, "5m"),
    );
  if (writes) command.option("--dry-run", "print the plan, write nothing");
  return addOutputFlags(command);
}

/** The part of the flags that the core takes. An empty string counts as not given, as in kubefedctl. */
export function hostOptions(flags: HostFlags): HostOptions {
  return {
    hostClusterContext: given(flags.hostClusterContext),
    ...(given(flags.kubeconfig) !== undefined && { kubeconfig: flags.kubeconfig }),
    kubefedNamespace: given(flags.kubefedNamespace) ?? defaultKubefedNamespace,
    dryRun: flags.dryRun ?? false,
  };
}

/** Undefined for an empty string: scripts pass `--flag "$UNSET"`. */
export function given(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
