import { hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import type { Namespace, Secret } from "../../kube/objects.ts";
import { listClusters, notInstalled } from "../clusters/clusters.ts";
import type { Connection } from "../deps.ts";
import { nameOf } from "../describe.ts";
import { memberNames, notedNames } from "../join/member-names.ts";
import { clusterAnnotation, memberNamespaceAnnotation } from "../join/options.ts";
import {
  type KubeFedCluster,
  type KubeFedConfig,
  kubefedConfigName,
  kubefedConfigType,
  managedByFedctl,
  managedByLabel,
  namespaceType,
  secretType,
} from "../kubefed-types.ts";
import { credentialSecretName } from "../names.ts";
import type { JoinRecord, UnjoinOptions } from "./options.ts";

export interface HostFacts {
  readonly record: JoinRecord;
  readonly registration: KubeFedCluster | undefined;
  /** Names of all clusters that are joined. */
  readonly joined: readonly string[];
  /** What the registration names, and what joins that got no further left. */
  readonly credentials: readonly CredentialFact[];
}

export interface CredentialFact {
  readonly secret: Secret;
  /** Another cluster whose registration names it too. */
  readonly usedBy: string | undefined;
}

/** @throws FedctlError KubeFedNotInstalled, Server* */
export async function readHost({ api, config }: Connection, options: UnjoinOptions): Promise<HostFacts> {
  const { clusterName, kubefedNamespace: namespace } = options;
  const [clusters, hostNamespace, kubefedConfig, made] = await Promise.all([
    listClusters(api, namespace),
    api.get<Namespace>({ type: namespaceType, name: namespace }),
    api.get<KubeFedConfig>({ type: kubefedConfigType, namespace, name: kubefedConfigName }),
    listMade(api, namespace),
  ]);
  if (kubefedConfig === undefined && clusters.length === 0) throw notInstalled(api.context, namespace);
  const hostId = kubefedConfig?.metadata?.uid;
  const registration = clusters.find((one) => nameOf(one) === clusterName);
  const secrets = await readCredentials(api, { made, registration, hostId, options });
  const others = clusters.filter((one) => one !== registration);
  return {
    record: {
      clusterName,
      ...notesOf(registration, { ...options, hostContext: config.contextName }),
      hostId,
      hostNamespaceUid: hostNamespace?.metadata?.uid,
      scope: kubefedConfig?.spec.scope === "Namespaced" ? "Namespaced" : "Cluster",
    },
    registration,
    joined: clusters.map(nameOf),
    credentials: secrets.map((secret) => ({ secret, usedBy: userOf(secret, others) })),
  };
}

type Notes = Pick<JoinRecord, "names" | "isNoted" | "namespaceNote" | "apiEndpoint">;

/** What the join noted on the registration, else what kubefedctl would have done. */
function notesOf(
  registration: KubeFedCluster | undefined,
  { hostContext, ...options }: UnjoinOptions & { readonly hostContext: string },
): Notes {
  const noted = notedNames(registration, options.kubefedNamespace);
  const namespaceNote = registration?.metadata?.annotations?.[memberNamespaceAnnotation];
  return {
    names: noted ?? memberNames(options, hostContext),
    isNoted: noted !== undefined,
    namespaceNote: namespaceNote === "created" || namespaceNote === "existing" ? namespaceNote : undefined,
    apiEndpoint: registration?.spec.apiEndpoint,
  };
}

function userOf(secret: Secret, clusters: readonly KubeFedCluster[]): string | undefined {
  const user = clusters.find(({ spec }) => spec.secretRef.name === nameOf(secret));
  return user && nameOf(user);
}

interface CredentialSources extends Pick<HostFacts, "registration">, Pick<JoinRecord, "hostId"> {
  readonly made: readonly Secret[] | undefined;
  readonly options: UnjoinOptions;
}

async function readCredentials(api: KubeApi, sources: CredentialSources): Promise<readonly Secret[]> {
  const { made = [], options } = sources;
  const { clusterName, kubefedNamespace: namespace } = options;
  const noted = made.filter(({ metadata }) => metadata?.annotations?.[clusterAnnotation] === clusterName);
  const name = credentialName(sources);
  if (name === undefined || noted.some((secret) => nameOf(secret) === name)) return noted;
  const named = await api.get<Secret>({ type: secretType, namespace, name });
  return named === undefined ? noted : [named, ...noted];
}

/** As the registration has it. Without, and without a list to look at: the name that a join gives it. */
function credentialName({ registration, made, hostId, options }: CredentialSources): string | undefined {
  if (registration !== undefined) return registration.spec.secretRef.name;
  return made === undefined && hostId !== undefined ? credentialSecretName(options.clusterName, hostId) : undefined;
}

/** The credentials of fedctl's joins; undefined where secrets may be read but not listed. */
async function listMade(api: KubeApi, namespace: string): Promise<readonly Secret[] | undefined> {
  try {
    const labelSelector = `${managedByLabel}=${managedByFedctl}`;
    return (await api.list<Secret>(secretType, { namespace, labelSelector })).items;
  } catch (error) {
    if (hasCode(error, "ServerForbidden")) return undefined;
    throw error;
  }
}
