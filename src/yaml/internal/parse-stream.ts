import { type Document, type ParsedNode, parseAllDocuments } from "yaml";
import type { ScalarTag, Tags } from "yaml";
import { resolveGoScalar } from "./go-scalar.ts";

/** Takes every plain scalar away from YAML 1.1's own rules, which differ from Go's in dates, `1:30`, `0o17` and a lone dot. */
const plainScalar: ScalarTag = {
  identify: () => false,
  default: true,
  tag: "tag:fedctl,2025:plain",
  // All but the merge key, which has a tag of its own.
  test: /^(?!<<$)/,
  resolve: resolveGoScalar,
};

/** Leniently; what the library itself does with wrong base64 is up to where it was built for. */
const binary: ScalarTag = {
  identify: () => false,
  tag: "tag:yaml.org,2002:binary",
  resolve: (text) => Buffer.from(text, "base64"),
};

/** The documents of a stream as syntax; `forEditing` keeps the tokens that a node was made of. */
export function parseStream(text: string, { forEditing }: { readonly forEditing: boolean }): Document<ParsedNode>[] {
  const documents = parseAllDocuments(text, {
    version: "1.1",
    merge: true,
    uniqueKeys: false,
    intAsBigInt: true,
    keepSourceTokens: forEditing,
    logLevel: "silent",
    customTags: (tags: Tags): Tags => [plainScalar, binary, ...tags.filter((tag) => !isReplaced(tag))],
  });
  // An empty stream is an array of another class, without documents.
  return Array.from(documents);
}

/** Even an explicit `!!timestamp` stays a string in Go's way through JSON. */
function isReplaced(tag: Tags[number]): boolean {
  return typeof tag !== "string" && (tag.tag.includes("timestamp") || tag.tag === binary.tag);
}
