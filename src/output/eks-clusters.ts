import type { Palette } from "./colour.ts";
import { renderTable } from "./table.ts";

export interface EksClusterRow {
  readonly name: string;
  readonly region: string;
  readonly status: string | undefined;
  readonly version: string | undefined;
  readonly endpoint: string | undefined;
  /** Contexts of the kubeconfig that lead to it. */
  readonly contexts: readonly string[];
}

/** The table of `fedctl eks list`. */
export function renderEksClusters(clusters: readonly EksClusterRow[], colours: Palette): string {
  const header = ["NAME", "REGION", "STATUS", "VERSION", "ENDPOINT", "CONTEXTS"];
  const rows = clusters.map(({ name, region, status, version, endpoint, contexts }) => [
    name,
    region,
    status ?? "-",
    version ?? "-",
    endpoint ?? "-",
    contexts.length === 0 ? "-" : contexts.join(","),
  ]);
  return renderTable([header, ...rows], (cell, { row, column }) => {
    if (row === 0) return colours.strong(cell);
    if (column !== 2) return cell;
    return cell === "ACTIVE" ? colours.good(cell) : colours.caution(cell);
  });
}
