import type { SkippedType } from "../federation/federate/content-types.ts";
import type { FederateResult } from "../federation/federate/options.ts";
import type { Palette } from "./colour.ts";
import { renderTable } from "./table.ts";

type Selection = Pick<FederateResult, "taken" | "skipped" | "skippedTypes">;

interface Style {
  readonly colours: Palette;
  /** Every object on a line of its own, and types that are left out on every cluster. */
  readonly whole: boolean;
}

/** So many objects of a type are named one by one; more are counted. */
const namedOfType = 5;

/** Which objects `federate` took and which it left out, and why; long lists folded per type. Empty when there is nothing to tell. */
export function renderSelection(selection: Selection, { colours, whole }: Style): string {
  const { taken, skipped, skippedTypes } = selection;
  const most = whole ? Number.POSITIVE_INFINITY : namedOfType;
  const rows = [
    ...perType(taken).flatMap(([type, objects]) => takenRows(type, objects.map(placed(selection)), most)),
    ...perType(skipped).flatMap(([type, objects]) =>
      skippedRows(
        type,
        objects.map((object) => ({ name: placed(selection)(object), reason: object.reason })),
        most,
      ),
    ),
    ...skippedTypes.filter(({ requested }) => whole || requested).map(typeRow),
  ];
  if (rows.length === 0) return "";
  const fold = whole ? "" : foldedLine(selection);
  const table = renderTable([["TYPE", "NAME", "FEDERATED", "WHY"], ...rows], (cell, { row }) => {
    if (row === 0) return colours.strong(cell);
    return rows[row - 1]?.[2] === "no" ? colours.quiet(cell) : cell;
  });
  return `${table}${fold}`;
}

type Row = readonly [type: string, name: string, federated: "yes" | "no", why: string];

interface Placed {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** The namespace is worth a word only where there are several. */
function placed({ taken, skipped }: Selection): (object: Placed) => string {
  const namespaces = new Set([...taken, ...skipped].map(({ namespace }) => namespace ?? ""));
  namespaces.delete("");
  return ({ namespace = "", name }) => (namespaces.size < 2 || namespace === "" ? name : `${namespace}/${name}`);
}

function perType<T extends { readonly type: string }>(objects: readonly T[]): [string, readonly T[]][] {
  const types = new Map<string, T[]>();
  for (const object of objects) {
    const own = types.get(object.type);
    if (own === undefined) types.set(object.type, [object]);
    else own.push(object);
  }
  return [...types.entries()];
}

function takenRows(type: string, names: readonly string[], most: number): Row[] {
  if (names.length > most) return [[type, `${names.length} objects`, "yes", ""]];
  return names.map((name) => [type, name, "yes", ""]);
}

function skippedRows(
  type: string,
  objects: readonly { readonly name: string; readonly reason: string }[],
  most: number,
): Row[] {
  if (objects.length <= most) return objects.map(({ name, reason }) => [type, name, "no", reason]);
  const reasons = new Map<string, number>();
  for (const { reason } of objects) {
    const kind = reasonKind(reason);
    reasons.set(kind, (reasons.get(kind) ?? 0) + 1);
  }
  return [...reasons.entries()].map(([reason, count]) => [type, `${count} objects`, "no", reason]);
}

/** `made by ReplicaSet web-1` and `web-2` are one reason. */
function reasonKind(reason: string): string {
  return reason.replace(/^(made by \S+) .*$/, "$1s");
}

function typeRow({ type, reason }: SkippedType): Row {
  return [type, "*", "no", reason];
}

function foldedLine({ taken, skipped }: Selection): string {
  const isFolded = [...perType(taken), ...perType(skipped)].some(([, objects]) => objects.length > namedOfType);
  return isFolded ? "-v 1 names them all; --include TYPE/NAME takes what is left out\n" : "";
}
