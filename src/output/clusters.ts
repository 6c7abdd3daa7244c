import { renderAge } from "./age.ts";
import type { Palette } from "./colour.ts";
import { renderTable } from "./table.ts";

export interface ClusterRow {
  readonly name: string;
  readonly creationTimestamp?: string | undefined;
  /** "True", "False" or "Unknown". */
  readonly ready: string;
  readonly version?: string | undefined;
  readonly endpoint: string;
}

/** The table of `fedctl get clusters`. */
export function renderClusters(clusters: readonly ClusterRow[], nowMs: number, colours: Palette): string {
  const header = ["NAME", "AGE", "READY", "VERSION", "ENDPOINT"];
  const rows = clusters.map((cluster) => [
    cluster.name,
    renderAge(cluster.creationTimestamp, nowMs),
    cluster.ready,
    cluster.version ?? "-",
    cluster.endpoint,
  ]);
  return renderTable([header, ...rows], (cell, { row, column }) => {
    if (row === 0) return colours.strong(cell);
    if (column !== 2) return cell;
    return cell === "True" ? colours.good(cell) : colours.caution(cell);
  });
}
