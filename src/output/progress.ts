import type { OutputStream } from "./streams.ts";

/** One line that is rewritten while a person waits. Says nothing where nobody watches, nor before a second has passed. */
export interface ProgressLine {
  show(text: string, count?: { readonly done: number; readonly total: number }): void;
  /** Takes the line away, before anything else is printed. */
  clear(): void;
}

const quietMs = 1_000;
const redrawMs = 80;
const barWidth = 24;

export function progressLine(stream: OutputStream, now: () => number): ProgressLine {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  const startedAt = now();
  let drawnAt = 0;
  let visible = false;
  return {
    show(text, count) {
      const at = now();
      if (at - startedAt < quietMs || at - drawnAt < redrawMs) return;
      drawnAt = at;
      visible = true;
      const line = count === undefined ? text : `${text} ${bar(count)} ${count.done}/${count.total}`;
      stream.write(`\r\u001b[K${line.slice(0, (stream.columns ?? 80) - 1)}`);
    },
    clear() {
      if (visible) stream.write("\r\u001b[K");
      visible = false;
    },
  };
}

function bar({ done, total }: { readonly done: number; readonly total: number }): string {
  const filled = total === 0 ? barWidth : Math.round((done / total) * barWidth);
  return `[${"#".repeat(filled)}${"-".repeat(barWidth - filled)}]`;
}
