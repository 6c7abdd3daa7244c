import { visit } from "yaml";
import { parseStream } from "./internal/parse-stream.ts";
import { readPlainBlock } from "./internal/plain-block.ts";

export interface YamlOddity {
  readonly text: string;
  /** Counted from one. */
  readonly line: number;
}

/**
 * What readers of YAML take for different things though Go's makes something of it: a second document, tags that nobody
 * knows, `=` and `<<` as values. Undefined for a text without any, or that is none at all.
 */
export function yamlOddity(text: string): YamlOddity | undefined {
  if (readPlainBlock(text) !== undefined) return undefined;
  const [first, second] = parseStream(text, { forEditing: false });
  const at = (offset: number): number => text.slice(0, offset).split("\n").length;
  if (second !== undefined) return { text: "another document starts", line: at(second.range?.[0] ?? 0) };
  const [tag] = first?.warnings ?? [];
  if (tag?.code === "TAG_RESOLVE_FAILED") return { text: "the tag is not known", line: at(tag.pos[0]) };
  let found: YamlOddity | undefined;
  if (first !== undefined) {
    visit(first, {
      Scalar(key, { type, source, range }) {
        if (type !== "PLAIN" || key === "key" || (source !== "=" && source !== "<<")) return;
        found = { text: `${source} stands without quotes`, line: at(range?.[0] ?? 0) };
        return visit.BREAK;
      },
    });
  }
  return found;
}
