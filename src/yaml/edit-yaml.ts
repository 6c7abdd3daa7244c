import { isMap, isSeq } from "yaml";
import type { ParsedNode, YAMLMap, YAMLSeq } from "yaml";
import { matchItems } from "./internal/match-items.ts";
import { contentEnd, isFlowNode, itemPlaces, type PairPlace, pairPlaces } from "./internal/node-places.ts";
import { editFlow } from "./internal/edit-flow.ts";
import { parseStream } from "./internal/parse-stream.ts";
import { TextSplices } from "./internal/text-splices.ts";
import { sameData } from "./same-data.ts";
import { type Quotes, writeFlow, writeItem, writePair, writeValue, writeYaml } from "./write-yaml.ts";
import { YamlError, yamlDocuments } from "./yaml-documents.ts";

/**
 * Changes the first document of a text so that it reads as `target` (Maps, arrays, scalars). Whatever reads the same in both
 * stays byte for byte, with comments, order and quoting; what is new is written in kubectl's style, or in the flow style
 * around it (`quotes`: with aws's quotes). Lists of maps that have a `name` are matched by it.
 * @throws YamlError when the text is no YAML, or cannot be changed without touching what it shares by anchors
 */
export function editYaml(text: string, target: unknown, quotes: Quotes = "kubectl"): string {
  const bom = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  const body = text.slice(bom.length);
  const before = readFirst(body);
  if (sameData(before, target)) return text;
  const splices = new TextSplices(body, quotes);
  const root = parseStream(body, { forEditing: true })[0]?.contents ?? undefined;
  editRoot(root, { before, after: target }, splices);
  const result = splices.apply();
  requireReads(result, target);
  return bom + result;
}

interface Change {
  readonly before: unknown;
  readonly after: unknown;
}

function readFirst(text: string): unknown {
  return yamlDocuments(text)[0]?.read() ?? null;
}

/** Nothing is ever written that does not read as it is meant. */
function requireReads(text: string, target: unknown): void {
  const failed = (): YamlError =>
    new YamlError("yaml: cannot be changed without touching other parts that share its anchors or its style");
  let read: unknown;
  try {
    read = readFirst(text);
  } catch {
    throw failed();
  }
  if (!sameData(read, target)) throw failed();
}

function editRoot(root: ParsedNode | undefined, change: Change, splices: TextSplices): void {
  if (root === undefined || root.range[0] === root.range[1]) {
    const lines = writeYaml(change.after, splices.quotes).trimEnd().split("\n").join(splices.eol);
    splices.insertLines(splices.text.length, lines);
    return;
  }
  if (editNode(root, change, splices)) return;
  splices.replace(root.range[0], contentEnd(root), writeRoot(root, change.after, splices));
}

/** JSON stays JSON; `{}` was none so far. */
function writeRoot(root: ParsedNode, value: unknown, splices: TextSplices): string {
  const [start, end] = root.range;
  const old = splices.text.slice(start, end);
  const isFlow = isFlowNode(root) && (splices.column(start) > 0 || !/^\{\s*\}$/.test(old));
  if (isFlow) return writeFlow(value, old.includes("\n") ? splices.layout(0) : undefined);
  return writeYaml(value, splices.quotes).trimEnd().split("\n").join(splices.eol);
}

/** Changes a node where it stands; false, and nothing gathered, when it has to be replaced as a whole. */
function editNode(node: ParsedNode | undefined, change: Change, splices: TextSplices): boolean {
  const mark = splices.mark();
  const done = node !== undefined && !isEmpty(change.after) && editCollection(node, change, splices);
  if (!done) splices.reset(mark);
  return done;
}

function editCollection(node: ParsedNode, { before, after }: Change, splices: TextSplices): boolean {
  if (isFlowNode(node)) return editFlow(node, { before, after }, splices);
  if (isMap(node) && before instanceof Map && after instanceof Map) return editMap(node, { before, after }, splices);
  if (isSeq(node) && Array.isArray(before) && Array.isArray(after)) return editSeq(node, { before, after }, splices);
  return false;
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : value instanceof Map && value.size === 0;
}

interface MapChange {
  readonly before: ReadonlyMap<unknown, unknown>;
  readonly after: ReadonlyMap<unknown, unknown>;
}

