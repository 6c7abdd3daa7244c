import { Command, InvalidArgumentError, Option } from "commander";
import type { ControllerOptions } from "../engine/controller.ts";
import type { LogLevel } from "../engine/engine-log.ts";
import type { FederationDeps } from "../federation/deps.ts";
import type { Deps } from "./deps.ts";
import { parseDuration } from "./duration.ts";
import type { Execute } from "./execute.ts";
import { addHostFlags, type HostFlags, hostOptions } from "./shared-options.ts";

/** What a command line asks for, besides what the core takes. */
export interface LogOptions {
  readonly level: LogLevel;
  readonly write: (text: string) => void;
}

type Run = (options: ControllerOptions, core: FederationDeps, log: LogOptions) => Promise<void>;
const runCore: Run = async (options, core, { level, write }) => {
  const [{ runController }, { createEngineLog }] = await Promise.all([
    import("../engine/controller.ts"),
    import("../engine/engine-log.ts"),
  ]);
  const log = createEngineLog({ write, level, now: () => core.clock.now() });
  await runController(options, { ...core, random: Math.random, log });
};

interface ControllerFlags extends HostFlags {
  readonly shards: number;
  readonly shard?: number;
  readonly leaderElect: boolean;
  readonly concurrency: number;
  readonly metricsAddress: string;
  readonly healthAddress: string;
  readonly gracePeriod: number;
  readonly logLevel: LogLevel;
  readonly events: "warnings" | "all";
}

export function controllerCommand(execute: Execute, deps: Pick<Deps, "env" | "streams">, run: Run = runCore): Command {
  return addHostFlags(addControllerFlags(new Command("controller")), { writes: false })
    .summary("propagate federated objects, for as long as it runs")
    .description(
      "Brings the clusters to what the federated objects of the host say, whenever either changes, and asks the clusters how they are. " +
        "Logs JSON lines on stderr. Ends on SIGTERM and Ctrl-C, after what is under way.",
    )
    .action(async (flags: ControllerFlags) => {
      const log = {
        level: flags.logLevel,
        write: (text: string) => {
          deps.streams.err.write(text);
        },
      };
      await execute({
        kind: "ControllerResult",
        flags,
        endsByItself: true,
        run: (core) => run(controllerOptions(flags, deps.env), core, log),
      });
    });
}

function addControllerFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--shards <count>", "parts that the work is divided into, by namespace")
        .argParser(parseCount)
        .default(1),
    )
    .addOption(
      new Option("--shard <index>", "the one part to work on (default: whichever is free)").argParser(parseIndex),
    )
    .option("--no-leader-elect", "stand for no leader lock; for one process that is alone for certain")
    .addOption(
      new Option("--concurrency <count>", "federated objects worked on at a time").argParser(parseCount).default(64),
    )
    .option("--metrics-address <address>", "where /metrics is served, or off", "127.0.0.1:8080")
    .option("--health-address <address>", "where /healthz and /readyz are served, or off", "127.0.0.1:8081")
    .addOption(
      new Option("--grace-period <duration>", "how long writes under way may take to end")
        .argParser(parseDuration)
        .default(25_000, "25s"),
    )
    .addOption(
      new Option("--events <which>", "Events that are written to the host")
        .choices(["warnings", "all"])
        .default("warnings"),
    )
    .addOption(
      new Option("--log-level <level>", "the least that is logged")
        .choices(["debug", "info", "warn", "error"])
        .default("info"),
    );
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("a number greater than zero is wanted.");
  return Number(text);
}

function parseIndex(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("a whole number is wanted; the first is 0.");
  return Number(text);
}

function controllerOptions(flags: ControllerFlags, env: Deps["env"]): ControllerOptions {
  const { hostClusterContext, kubefedNamespace } = hostOptions(flags);
  return {
    hostClusterContext,
    kubefedNamespace,
    shards: flags.shards,
    shard: flags.shard,
    leaderElect: flags.leaderElect,
    concurrency: flags.concurrency,
    metricsAddress: unlessOff(flags.metricsAddress),
    healthAddress: unlessOff(flags.healthAddress),
    name: env["HOSTNAME"] ?? "fedctl",
    graceMs: flags.gracePeriod,
    writesNormalEvents: flags.events === "all",
  };
}

function unlessOff(address: string): string | undefined {
  return address === "off" ? undefined : address;
}
