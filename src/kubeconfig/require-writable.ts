import { FedctlError } from "../errors.ts";
import { yamlOddity } from "../yaml/yaml-oddity.ts";
import { isBody, type KubeconfigDocument } from "./document.ts";

/**
 * Refuses a file in which new entries might not be found again, or that another tool would not read: aws does so, too.
 * @throws FedctlError KubeconfigUnreadable
 */
export function requireWritable(document: KubeconfigDocument): void {
  const { file } = document;
  const oddity = yamlOddity(document.text());
  const what = oddity === undefined ? misshapen(document) : `line ${oddity.line}: ${oddity.text}`;
  if (what === undefined) return;
  throw new FedctlError("KubeconfigUnreadable", `kubeconfig file "${file}" is not written to: ${what}`, {
    hint: `correct ${file}, or use another file with --kubeconfig`,
  });
}

/** Null is as good as absent. */
function misshapen(document: KubeconfigDocument): string | undefined {
  for (const kind of ["clusters", "contexts", "users"]) {
    const list = document.top(kind) ?? [];
    if (!Array.isArray(list)) return `${kind} is no list`;
    if (!list.every(isBody)) return `an item of ${kind} is no map`;
  }
  if (!isBody(document.top("preferences") ?? new Map())) return "preferences is no map";
  return typeof (document.top("current-context") ?? "") === "string" ? undefined : "current-context is no string";
}
