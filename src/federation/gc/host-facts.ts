import type { Namespace, Secret } from "../../kube/objects.ts";
import { listClusters, notInstalled } from "../clusters/clusters.ts";
import type { Connection } from "../deps.ts";
import { nameOf } from "../describe.ts";
import { notedNames } from "../join/member-names.ts";
import {
  type KubeFedCluster,
  type KubeFedConfig,
  kubefedConfigName,
  kubefedConfigType,
  namespaceType,
  secretType,
} from "../kubefed-types.ts";
import type { suggestCommand } from "../suggest.ts";
import { tokenOwner } from "./token-owner.ts";

/** What the host knows of its joins, and what else lies beside that. */
export interface GcHost {
  /** Context of the host cluster. */
  readonly context: string;
  readonly kubefedNamespace: string;
  readonly namespaceUid: string | undefined;
  /** UID of the KubeFedConfig: the mark of fedctl's joins. */
  readonly hostId: string | undefined;
  readonly clusters: readonly KubeFedCluster[];
  /** Of the control plane's namespace. */
  readonly secrets: readonly Secret[];
}

/** @throws FedctlError KubeFedNotInstalled, Server* */
export async function readGcHost({ api }: Connection, kubefedNamespace: string): Promise<GcHost> {
  const namespace = kubefedNamespace;
  const [clusters, live, config, secrets] = await Promise.all([
    listClusters(api, namespace),
    api.get<Namespace>({ type: namespaceType, name: namespace }),
    api.get<KubeFedConfig>({ type: kubefedConfigType, namespace, name: kubefedConfigName }),
    api.list<Secret>(secretType, { namespace }),
  ]);
  if (config === undefined && clusters.length === 0) throw notInstalled(api.context, namespace);
  return {
    context: api.context,
    kubefedNamespace,
    namespaceUid: live?.metadata?.uid,
    hostId: config?.metadata?.uid,
    clusters,
    secrets: secrets.items,
  };
}

/** How suggested commands address the host, with its own context even where the current one was meant. */
export function addressOf({ context, kubefedNamespace }: GcHost): Parameters<typeof suggestCommand>[1] {
  return { hostClusterContext: context, kubefedNamespace };
}

/** The secret that a registration names. */
export function credentialOf({ secrets }: GcHost, { spec }: KubeFedCluster): Secret | undefined {
  return secrets.find((secret) => nameOf(secret) === spec.secretRef.name);
}

/** True for a service account in a member that a registration uses, or may use. Pure. */
export function isInUse(host: GcHost, serviceAccount: string): boolean {
  return host.clusters.some((cluster) => {
    const used = usedAccount(host, cluster);
    return used === undefined ? serviceAccount.startsWith(`${nameOf(cluster)}-`) : serviceAccount === used;
  });
}

/** As the join noted it, else as the token says; undefined when neither tells. */
function usedAccount(host: GcHost, cluster: KubeFedCluster): string | undefined {
  const noted = notedNames(cluster, host.kubefedNamespace)?.serviceAccount;
  if (noted !== undefined) return noted;
  const credential = credentialOf(host, cluster);
  return credential && tokenOwner(credential)?.serviceAccount;
}
