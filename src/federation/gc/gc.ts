import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import { withDeadline } from "../deadline.ts";
import type { Connection, FederationDeps } from "../deps.ts";
import { nameOf, objectLabel } from "../describe.ts";
import { namespaceType } from "../kubefed-types.ts";
import type { Warning } from "../report.ts";
import { identityOf, performStep, plannedChange, type Step } from "../step.ts";
import { quoted, suggestCommand } from "../suggest.ts";
import { waitUntilGone } from "../wait-gone.ts";
import { clusterOfCredential, hostDebris, unusedSecrets } from "./host-debris.ts";
import { type GcHost, readGcHost } from "./host-facts.ts";
import { memberDebris } from "./member-debris.ts";
import { type GcMember, readGcMember } from "./member-facts.ts";
import type { GcOptions } from "./options.ts";

export type { GcOptions } from "./options.ts";

const goneTimeoutMs = 30_000;

/**
 * Finds what earlier joins and unjoins left in the host and its members, and removes what is certain to be debris when that is wanted.
 * @throws FedctlError DebrisFound, exit 3, when there is something and it was not to be removed; LeftBehind; PartlyFailed
 */
export async function collectGarbage(options: GcOptions, deps: FederationDeps): Promise<void> {
  const host = await deps.connect(options.hostClusterContext);
  const found = await look(host, options, deps);
  for (const warning of found.warnings) deps.report.warn(warning);
  const isPlan = options.dryRun || !options.yes;
  const certain = found.steps.filter(({ action }) => action === "delete");
  if (isPlan) tellPlan(found, options, deps);
  else await remove(found, deps);
  if (found.unseen.length > 0) throw notAllSeen(found.unseen);
  if (!isPlan && certain.length > 0) await requireGone(host, options, deps);
}

interface Debris {
  readonly steps: readonly Step[];
  readonly warnings: readonly Warning[];
  readonly host: Connection;
  /** By context. */
  readonly members: ReadonlyMap<string, Connection>;
  /** Contexts that were named, and whose clusters could not be looked at. */
  readonly unseen: readonly string[];
}

async function look(host: Connection, options: GcOptions, deps: FederationDeps): Promise<Debris> {
  const hostFacts = await readGcHost(host, options.kubefedNamespace);
  const looks = await Promise.all(
    contextsOf(hostFacts, options).map((wanted) => lookAt(wanted, hostFacts, { host, deps })),
  );
  const byCluster = new Map<string, Seen>();
  for (const { seen } of looks)
    if (seen !== undefined && !byCluster.has(seen.facts.id)) byCluster.set(seen.facts.id, seen);
  const debris = [...byCluster.values()].map(({ facts }) => memberDebris(hostFacts, facts));
  return {
    steps: [...debris.flatMap(({ steps }) => steps), ...hostDebris(hostFacts)],
    warnings: [...looks.flatMap(({ warning }) => warning ?? []), ...debris.flatMap(({ warnings }) => warnings)],
    host,
    members: new Map([...byCluster.values()].map(({ facts, connection }) => [facts.context, connection])),
    unseen: looks.flatMap(({ unseen }) => unseen ?? []),
  };
}

interface WantedContext {
  readonly context: string;
  /** named: by the user; joined: it is that of a registered cluster; guessed: there may be none. */
  readonly because: "named" | "joined" | "guessed";
}

function contextsOf(host: GcHost, { clusterContexts }: GcOptions): readonly WantedContext[] {
  if (clusterContexts.length > 0)
    return [...new Set(clusterContexts)].map((context) => ({ context, because: "named" }));
  const joined = host.clusters.map(nameOf);
  const guessed = [host.context, ...unusedSecrets(host).flatMap((secret) => clusterOfCredential(secret) ?? [])];
  return [
    ...joined.map((context) => ({ context, because: "joined" }) as const),
    ...[...new Set(guessed)]
      .filter((context) => !joined.includes(context))
      .map((context) => ({ context, because: "guessed" }) as const),
  ];
}

interface Seen {
  readonly connection: Connection;
  readonly facts: GcMember;
}

interface Look {
  readonly seen?: Seen;
  readonly warning?: Warning;
  readonly unseen?: string;
}

