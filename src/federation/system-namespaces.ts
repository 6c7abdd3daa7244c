import type { HostOptions } from "./deps.ts";

/** Namespaces that the KubeFed controllers never propagate, nor what is in them. */
export function systemNamespacesOf({ kubefedNamespace }: Pick<HostOptions, "kubefedNamespace">): readonly string[] {
  return ["kube-system", "kube-public", "default", kubefedNamespace];
}
