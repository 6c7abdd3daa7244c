import type { HostOptions } from "./deps.ts";
import { defaultKubefedNamespace } from "./kubefed-types.ts";

/** What tells one host cluster and control plane from others. */
export type HostAddress = Partial<Pick<HostOptions, "hostClusterContext" | "kubefedNamespace" | "kubeconfig">>;

/** A fedctl command for a hint, addressed to the same host cluster and control plane as the one that failed. */
export function suggestCommand(
  command: string,
  { hostClusterContext, kubefedNamespace, kubeconfig }: HostAddress,
): string {
  const flags = [
    ...(hostClusterContext === undefined ? [] : ["--host-cluster-context", quoted(hostClusterContext)]),
    ...(kubefedNamespace === undefined || kubefedNamespace === defaultKubefedNamespace
      ? []
      : ["--kubefed-namespace", quoted(kubefedNamespace)]),
  ];
  if (kubeconfig !== undefined) flags.push("--kubeconfig", quoted(kubeconfig));
  return ["fedctl", command, ...flags].join(" ");
}

/** As one word of a shell command. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
