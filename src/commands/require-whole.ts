import type { DiffResult } from "../engine/diff.ts";
import { ExitCode, FedctlError } from "../errors.ts";

/** A comparison that could not look at everything must not pass for one that found nothing. @throws FedctlError PartlyFailed */
export function requireWhole({ failures }: DiffResult): void {
  const [first] = failures;
  if (first === undefined) return;
  const more = failures.length > 1 ? `; and ${failures.length - 1} more` : "";
  throw new FedctlError("PartlyFailed", `not everything can be propagated: ${first.message}${more}`, {
    exitCode: ExitCode.PartlyFailed,
    cause: first,
    hint: first.hint,
  });
}
