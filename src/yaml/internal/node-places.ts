import { isAlias, isMap, isScalar, isSeq } from "yaml";
import type { Pair, ParsedNode, YAMLMap, YAMLSeq } from "yaml";

/** A pair of a map, with where its parts stand in the text. */
export interface PairPlace {
  readonly key: string;
  readonly isMerge: boolean;
  readonly start: number;
  /** Behind the colon; undefined where there is none. */
  readonly colonEnd: number | undefined;
  readonly value: ParsedNode | undefined;
  /** Behind the last character that belongs to it; comments and line ends do not. */
  readonly end: number;
}

export interface ItemPlace {
  readonly start: number;
  readonly value: ParsedNode | undefined;
  readonly end: number;
}

export function isFlowNode(node: ParsedNode): boolean {
  return (isMap(node) || isSeq(node)) && node.srcToken?.type === "flow-collection";
}

export function pairPlaces(map: YAMLMap): readonly PairPlace[] | undefined {
  const places = map.items.map((pair) => pairPlace(pair as Pair<ParsedNode, ParsedNode | null>));
  return places.every((place) => place !== undefined) ? places : undefined;
}

function pairPlace(pair: Pair<ParsedNode, ParsedNode | null>): PairPlace | undefined {
  const { key, srcToken } = pair;
  // A key that is written out with `?`, or is no scalar, is beyond a kubeconfig.
  if (!isScalar(key) || srcToken === undefined) return undefined;
  if (srcToken.start.some(({ type }) => type === "explicit-key-ind")) return undefined;
  const name = keyText(key.value);
  if (name === undefined) return undefined;
  const colonEnd = srcToken.sep?.flatMap(({ type, offset }) => (type === "map-value-ind" ? [offset + 1] : []))[0];
  const value = srcToken.value === undefined ? undefined : (pair.value ?? undefined);
  const end = value === undefined ? (colonEnd ?? key.range[1]) : contentEnd(value);
  return { key: name, isMerge: isMergeKey(key), start: key.range[0], colonEnd, value, end };
}

function isMergeKey({ source, type }: { readonly source?: string; readonly type?: string }): boolean {
  return source === "<<" && type === "PLAIN";
}

function keyText(value: unknown): string | undefined {
  if (typeof value === "symbol") return "<<";
  if (typeof value === "string") return value;
  const isSimple = typeof value === "boolean" || typeof value === "number" || typeof value === "bigint";
  return isSimple ? String(value) : undefined;
}

export function itemPlaces(seq: YAMLSeq): readonly ItemPlace[] | undefined {
  const nodes = seq.items as readonly ParsedNode[];
  if (isFlowNode(seq as ParsedNode)) {
    return nodes.map((value) => ({ start: value.range[0], value, end: contentEnd(value) }));
  }
  const tokens = seq.srcToken?.type === "block-seq" ? seq.srcToken.items : [];
  const dashes = tokens.flatMap(({ start, value }) => {
    const dash = start.find(({ type }) => type === "seq-item-ind");
    return dash === undefined ? [] : [{ offset: dash.offset, isEmpty: value === undefined }];
  });
  if (dashes.length !== nodes.length) return undefined;
  return dashes.map(({ offset, isEmpty }, index) => {
    const value = isEmpty ? undefined : nodes[index];
    return { start: offset, value, end: value === undefined ? offset + 1 : contentEnd(value) };
  });
}

/** Behind the last character of a node: a block collection's own range goes on to the next token. */
export function contentEnd(node: ParsedNode): number {
  if (isAlias(node) || isScalar(node) || isFlowNode(node)) return node.range[1];
  const last = isMap(node) ? pairPlaces(node)?.at(-1) : itemPlaces(node)?.at(-1);
  return last?.end ?? node.range[1];
}
