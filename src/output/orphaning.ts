import type { OrphaningState } from "../federation/orphaning/options.ts";
import { renderTable } from "./table.ts";

/** Kubefedctl's one word where one object was named, or a table. */
export function renderOrphaning(objects: readonly OrphaningState[], { asWord }: { readonly asWord: boolean }): string {
  if (asWord) return objects.map(({ orphaning }) => `${orphaning}\n`).join("");
  const rows = objects.map(({ namespace = "-", name, orphaning }) => [namespace, name, orphaning]);
  return renderTable([["NAMESPACE", "NAME", "ORPHANING"], ...rows]);
}
