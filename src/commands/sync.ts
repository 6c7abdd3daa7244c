import { Command, Option } from "commander";
import type { DiffResult } from "../engine/diff.ts";
import type { SyncOptions, SyncResult } from "../engine/sync.ts";
import type { FederationDeps } from "../federation/deps.ts";
import { isUnchanged } from "./diff.ts";
import { parseDuration } from "./duration.ts";
import type { Execute } from "./execute.ts";
import { dryRunLine } from "./result-text.ts";
import { addSelection, type SelectionFlags, selectionOptions } from "./selection-flags.ts";
import { addHostFlags } from "./shared-options.ts";

/** With `dryRun`, what would be done. */
type Run = (options: SyncOptions, core: FederationDeps) => Promise<SyncResult | DiffResult>;
const runSync: Run = async (options, core) =>
  options.dryRun
    ? (await import("../engine/diff.ts")).diffFederation(options, core)
    : (await import("../engine/sync.ts")).syncFederation(options, core);

interface SyncFlags extends SelectionFlags {
  readonly once?: boolean;
  readonly timeout: number;
  readonly events: "warnings" | "all";
}

const defaultTimeoutMs = 300_000;

export function syncCommand(execute: Execute, run: Run = runSync): Command {
  const command = addSelection(
    new Command("sync")
      .summary("bring the members to what the federated objects say, once")
      .description(
        "Propagates federated objects to the joined clusters and waits until they are there; no controller is needed. Exits 4 when something could not be propagated, 5 when it was not done in time. With --dry-run it shows what diff shows.",
      ),
  )
    .option("--once", "look at each object once: do not try again, nor wait for deletions")
    .addOption(
      new Option("--timeout <duration>", "limit for all of it")
        .argParser(parseDuration)
        .default(defaultTimeoutMs, "5m"),
    )
    .addOption(
      new Option("--events <which>", "events to write: of failures, or of each change too, which costs as much again")
        .choices(["warnings", "all"])
        .default("warnings"),
    );
  return addHostFlags(command, { writes: true }).action(
    async (type: string | undefined, name: string | undefined, flags: SyncFlags) => {
      const options = syncOptions({ type, name }, flags);
      const { describeDiffs, renderDiffs } = await import("./render-diffs.ts");
      await execute({
        kind: "SyncResult",
        flags,
        run: (core) => run(options, core),
        hides: (change) => flags.dryRun === true && isUnchanged(change),
        text: (result, colours) =>
          "diffs" in result ? renderDiffs(result, colours) + (dryRunLine(flags) ?? "") : doneLine(result.objects),
        extra: (result) => ({
          objects: result.objects,
          ...("diffs" in result && { diffs: describeDiffs(result) }),
        }),
        failure: (result) => ("diffs" in result ? result.incomplete : undefined),
      });
    },
  );
}

function doneLine(objects: number): string {
  return objects === 1
    ? "1 federated object is as it should be\n"
    : `${objects} federated objects are as they should be\n`;
}

function syncOptions(selected: Parameters<typeof selectionOptions>[0], flags: SyncFlags): SyncOptions {
  return {
    ...selectionOptions(selected, flags),
    once: flags.once ?? false,
    timeoutMs: flags.timeout,
    writesNormalEvents: flags.events === "all",
  };
}
