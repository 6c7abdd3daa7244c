import { FedctlError } from "../../errors.ts";
import type { ErrorCode } from "../../errors.ts";
import type { RawConfig } from "../types.ts";
import type { Selection } from "./selection.ts";

/** More names than this would bury the error. */
const listedContexts = 10;

/** A context that was asked for and is in none of the files. */
export function contextNotFound(name: string, raw: RawConfig): FedctlError {
  return new FedctlError("ContextNotFound", `context ${JSON.stringify(name)} does not exist`, {
    hint: contextsHint(raw),
  });
}

/** client-go's findings about a context, as one error; identical ones once. */
export function invalidConfiguration(findings: readonly string[], selection: Selection, raw: RawConfig): FedctlError {
  const unique = [...new Set(findings)];
  const text = unique.length === 1 ? unique.join() : `[${unique.join(", ")}]`;
  const code: ErrorCode = selection.context === undefined ? "ContextNotFound" : "KubeconfigInvalid";
  const hint = selection.context === undefined ? contextsHint(raw) : entriesHint(selection);
  return new FedctlError(code, `invalid configuration: ${text}`, { hint });
}

/** Nothing says which cluster to talk to. */
export function noConfiguration(selection: Selection, raw: RawConfig): FedctlError {
  const text =
    "invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable";
  return new FedctlError("KubeconfigMissing", text, { hint: noConfigurationHint(selection, raw) });
}

function noConfigurationHint({ context, contextName, clusterName }: Selection, raw: RawConfig): string {
  if (context !== undefined) {
    return `context "${contextName}" in ${context.origin} names cluster "${clusterName}", which no kubeconfig defines`;
  }
  if (raw.contexts.size === 0) return "name a kubeconfig file with --kubeconfig or $KUBECONFIG";
  return `no current context is set; ${contextsHint(raw)}`;
}

/** Something about the selected user that shows before any request. */
export function userError(
  code: ErrorCode,
  selection: Selection,
  detail: { message: string; hint: string },
): FedctlError {
  const subject = `user ${JSON.stringify(selection.userName)} of context ${JSON.stringify(selection.contextName)}`;
  return new FedctlError(code, `${subject}: ${detail.message}`, { hint: detail.hint });
}

/** Something about the selected cluster that shows before any request. */
export function clusterError(selection: Selection, message: string): FedctlError {
  const subject = `cluster ${JSON.stringify(selection.clusterName)} of context ${JSON.stringify(selection.contextName)}`;
  return new FedctlError("KubeconfigInvalid", `${subject}: ${message}`, { hint: entriesHint(selection) });
}

function contextsHint(raw: RawConfig): string {
  const names = [...raw.contexts.keys()];
  if (names.length === 0) return "no kubeconfig file defines a context; name one with --kubeconfig or $KUBECONFIG";
  const files = [...new Set([...raw.contexts.values()].map(({ origin }) => origin))];
  const more = names.length > listedContexts ? `, and ${names.length - listedContexts} more` : "";
  const listed = names.slice(0, listedContexts).join(", ");
  return `contexts in ${files.join(", ")}: ${listed}${more}; list them with "kubectl config get-contexts"`;
}

function entriesHint({ cluster, clusterName, user, userName }: Selection): string {
  const places = [
    ...(cluster === undefined ? [] : [`cluster "${clusterName}" in ${cluster.origin}`]),
    ...(user.origin === "" ? [] : [`user "${userName}" in ${user.origin}`]),
  ];
  return `check ${places.join(" and ")}`;
}
