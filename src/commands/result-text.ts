import { given, type HostFlags } from "./shared-options.ts";

/** The last line of a `--dry-run`, so that nobody takes the plan for the deed. */
export function dryRunLine(flags: HostFlags): string | undefined {
  return flags.dryRun === true ? "dry run: nothing was written\n" : undefined;
}

/** The flag that makes a suggested command address the same host; empty when the current context was meant. */
export function hostFlag(flags: HostFlags): string {
  const context = given(flags.hostClusterContext);
  return context === undefined ? "" : ` --host-cluster-context ${context}`;
}
