import { ExitCode, FedctlError } from "./errors.ts";
import type { Deps } from "./commands/deps.ts";
import { printToken, readGetTokenLine } from "./commands/eks/get-token-line.ts";
import type { ProgramEnd } from "./commands/program.ts";
import { palette } from "./output/colour.ts";
import { usesColour } from "./output/streams.ts";

/** Runs a command line (without node and script) and resolves to its exit code; whatever went wrong is printed here, once. */
export async function main(argv: readonly string[], deps: Deps): Promise<ExitCode> {
  const { error, jsonMissing } = await run(argv, deps);
  if (error === undefined) return ExitCode.Done;
  const known = error instanceof FedctlError ? error : internal(error);
  if (jsonMissing) await printJsonError(known, deps);
  const { renderError } = await import("./output/text.ts");
  deps.streams.err.write(renderError(known, await palette(usesColour(deps.streams.err, deps.env))));
  if (known.code === "Internal" && error instanceof Error) deps.streams.err.write(`${error.stack ?? ""}\n`);
  return known.exitCode;
}

/** kubectl waits for the token of its user at each call: that one command line does without the parser of all commands. */
async function run(argv: readonly string[], deps: Deps): Promise<ProgramEnd> {
  const tokenFlags = readGetTokenLine(argv);
  if (tokenFlags === undefined) {
    const { runProgram } = await import("./commands/program.ts");
    return runProgram(argv, deps);
  }
  try {
    await printToken(tokenFlags, deps);
    return { error: undefined, jsonMissing: false };
  } catch (error) {
    return { error, jsonMissing: false };
  }
}

function internal(error: unknown): FedctlError {
  const text = error instanceof Error ? error.message : String(error);
  return new FedctlError("Internal", `internal: ${text}`, {
    hint: "this is a bug in fedctl; please report it with the lines below",
  });
}

/** A command line that was refused before it became a command still answers `--json` with a document. */
async function printJsonError(error: FedctlError, deps: Deps): Promise<void> {
  const { renderJson } = await import("./output/json.ts");
  const nothing = { changes: [], warnings: [], clusters: [] };
  deps.streams.out.write(renderJson({ kind: "CommandResult", dryRun: false, ...nothing, error }));
}
