import { FedctlError } from "../errors.ts";
import { yamlOddity } from "../yaml/yaml-oddity.ts";
import { isBody, type KubeconfigDocument } from "./document.ts";

/**
 * Refuses a file in which new entries might not be found again, or that another tool would not read: aws does so, too.
 * @throws FedctlError KubeconfigUnreadable
 */
export function requireOneDocument(document: KubeconfigDocument): void {
  const { file } = document;
  const refusal = (what: string): FedctlError =>
    new FedctlError("KubeconfigUnreadable", `kubeconfig file "${file}" is not written to: ${what}`, {
      hint: `correct ${file}, or use another file with --kubeconfig`,
    });
  const oddity = yamlOddity(document.text());
  if (oddity !== undefined) throw refusal(`line ${oddity.line}: ${oddity.text}`);
  for (const kind of ["clusters", "contexts", "users"]) {
    const list = document.top(kind);
    if (Array.isArray(list) && !list.every(isBody)) throw refusal(`an item of ${kind} is no map`);
  }
}