function editMap(map: YAMLMap, change: MapChange, splices: TextSplices): boolean {
  const pairs = pairPlaces(map);
  const [first] = pairs ?? [];
  if (pairs === undefined || first === undefined || !keepsSome(pairs, change)) return false;
  const indent = splices.column(first.start);
  const own = ownPairs(pairs);
  const done = pairs.every((pair, index) => {
    if (pair.isMerge) return true;
    if (!change.after.has(pair.key)) return removePair(pair, pairs[index + 1], splices);
    const values = { before: change.before.get(pair.key), after: change.after.get(pair.key) };
    return own.get(pair.key) !== pair || editPair(pair, { change: values, indent }, splices);
  });
  if (!done) return false;
  for (const [key, value] of newPairs(change, own)) {
    const written = writePair(key, value, splices.layout(indent));
    splices.insertLines(pairs.at(-1)?.end ?? first.end, " ".repeat(indent) + written);
  }
  return true;
}

/** What a merge key brings in cannot be taken away, and an empty map has no block style. */
function keepsSome(pairs: readonly PairPlace[], { before, after }: MapChange): boolean {
  const gone = [...before.keys()].filter((key) => !after.has(key)).length;
  return gone === 0 || (gone < before.size && !pairs.some(({ isMerge }) => isMerge));
}

/** Of repeated keys the last counts. */
function ownPairs(pairs: readonly PairPlace[]): ReadonlyMap<string, PairPlace> {
  return new Map(pairs.filter(({ isMerge }) => !isMerge).map((pair) => [pair.key, pair]));
}

/** Those that no pair stands for; one that a merge key brings in counts when it is to have another value. */
function newPairs({ before, after }: MapChange, own: ReadonlyMap<string, PairPlace>): [string, unknown][] {
  return [...after]
    .map(([key, value]): [string, unknown] => [String(key), value])
    .filter(([key, value]) => !own.has(key) && !(before.has(key) && sameData(before.get(key), value)));
}

interface PairChange {
  readonly change: Change;
  readonly indent: number;
}

function editPair(pair: PairPlace, { change, indent }: PairChange, splices: TextSplices): boolean {
  if (sameData(change.before, change.after) || editNode(pair.value, change, splices)) return true;
  if (pair.colonEnd === undefined) return false;
  const written = writeValue(change.after, splices.layout(indent));
  const isMultiLine = written.includes("\n");
  const rest = splices.restOfLine(pair.end);
  const endsInLineEnd = splices.text.charAt(pair.end - 1) === "\n";
  if (!isMultiLine || endsInLineEnd || rest === "") {
    splices.replace(pair.colonEnd, pair.end, endsInLineEnd ? written + splices.eol : written);
    return true;
  }
  // A comment behind the old value stays on the line of the key.
  if (typeof change.after === "string") {
    splices.replace(pair.colonEnd, pair.end, ` ${writeFlow(change.after)}`);
    return true;
  }
  splices.replace(pair.colonEnd, pair.end, "");
  splices.insertLines(pair.end, written.slice(splices.eol.length));
  return true;
}

/** The lines that the pair alone is on; comments before and behind stay. */
function removePair(pair: PairPlace, next: PairPlace | undefined, splices: TextSplices): boolean {
  if (splices.isFirstOnLine(pair.start)) {
    splices.replace(splices.lineStart(pair.start), splices.lineEnd(pair.end), "");
    return true;
  }
  // It stands behind a dash, where the next one can take its place.
  const between = next === undefined ? "#" : splices.text.slice(pair.end, next.start);
  const end = between.trim() === "" && next !== undefined ? next.start : pair.end;
  splices.replace(pair.start, end, "");
  return true;
}

interface SeqChange {
  readonly before: readonly unknown[];
  readonly after: readonly unknown[];
}

function editSeq(seq: YAMLSeq, { before, after }: SeqChange, splices: TextSplices): boolean {
  const items = itemPlaces(seq) ?? [];
  const match = matchItems(before, after);
  const [first, last] = [items[0], items.at(-1)];
  if (match === undefined || match.kept.length === 0 || first === undefined || last === undefined) return false;
  if (!items.every(({ start }) => splices.isFirstOnLine(start))) return false;
  for (const item of match.removed.flatMap((index) => items[index] ?? [])) {
    splices.replace(splices.lineStart(item.start), splices.lineEnd(item.end), "");
  }
  const done = match.kept.every(({ before: from, after: to }) => {
    const change = { before: before[from], after: after[to] };
    return sameData(change.before, change.after) || editNode(items[from]?.value, change, splices);
  });
  const indent = splices.column(first.start);
  for (const index of match.added) {
    splices.insertLines(last.end, " ".repeat(indent) + writeItem(after[index], splices.layout(indent)));
  }
  return done;
}
