import type { FederationDeps } from "../federation/deps.ts";
import type { Change, ClusterSummary, Report, Warning } from "../federation/report.ts";
import { type Palette, palette } from "../output/colour.ts";
import { usesColour } from "../output/streams.ts";
import { FedctlError } from "../errors.ts";
import type { Connector, Deps } from "./deps.ts";
import { defaultExecTimeoutMs, defaultRequestTimeoutMs, type HostFlags, type OutputFlags } from "./shared-options.ts";

/** A command, parsed: what to run and how its result reads. */
export interface CommandSpec<Result> {
  /** Of the JSON document: `JoinResult`. */
  readonly kind: string;
  readonly flags: OutputFlags & Partial<HostFlags>;
  readonly stdinIsTaken?: boolean;
  /** Connections outlive Ctrl-C and SIGTERM, and end with the run. */
  readonly endsByItself?: boolean;
  /** @param know called once the result is known though not all of it is written yet: it is told also when that fails */
  run(core: FederationDeps, know: (result: Result) => void, connector: Connector): Promise<Result>;
  /** Changes that a person need not read of; the JSON document has them. */
  hides?(change: Change): boolean;
  /** What a person reads behind the table of changes, when the command finished. */
  text?(result: Result, colours: Palette): string;
  /** Fields of this command alone in the JSON document. */
  extra?(result: Result): Readonly<Record<string, unknown>>;
  /** What went wrong though there is a result to show. */
  failure?(result: Result): FedctlError | undefined;
  /** Replaces table and text: `-o yaml`. */
  document?(result: Result): Promise<string>;
  /** Printed on stderr before the result: what was taken, what was skipped. */
  notes?(result: Result, colours: Palette): Promise<string>;
}

export type Execute = <Result>(spec: CommandSpec<Result>) => Promise<void>;

interface Gathered {
  readonly changes: Change[];
  readonly warnings: Warning[];
  readonly clusters: ClusterSummary[];
}

/**
 * Runs one command over real connections and prints its result: the changes made so far also when it fails half-way.
 * @param onPrinted called once a JSON document stands on stdout
 * @throws whatever the command threw, after printing
 */
export function executor(deps: Deps, onPrinted: () => void): Execute {
  return async <Result>(spec: CommandSpec<Result>): Promise<void> => {
    const { progressLine } = await import("../output/progress.ts");
    const { renderWarning } = await import("../output/text.ts");
    const errColours = await palette(usesColour(deps.streams.err, deps.env));
    const progress = progressLine(deps.streams.err, () => deps.clock.now());
    const say = (text: string): void => {
      progress.clear();
      deps.streams.err.write(text);
    };
    const gathered: Gathered = { changes: [], warnings: [], clusters: [] };
    const report: Report = {
      change: (change) => void gathered.changes.push(change),
      warn(warning) {
        gathered.warnings.push(warning);
        say(renderWarning(warning, errColours));
      },
      cluster: (summary) => void gathered.clusters.push(summary),
      progress: (text, count) => {
        progress.show(text, count);
      },
    };
    const connector = openConnector(deps, spec, say);
    let known: { readonly value: Result } | undefined;
    let failure: { readonly error: unknown } | undefined;
    let isFinished = false;
    const know = (value: Result): void => void (known = { value });
    try {
      const core: FederationDeps = {
        connect: (context) => connector.connect(context),
        connectWith: (config, token) => connector.connectWith(config, token),
        clock: deps.clock,
        signal: deps.signal,
        report,
      };
      const result = await spec.run(core, know, connector);
      know(result);
      isFinished = true;
      const error = spec.failure?.(result);
      if (error !== undefined) failure = { error };
    } catch (error) {
      failure = { error };
    }
    try {
      progress.clear();
      if (spec.notes !== undefined && known !== undefined) say(await spec.notes(known.value, errColours));
      await print(deps, spec, { gathered, result: known, isFinished, failure });
    } finally {
      connector.close();
    }
    if (spec.flags.json === true) onPrinted();
    if (failure !== undefined) throw failure.error;
  };
}

function openConnector(
  deps: Deps,
  { flags, stdinIsTaken, endsByItself }: Pick<CommandSpec<never>, "flags" | "stdinIsTaken" | "endsByItself">,
  say: (text: string) => void,
): Connector {
  const verbosity = flags.v ?? 0;
  const warn = (text: string): void => {
    say(`warning: ${text}\n`);
  };
  return deps.connector({
    kubeconfig: flags.kubeconfig === "" ? undefined : flags.kubeconfig,
    requestTimeoutMs: flags.requestTimeout ?? defaultRequestTimeoutMs,
    execTimeoutMs: flags.execTimeout ?? defaultExecTimeoutMs,
    stdinIsTaken,
    ...(endsByItself === true && { signal: new AbortController().signal }),
    onIgnored: warn,
    // Every join makes newer servers warn of an annotation that KubeFed's contract asks for; nobody can act on that.
    ...(verbosity >= 1 && { onKubeconfigWarning: warn, onServerWarning: warn }),
    ...(verbosity >= 6 && {
      onRequest: ({ method, url, status, ms }) => {
        say(`${method} ${url} ${status === 0 ? "no answer" : String(status)} ${ms.toFixed(0)} ms\n`);
      },
    }),
  });
}

interface Ending<Result> {
  readonly gathered: Gathered;
  readonly result: { readonly value: Result } | undefined;
  /** The command ran to its end: the result is more than what was known on the way. */
  readonly isFinished: boolean;
  readonly failure: { readonly error: unknown } | undefined;
}

async function print<Result>(deps: Deps, spec: CommandSpec<Result>, ending: Ending<Result>): Promise<void> {
  const { out } = deps.streams;
  if (spec.flags.json === true) {
    out.write(await renderAsJson(spec, ending));
    return;
  }
  const finished = ending.isFinished ? ending.result : undefined;
  if (spec.document !== undefined) {
    if (finished !== undefined) out.write(await spec.document(finished.value));
    return;
  }
  const { renderChanges } = await import("../output/text.ts");
  const colours = await palette(usesColour(out, deps.env));
  const { inOrder } = await import("../output/order.ts");
  const shown = ending.gathered.changes.filter((change) => spec.hides?.(change) !== true);
  out.write(renderChanges(inOrder(shown), colours));
  if (finished !== undefined && spec.text !== undefined) out.write(spec.text(finished.value, colours));
}

async function renderAsJson<Result>(spec: CommandSpec<Result>, ending: Ending<Result>): Promise<string> {
  const { renderJson } = await import("../output/json.ts");
  const { inOrder } = await import("../output/order.ts");
  return renderJson({
    kind: spec.kind,
    dryRun: spec.flags.dryRun ?? false,
    ...ending.gathered,
    changes: inOrder(ending.gathered.changes),
    error: ending.failure === undefined ? undefined : asFedctlError(ending.failure.error),
    extra: ending.result === undefined ? undefined : spec.extra?.(ending.result.value),
  });
}

/** A bug of ours in a JSON document: its text only; `main` prints the stack on stderr. */
export function asFedctlError(error: unknown): FedctlError {
  if (error instanceof FedctlError) return error;
  return new FedctlError("Internal", error instanceof Error ? error.message : String(error), { cause: error });
}
