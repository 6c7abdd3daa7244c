import { dump } from "js-yaml";

/** What a file says that finishes an unjoin. */
export interface ResumeText {
  /** The data. */
  readonly document: unknown;
  /** What a person reads above it: a line each. */
  readonly comments: readonly string[];
}

/** YAML, with comments first. The same input gives the same text. */
export function renderResumeFile({ document, comments }: ResumeText): string {
  const lines = comments.map((line) => (line === "" ? "#" : `# ${line}`));
  return `${lines.join("\n")}\n${dump(document, { noRefs: true, lineWidth: -1 })}`;
}
