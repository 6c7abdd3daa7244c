import type { KubeObject } from "../kube/objects.ts";
import type { ObjectIdentity } from "./report.ts";

/** An object in a sentence: `ConfigMap "settings"`. */
export function objectLabel({ kind, name }: ObjectIdentity): string {
  return `${kind} "${name}"`;
}

/** "" for an object without one, which no server hands out. */
export function nameOf({ metadata }: KubeObject): string {
  return metadata?.name ?? "";
}

/** A cluster of the kubeconfig in a sentence; in a pod there is none, and the context is "". */
export function clusterWords(context: string): string {
  return context === "" ? "the cluster this pod runs in" : `cluster "${context}"`;
}
