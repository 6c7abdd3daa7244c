/** What is used of the parser's error class. */
interface ParseError {
  readonly message: string;
  readonly pos: readonly [number, number];
  readonly linePos?: readonly [{ readonly line: number }, { readonly line: number }?];
}

interface Finding {
  readonly pattern: RegExp;
  readonly text: string;
  /** libyaml's scanner counts lines from one, its parser from zero. */
  readonly by: "scanner" | "parser";
  /** Where libyaml notices it: at the start or the end of what our parser complains about, or one line later. */
  readonly at?: "end" | "next";
}

const findings: readonly Finding[] = [
  { pattern: /^Flow sequence .*must be/, text: "did not find expected ',' or ']'", by: "parser" },
  { pattern: /^Flow map .*must be/, text: "did not find expected ',' or '}'", by: "parser" },
  { pattern: /^Nested mappings/, text: "mapping values are not allowed in this context", by: "scanner" },
  { pattern: /^Implicit keys need/, text: "mapping values are not allowed in this context", by: "scanner", at: "end" },
  { pattern: /^Implicit map keys need/, text: "could not find expected ':'", by: "scanner", at: "next" },
  { pattern: /^Missing closing/, text: "found unexpected end of stream", by: "scanner" },
  { pattern: /^Plain value cannot start/, text: "found character that cannot start any token", by: "scanner" },
  { pattern: /^Tabs are not allowed/, text: "found character that cannot start any token", by: "scanner" },
  { pattern: /^Invalid escape sequence/, text: "found unknown escape character", by: "scanner" },
  {
    pattern: /^Unexpected block-seq-ind/,
    text: "block sequence entries are not allowed in this context",
    by: "scanner",
  },
];
const otherFinding: Finding = { pattern: /^/, text: "did not find expected key", by: "parser" };

/** A syntax error in libyaml's words, as client-go prints it. Holds no piece of the text: it may be a secret. */
export function describeYamlError(error: ParseError, source: string): string {
  const finding = findings.find(({ pattern }) => pattern.test(error.message)) ?? otherFinding;
  const line = lineOf(error, finding);
  const where = line === 0 ? "" : `line ${line}: `;
  return `yaml: ${where}${isMissingNode(finding, source.slice(0, error.pos[0])) ? "did not find expected node content" : finding.text}`;
}

/** A flow collection that ends where an item should begin. */
function isMissingNode({ text }: Finding, before: string): boolean {
  return text.startsWith("did not find expected ','") && /[[,:{]\s*$/.test(before);
}

/** libyaml names no line for the first one. */
function lineOf({ linePos }: ParseError, { by, at }: Finding): number {
  const start = linePos?.[0].line ?? 1;
  const line = at === "end" ? (linePos?.[1]?.line ?? start) : start + (at === "next" ? 1 : 0);
  if (line === 1) return 0;
  return by === "scanner" ? line : line - 1;
}

/** Where it really is, counted from one. */
export function lineOfError({ linePos }: Pick<ParseError, "linePos">): number | undefined {
  return linePos?.[0].line;
}
