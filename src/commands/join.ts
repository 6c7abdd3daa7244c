import { Command, InvalidArgumentError, Option } from "commander";
import { ExitCode, FedctlError } from "../errors.ts";
import type { FederationDeps } from "../federation/deps.ts";
import type { JoinManyOptions } from "../federation/join/join-many.ts";
import type { Deps } from "./deps.ts";
import { parseDuration } from "./duration.ts";
import type { Execute } from "./execute.ts";
import { addEksMemberFlags, type EksDeps, eksMember, type EksMemberFlags, requireEksFlags } from "./join-eks.ts";
import { dryRunLine, hostFlag } from "./result-text.ts";
import { addHostFlags, given, type HostFlags, hostOptions } from "./shared-options.ts";

type JoinDeps = Pick<Deps, "readText"> & EksDeps;
type Run = (options: JoinManyOptions, core: FederationDeps) => Promise<unknown>;
const runJoin: Run = async (options, core) =>
  (await import("../federation/join/join-many.ts")).joinClusters(options, core);

interface JoinFlags extends HostFlags, EksMemberFlags {
  readonly clusterContext?: string;
  readonly hostClusterName?: string;
  readonly secretName?: string;
  readonly errorOnExisting: boolean;
  readonly apiEndpoint?: string;
  readonly caFile?: string;
  readonly checkEndpoint: boolean;
  readonly label?: Readonly<Record<string, string>>;
  readonly rbac?: "full" | "minimal";
  readonly wait?: boolean;
  readonly timeout?: number;
  readonly parallel: number;
}

/** `--timeout` where none is given. */
const defaultWaitMs = 120_000;

export function joinCommand(execute: Execute, deps: JoinDeps, run: Run = runJoin): Command {
  const command = addHostFlags(addEksMemberFlags(addJoinFlags(new Command("join"))), { writes: true });
  return command.action(async (clusterNames: string[], flags: JoinFlags) => {
    const waitMs = waitOf(flags);
    const eksCluster = requireEksFlags(flags, clusterNames);
    const caFile = given(flags.caFile);
    const options: JoinManyOptions = {
      ...hostOptions(flags),
      clusterNames,
      clusterContext: given(flags.clusterContext),
      hostClusterName: given(flags.hostClusterName),
      secretName: given(flags.secretName),
      errorOnExisting: flags.errorOnExisting,
      apiEndpoint: given(flags.apiEndpoint),
      caPem: caFile === undefined ? undefined : await deps.readText(caFile),
      skipEndpointCheck: !flags.checkEndpoint,
      labels: flags.label,
      rbac: flags.rbac,
      waitMs,
      parallel: flags.parallel,
    };
    await execute({
      kind: "JoinResult",
      flags,
      stdinIsTaken: caFile === "-",
      async run(core, _, connector) {
        const [clusterName = ""] = clusterNames;
        if (eksCluster === undefined) return run(options, core);
        const join = { eksCluster, clusterName, clusterContext: options.clusterContext, waitMs };
        return run({ ...options, ...(await eksMember(join, flags, { deps, core, connector })) }, core);
      },
      text: () => dryRunLine(flags) ?? joinedLine(options, hostFlag(flags)),
    });
  });
}

function addJoinFlags(command: Command): Command {
  return command
    .summary("register clusters with a KubeFed control plane")
    .argument("<cluster-names...>", "names of the joining clusters")
    .option("--cluster-context <context>", "kubeconfig context of the joining cluster (default: the cluster's name)")
    .option(
      "--host-cluster-name <name>",
      "name of the host cluster in the names of what is made in the joining cluster (default: the host context)",
    )
    .option(
      "--secret-name <name>",
      "name of the secret in the host cluster that holds the credential (default: made from the cluster's name)",
    )
    .option("--error-on-existing", "fail when the cluster is joined already", true)
    .option("--no-error-on-existing", "bring what exists up to date instead")
    .option("--api-endpoint <url>", "address of the cluster to register (default: that of its context)")
    .option("--ca-file <path>", "PEM file of the CA to register, - for standard input (default: that of its context)")
    .option("--check-endpoint", "try what is to be registered before anything is written", true)
    .option("--no-check-endpoint", "do not: the address is for the host's controllers alone to reach")
    .option("--label <key=value>", "label of the KubeFedCluster; repeatable", addLabel)
    .addOption(
      new Option(
        "--rbac <profile>",
        "permissions in the joining cluster: everything, or what the enabled types need (default: full, or as it is joined)",
      ).choices(["full", "minimal"]),
    )
    .option("--wait", "wait until a controller calls the clusters ready")
    .option("--timeout <duration>", "limit of --wait (default: 2m)", parseDuration)
    .addOption(new Option("-P, --parallel <number>", "clusters to join at a time").argParser(parseCount).default(8));
}

function addLabel(text: string, earlier: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [key = "", ...rest] = text.split("=");
  if (key === "" || rest.length === 0) throw new InvalidArgumentError("key=value is wanted.");
  const value = rest.join("=");
  if (Object.hasOwn(earlier, key) && earlier[key] !== value)
    throw new InvalidArgumentError(`label "${key}" is given two values.`);
  return { ...earlier, [key]: value };
}

function parseCount(text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count === 0) throw new InvalidArgumentError("a number from 1 to 9999 is wanted.");
  return count;
}

function waitOf({ wait = false, timeout }: JoinFlags): number | undefined {
  if (wait) return timeout ?? defaultWaitMs;
  if (timeout === undefined) return undefined;
  throw new FedctlError("Usage", "--timeout is the limit of --wait, which is not given", {
    exitCode: ExitCode.Usage,
    hint: "add --wait; the limit of a single request is --request-timeout",
  });
}

function joinedLine({ clusterNames, waitMs }: JoinManyOptions, host: string): string {
  const [first = "", ...others] = clusterNames;
  const what = others.length === 0 ? `cluster "${first}" is` : `${clusterNames.length} clusters are`;
  const it = others.length === 0 ? "it" : "them";
  return `${what} joined${waitMs === undefined ? "" : " and ready"}; see ${it} with: fedctl get clusters${host}\n`;
}