async function lookAt(
  { context, because }: WantedContext,
  { kubefedNamespace }: GcHost,
  { host, deps }: { readonly host: Connection; readonly deps: FederationDeps },
): Promise<Look> {
  try {
    const connection = context === host.api.context ? host : await deps.connect(context);
    const facts = await readGcMember(connection, kubefedNamespace);
    deps.report.cluster({ name: context, reached: true });
    return { seen: { connection, facts } };
  } catch (error) {
    if (!(error instanceof FedctlError) || error.code === "Interrupted") throw error;
    if (because === "guessed" && error.code === "ContextNotFound") return {};
    deps.report.cluster({ name: context, reached: false });
    const name = because === "joined" ? "; name its context with --cluster-context" : "";
    const message = `cluster "${context}" was not looked at: ${error.message}${name}`;
    return { warning: { code: "ClusterNotLookedAt", message }, ...(because === "named" && { unseen: context }) };
  }
}

function tellPlan({ steps, warnings }: Debris, options: GcOptions, { report }: FederationDeps): void {
  for (const step of steps) report.change(plannedChange(step));
  const certain = steps.filter(({ action }) => action === "delete").length;
  const doubtful = steps.length - certain + warnings.filter(({ code }) => code === "WorkloadsFound").length;
  if (certain + doubtful === 0) return;
  const contexts = options.clusterContexts.map((context) => ` --cluster-context ${quoted(context)}`).join("");
  throw new FedctlError("DebrisFound", `${certain} objects to remove and ${doubtful} to look at; nothing was removed`, {
    exitCode: ExitCode.Differences,
    hint:
      certain === 0
        ? "what is to be looked at is never removed; the reasons say why"
        : `remove what is certain: ${suggestCommand(`gc --yes${contexts}`, options)}`,
  });
}

/** Permissions first; the host's credentials last, which tell whose the rest is. */
async function remove({ steps, host, members }: Debris, deps: FederationDeps): Promise<void> {
  const inMembers = steps.filter(({ cluster, type }) => members.has(cluster) && type.kind !== namespaceType.kind);
  const bindings = inMembers.filter(({ type }) => type.kind.endsWith("Binding"));
  const namespaces = steps.filter(({ type }) => type.kind === namespaceType.kind);
  const inHost = steps.filter((step) => !inMembers.includes(step) && !namespaces.includes(step));
  const rest = inMembers.filter((step) => !bindings.includes(step));
  for (const group of [bindings, rest, namespaces, inHost]) {
    await Promise.all(group.map((step) => removeOne(step, members.get(step.cluster) ?? host, deps)));
  }
}

/** A failure is reported with its object, and shows when everything is looked for again. */
async function removeOne(step: Step, { api }: Connection, { report, signal, clock }: FederationDeps): Promise<void> {
  try {
    await performStep(api, step, report);
    if (step.action !== "delete" || step.type.kind !== namespaceType.kind) return;
    await withDeadline({ timeoutMs: goneTimeoutMs, signal, clock }, (limited) =>
      waitUntilGone(api, { type: step.type, name: nameOf(step.object) }, { signal: limited, clock }),
    );
  } catch (error) {
    if (!(error instanceof FedctlError) || hasCode(error, "Interrupted")) throw error;
  }
}

/** Looks again. @throws FedctlError LeftBehind, exit 6, naming what is still there */
async function requireGone(host: Connection, options: GcOptions, deps: FederationDeps): Promise<void> {
  const { report } = deps;
  const quiet = { ...report, cluster: () => undefined };
  const { steps } = await look(host, options, { ...deps, report: quiet });
  const left = steps.filter(({ action }) => action === "delete");
  if (left.length === 0) return;
  const list = left.map((step) => `${objectLabel(identityOf(step))} of cluster "${step.cluster}"`).join(", ");
  throw new FedctlError("LeftBehind", `still there: ${list}`, {
    exitCode: ExitCode.LeftBehind,
    hint: "the changes above say why; then run the same command again",
  });
}

function notAllSeen(contexts: readonly string[]): FedctlError {
  return new FedctlError("PartlyFailed", `could not look at: ${contexts.join(", ")}`, {
    exitCode: ExitCode.PartlyFailed,
    hint: "the warnings say why; then run the same command again",
  });
}
