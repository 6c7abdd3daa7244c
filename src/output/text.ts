import type { FedctlError } from "../errors.ts";
import type { Change, ObjectIdentity, Warning } from "../federation/report.ts";
import type { Palette } from "./colour.ts";
import { renderTable } from "./table.ts";

/** `federatedtypeconfig.core.kubefed.io/configmaps`, as kubectl names objects. */
export function objectName(object: ObjectIdentity): string {
  const group = object.apiVersion.includes("/") ? (object.apiVersion.split("/")[0] ?? "") : "";
  return `${object.kind.toLowerCase()}${group === "" ? "" : `.${group}`}/${object.name}`;
}

const doneWords = { create: "created", update: "updated", delete: "deleted", keep: "unchanged" } as const;
const plannedWords = {
  create: "would be created",
  update: "would be updated",
  delete: "would be deleted",
  keep: "unchanged",
} as const;

function resultWord(change: Change): string {
  switch (change.outcome) {
    case "done":
      return doneWords[change.action];
    case "planned":
      return plannedWords[change.action];
    case "failed":
      return `failed to ${change.action}`;
  }
}

function paintResult(change: Change, colours: Palette): (text: string) => string {
  if (change.outcome === "failed") return colours.bad;
  if (change.action === "keep") return colours.quiet;
  return change.action === "delete" ? colours.caution : colours.good;
}

/** A row per object: cluster, namespace, object, what was (or would be) done, and why where it is not obvious. */
export function renderChanges(changes: readonly Change[], colours: Palette): string {
  if (changes.length === 0) return "";
  const header = ["CLUSTER", "NAMESPACE", "OBJECT", "RESULT"];
  const rows = changes.map((change) => {
    const why = change.reason === undefined ? "" : ` (${change.reason})`;
    return [change.cluster, change.object.namespace ?? "-", objectName(change.object), resultWord(change) + why];
  });
  return renderTable([header, ...rows], (cell, { row, column }) => {
    const change = changes[row - 1];
    if (change === undefined) return colours.strong(cell);
    return column === header.length - 1 ? paintResult(change, colours)(cell) : cell;
  });
}

export function renderWarning(warning: Warning, colours: Palette): string {
  return `${colours.caution("warning:")} ${warning.message}\n`;
}

/** `error: ...` and, where there is one, `hint: ...`. */
export function renderError(error: FedctlError, colours: Palette): string {
  const hint = error.hint === undefined ? "" : `${colours.quiet("hint:")} ${oneLine(error.hint)}\n`;
  return `${colours.bad("error:")} ${oneLine(error.message)}\n${hint}`;
}

/** Servers and plugins answer with line breaks; a script reads one error a line. */
function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").trim();
}
