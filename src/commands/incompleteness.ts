import type { DiffResult } from "../engine/diff.ts";
import { ExitCode, FedctlError } from "../errors.ts";

/** A comparison that could not look at everything must not pass for one that found nothing. */
export function incompleteness({ failures }: DiffResult): FedctlError | undefined {
  const [first] = failures;
  if (first === undefined) return undefined;
  const more = failures.length > 1 ? `; and ${failures.length - 1} more` : "";
  return new FedctlError("PartlyFailed", `not everything can be propagated: ${first.message}${more}`, {
    exitCode: ExitCode.PartlyFailed,
    cause: first,
    hint: first.hint,
  });
}
