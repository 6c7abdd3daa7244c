import { isMap, isSeq } from "yaml";
import type { ParsedNode, YAMLMap, YAMLSeq } from "yaml";
import { sameData } from "../same-data.ts";
import { type Layout, writeFlow } from "../write-yaml.ts";
import { matchItems } from "./match-items.ts";
import { itemPlaces, type PairPlace, pairPlaces } from "./node-places.ts";
import type { TextSplices } from "./text-splices.ts";

interface Change {
  readonly before: unknown;
  readonly after: unknown;
}

/** A part of a flow collection as it is, or as it is to be. */
interface Part {
  readonly start: number;
  readonly end: number;
}

/** Changes a flow collection (JSON is one) part by part; false when it has to be replaced as a whole. */
export function editFlow(node: ParsedNode, { before, after }: Change, splices: TextSplices): boolean {
  if (isMap(node) && before instanceof Map && after instanceof Map) {
    return after.size > 0 && editFlowMap(node, { before, after }, splices);
  }
  if (isSeq(node) && Array.isArray(before) && Array.isArray(after)) {
    return after.length > 0 && editFlowSeq(node, { before, after }, splices);
  }
  return false;
}

interface MapChange {
  readonly before: ReadonlyMap<unknown, unknown>;
  readonly after: ReadonlyMap<unknown, unknown>;
}

function editFlowMap(map: YAMLMap, { before, after }: MapChange, splices: TextSplices): boolean {
  const pairs = pairPlaces(map) ?? [];
  const kept = pairs.filter(({ key }) => after.has(key));
  if (!isPlainMap(pairs) || kept.length === 0) return false;
  const layout = layoutOf(pairs, splices);
  const done = kept.every((pair) => {
    const change = { before: before.get(pair.key), after: after.get(pair.key) };
    return sameData(change.before, change.after) || editFlowPair(pair, { change, layout }, splices);
  });
  if (!done) return false;
  removeParts(pairs, (_, index) => !after.has(pairs[index]?.key), splices);
  const added = [...after].filter(([key]) => !before.has(key));
  const texts = added.map(([key, value]) => `${JSON.stringify(String(key))}: ${writeFlow(value, layout)}`);
  appendParts(pairs, { texts, layout }, splices);
  return true;
}

/** Without merge keys and repeated ones. */
function isPlainMap(pairs: readonly PairPlace[]): boolean {
  return !pairs.some(({ isMerge }) => isMerge) && new Set(pairs.map(({ key }) => key)).size === pairs.length;
}

interface PairChange {
  readonly change: Change;
  readonly layout: Layout | undefined;
}

function editFlowPair(pair: PairPlace, { change, layout }: PairChange, splices: TextSplices): boolean {
  if (pair.colonEnd === undefined) return false;
  if (pair.value !== undefined && tryFlow(pair.value, change, splices)) return true;
  splices.replace(pair.colonEnd, pair.end, ` ${writeFlow(change.after, layout)}`);
  return true;
}

interface SeqChange {
  readonly before: readonly unknown[];
  readonly after: readonly unknown[];
}

function editFlowSeq(seq: YAMLSeq, { before, after }: SeqChange, splices: TextSplices): boolean {
  const items = itemPlaces(seq);
  const match = matchItems(before, after);
  if (items === undefined || items.length === 0 || match === undefined || match.kept.length === 0) return false;
  const layout = layoutOf(items, splices);
  for (const { before: from, after: to } of match.kept) {
    const change = { before: before[from], after: after[to] };
    const item = items[from];
    if (item?.value === undefined || sameData(change.before, change.after)) continue;
    if (!tryFlow(item.value, change, splices)) {
      splices.replace(item.start, item.end, writeFlow(change.after, layout));
    }
  }
  removeParts(items, (_, index) => match.removed.includes(index), splices);
  const texts = match.added.map((index) => writeFlow(after[index], layout));
  appendParts(items, { texts, layout }, splices);
  return true;
}

function tryFlow(node: ParsedNode, change: Change, splices: TextSplices): boolean {
  const mark = splices.mark();
  const done = editFlow(node, change, splices);
  if (!done) splices.reset(mark);
  return done;
}

/** Lines of their own when the last part has one. */
function layoutOf(parts: readonly Part[], splices: TextSplices): Layout | undefined {
  const last = parts.at(-1);
  if (last === undefined || !splices.isFirstOnLine(last.start)) return undefined;
  return { indent: splices.column(last.start), eol: splices.eol };
}

/** With the comma before it, or behind it where it is the first of those that stay. */
function removeParts(
  parts: readonly Part[],
  isGone: (part: Part, index: number) => boolean,
  splices: TextSplices,
): void {
  const firstKept = parts.findIndex((part, index) => !isGone(part, index));
  for (const [index, part] of parts.entries()) {
    if (!isGone(part, index)) continue;
    const previous = parts[index - 1];
    const next = parts[index + 1];
    if (index > firstKept && previous !== undefined) splices.replace(previous.end, part.end, "");
    else if (next !== undefined) splices.replace(part.start, next.start, "");
  }
}

interface NewParts {
  readonly texts: readonly string[];
  readonly layout: Layout | undefined;
}

function appendParts(parts: readonly Part[], { texts, layout }: NewParts, splices: TextSplices): void {
  const last = parts.at(-1);
  if (last === undefined) return;
  const gap = layout === undefined ? " " : layout.eol + " ".repeat(layout.indent);
  for (const text of texts) splices.replace(last.end, last.end, `,${gap}${text}`);
}
