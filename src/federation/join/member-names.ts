import type { KubeFedCluster } from "../kubefed-types.ts";
import { rbacNames, type RbacNames, serviceAccountName } from "../names.ts";
import { type JoinOptions, serviceAccountAnnotation } from "./options.ts";

/** How everything is called that a join makes in the joining cluster. */
export interface MemberNames {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly rbac: RbacNames;
}

/** The names that follow from the options and the host's context, as kubefedctl derives them. */
export function memberNames(
  { clusterName, hostClusterName, kubefedNamespace }: NamingOptions,
  hostContext: string,
): MemberNames {
  return namesFor(serviceAccountName(clusterName, hostClusterName ?? hostContext), kubefedNamespace);
}

type NamingOptions = Pick<JoinOptions, "clusterName" | "hostClusterName" | "kubefedNamespace">;

/** The names that a join noted on the registration; undefined when no join of fedctl did. */
export function notedNames(
  registration: KubeFedCluster | undefined,
  kubefedNamespace: string,
): MemberNames | undefined {
  const noted = registration?.metadata?.annotations?.[serviceAccountAnnotation];
  return noted === undefined ? undefined : namesFor(noted, kubefedNamespace);
}

function namesFor(serviceAccount: string, namespace: string): MemberNames {
  return { namespace, serviceAccount, rbac: rbacNames(serviceAccount, namespace) };
}
