import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { ExitCode, FedctlError } from "../errors.ts";
import { sameData } from "../yaml/same-data.ts";
import { type Body, type EntryKind, isBody, KubeconfigDocument } from "./document.ts";
import { errnoOf, goReadError } from "./internal/go-file-error.ts";

export interface MergeStep {
  readonly action: "add" | "keep" | "replace";
  readonly kind: EntryKind;
  readonly name: string;
  /** Another one where it was renamed. */
  readonly newName: string;
  /** Where it comes from. */
  readonly file: string;
}

export interface MergePlan {
  readonly steps: readonly MergeStep[];
  readonly bodies: ReadonlyMap<MergeStep, Body>;
  /** "" leaves it. */
  readonly currentContext: string;
}

/** @throws FedctlError KubeconfigMissing, KubeconfigUnreadable */
export async function readSources(files: readonly string[], cwd: string): Promise<readonly MergeSource[]> {
  return Promise.all(
    files.map(async (file) => {
      try {
        return {
          folder: dirname(resolve(cwd, file)),
          document: new KubeconfigDocument(await readFile(resolve(cwd, file), "utf8"), file),
          cwd,
        };
      } catch (cause) {
        if (cause instanceof FedctlError || errnoOf(cause) === "") throw cause;
        throw new FedctlError("KubeconfigMissing", goReadError(cause, file), {
          hint: "name existing kubeconfig files",
          cause,
        });
      }
    }),
  );
}

export interface MergeSource {
  readonly document: KubeconfigDocument;
  /** What relative paths in it start from. */
  readonly folder: string;
  readonly cwd: string;
}

export type ConflictPolicy = "fail" | "keep" | "replace" | "rename";

/**
 * What merging would do, without doing it. Users and clusters come first, since contexts follow them to new names.
 * @throws FedctlError ObjectConflict naming all conflicts, with the policy "fail"
 */
export function planMerge(
  into: KubeconfigDocument,
  sources: readonly MergeSource[],
  policy: ConflictPolicy,
): MergePlan {
  const planning: Planning = { taken: takenIn(into), bodies: new Map(), conflicts: [], policy };
  for (const source of sources) {
    const move: Move = {
      renames: { clusters: new Map(), users: new Map(), contexts: new Map() },
      targetFolder: dirname(resolve(source.cwd, into.file)),
    };
    for (const entry of entriesOf(source.document)) planEntry(planning, source, { ...entry, move });
  }
  if (planning.conflicts.length > 0) throw conflictError(planning.conflicts, into.file);
  const first = sources.map(({ document }) => document.currentContext).find((name) => name !== "") ?? "";
  const { bodies } = planning;
  return { steps: [...bodies.keys()], bodies, currentContext: into.currentContext === "" ? first : "" };
}

interface Planning {
  readonly taken: Readonly<Record<EntryKind, Map<string, Body>>>;
  readonly bodies: Map<MergeStep, Body>;
  readonly conflicts: string[];
  readonly policy: ConflictPolicy;
}

interface Entry {
  readonly kind: EntryKind;
  readonly name: string;
  readonly move: Move;
}

function takenIn(into: KubeconfigDocument): Planning["taken"] {
  const entries = (kind: EntryKind): Map<string, Body> =>
    new Map(into.names(kind).map((name) => [name, into.entry(kind, name) ?? new Map()]));
  return { clusters: entries("clusters"), users: entries("users"), contexts: entries("contexts") };
}

function planEntry(
  { taken, bodies, conflicts, policy }: Planning,
  source: MergeSource,
  { kind, name, move }: Entry,
): void {
  const { file } = source.document;
  const body = moved(kind, source, { ...move, name });
  const existing = taken[kind].get(name);
  const differs = existing !== undefined && !sameData(existing, body);
  if (differs && policy === "fail") conflicts.push(`${kind.slice(0, -1)} "${name}" of ${file}`);
  const newName = differs && policy === "rename" ? freeName(name, taken[kind]) : name;
  if (newName !== name) move.renames[kind].set(name, newName);
  const action = actionOf(existing, { differs, policy });
  if (action !== "keep") taken[kind].set(newName, body);
  bodies.set({ action, kind, name, newName, file }, body);
}

const kinds: readonly EntryKind[] = ["clusters", "users", "contexts"];

function entriesOf(document: KubeconfigDocument): readonly { readonly kind: EntryKind; readonly name: string }[] {
  return kinds.flatMap((kind) => document.names(kind).map((name) => ({ kind, name })));
}

interface Verdict {
  readonly differs: boolean;
  readonly policy: string;
}

function actionOf(existing: Body | undefined, { differs, policy }: Verdict): MergeStep["action"] {
  if (existing === undefined || (differs && policy === "rename")) return "add";
  return differs && policy === "replace" ? "replace" : "keep";
}

function conflictError(conflicts: readonly string[], into: string): FedctlError {
  return new FedctlError("ObjectConflict", `${into} has other entries of the same names: ${conflicts.join(", ")}`, {
    exitCode: ExitCode.Conflict,
    hint: "nothing was written; choose with --on-conflict=keep, replace or rename",
  });
}

function freeName(name: string, taken: ReadonlyMap<string, unknown>): string {
  let number = 2;
  while (taken.has(`${name}-${number}`)) number += 1;
  return `${name}-${number}`;
}

const pathKeys: Readonly<Record<EntryKind, readonly string[]>> = {
  clusters: ["certificate-authority"],
  users: ["client-certificate", "client-key", "tokenFile"],
  contexts: [],
};

interface Move {
  readonly renames: Readonly<Record<EntryKind, Map<string, string>>>;
  readonly targetFolder: string;
}

/** The entry as it has to read in the other file: its paths lead to the same files, its names to the same entries. */
function moved(kind: EntryKind, { document, folder }: MergeSource, move: Move & { readonly name: string }): Body {
  const body = new Map(document.entry(kind, move.name));
  for (const key of pathKeys[kind]) {
    const path = body.get(key);
    if (typeof path === "string" && path !== "") body.set(key, repath(path, folder, move.targetFolder));
  }
  const exec = body.get("exec");
  if (kind === "users" && isBody(exec)) body.set("exec", movedExec(exec, folder));
  for (const [key, list] of kind === "contexts" ? references : []) {
    const renamed = move.renames[list].get(String(body.get(key)));
    if (renamed !== undefined) body.set(key, renamed);
  }
  return body;
}

const references = [
  ["cluster", "clusters"],
  ["user", "users"],
] as const;

/** A command with a slash in it is a path that starts from its kubeconfig. */
function movedExec(exec: Body, folder: string): Body {
  const command = exec.get("command");
  const isRelative = typeof command === "string" && command.includes("/") && !isAbsolute(command);
  return isRelative ? new Map([...exec, ["command", join(folder, command)]]) : exec;
}

function repath(path: string, from: string, to: string): string {
  if (isAbsolute(path) || from === to) return path;
  const absolute = join(from, path);
  const below = relative(to, absolute);
  return below.startsWith("..") ? absolute : below;
}

export function applyMerge(into: KubeconfigDocument, plan: MergePlan): void {
  for (const [step, body] of plan.bodies) {
    if (step.action !== "keep") into.setEntry(step.kind, step.newName, body);
  }
  if (plan.currentContext !== "") into.setCurrentContext(plan.currentContext);
}
