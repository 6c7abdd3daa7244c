import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { KubeconfigSources } from "../../../src/kubeconfig/types.ts";
import { tempFolder } from "./temp-folder.ts";

/** One recording of the real kubectl: files before, command, what it printed. `${DIR}` stands for the folder. */
export interface RecordedCase {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly filesBefore: Readonly<Record<string, string>>;
  readonly filesAfter: Readonly<Record<string, string>>;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

const folder = join(import.meta.dirname, "../../fixtures/kubeconfig-cases");

/** The recordings whose name starts with one of these. */
export function recordedCases(...prefixes: readonly string[]): readonly RecordedCase[] {
  const files = readdirSync(folder).filter((file) => prefixes.some((prefix) => file.startsWith(prefix)));
  // The recorder wrote them; their shape is described beside the originals.
  return files.sort().map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as RecordedCase);
}

export interface StagedCase {
  readonly folder: string;
  readonly sources: KubeconfigSources;
  readonly contextOverride: string | undefined;
  /** A text of the recording with the folder filled in. */
  readonly fill: (text: string) => string;
}

/** Lays the files of a case out (none holds the folder's name) and reads what its command line and environment ask for. */
export async function stageCase(recorded: RecordedCase): Promise<StagedCase> {
  const staged = await tempFolder(recorded.filesBefore);
  const fill = (text: string): string => text.replaceAll("${DIR}", staged);
  const env = Object.fromEntries(Object.entries(recorded.env).map(([key, value]) => [key, fill(value)]));
  const flag = (name: string): string | undefined => {
    const at = recorded.argv.indexOf(name);
    const value = at < 0 ? undefined : recorded.argv[at + 1];
    return value === undefined ? undefined : fill(value);
  };
  return {
    folder: staged,
    sources: { explicitPath: flag("--kubeconfig"), env, cwd: staged },
    contextOverride: flag("--context"),
    fill,
  };
}

/** kubectl's rendering of an error, as client-go's: no prefix, several findings as a list. */
export function clientGoText(stderr: string): string {
  const lines = stderr.trimEnd().split("\n");
  if (lines[0] === "Error in configuration: ")
    return `[${lines
      .slice(1)
      .map((line) => line.slice(2))
      .join(", ")}]`;
  if (lines.length > 1 && lines.every((line) => line.startsWith("error loading config file"))) {
    return `[${lines.join(", ")}]`;
  }
  // The position in a scheme's source file differs from release to release.
  return lines
    .join(" ")
    .replace(/^error: /, "")
    .replace(/ in scheme "[^"]*"$/, "");
}
