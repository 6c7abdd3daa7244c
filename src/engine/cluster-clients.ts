import type { FederationDeps } from "../federation/deps.ts";
import { nameOf } from "../federation/describe.ts";
import { secretType, type KubeFedCluster } from "../federation/kubefed-types.ts";
import type { KubeApi } from "../kube/kube-api.ts";
import type { Secret } from "../kube/objects.ts";
import { malformed, memberConfig } from "./member-config.ts";

/** How a registered cluster is talked to. */
export interface MemberClient {
  readonly api: KubeApi;
  /** For watches: a connection of their own, since an API server takes but so many streams (100) on one. */
  readonly watchApi: KubeApi;
  /** Reads the token anew, as after the old one was refused. True when it is another one. @throws as {@link ClusterClients.clientFor} */
  reloadToken(): Promise<boolean>;
}

/** Connections to registered clusters, made of what KubeFedClusters and their Secrets hold. */
export interface ClusterClients {
  /**
   * The client for a registration: the same one for as long as its spec stays. Reads the Secret, but does not contact the cluster.
   * @throws FedctlError ClusterConfigMalformed, and Server* of reading the Secret from the host
   */
  clientFor(cluster: KubeFedCluster): Promise<MemberClient>;
  /** Closes the connections of a cluster that is registered no more. */
  forget(name: string): void;
  /** Closes all. */
  close(): void;
}

export interface ClusterClientsOptions {
  readonly host: KubeApi;
  readonly kubefedNamespace: string;
  readonly connectWith: FederationDeps["connectWith"];
}

interface Entry {
  readonly fingerprint: string;
  readonly client: Promise<MemberClient>;
}

/** Makes {@link ClusterClients}. */
export function createClusterClients(options: ClusterClientsOptions): ClusterClients {
  const entries = new Map<string, Entry>();
  const forget = (name: string): void => {
    const entry = entries.get(name);
    entries.delete(name);
    void entry?.client.then(closeClient, () => undefined);
  };
  return {
    clientFor(cluster) {
      const name = nameOf(cluster);
      const fingerprint = fingerprintOf(cluster);
      const known = entries.get(name);
      if (known?.fingerprint === fingerprint) return known.client;
      forget(name);
      const entry = { fingerprint, client: openClient(cluster, options) };
      entries.set(name, entry);
      // What was wrong may be mended by the time somebody asks again.
      entry.client.catch(() => {
        if (entries.get(name) === entry) entries.delete(name);
      });
      return entry.client;
    },
    forget,
    close() {
      for (const name of [...entries.keys()]) forget(name);
    },
  };
}

function closeClient({ api, watchApi }: MemberClient): void {
  api.close();
  watchApi.close();
}

function fingerprintOf({ metadata, spec }: KubeFedCluster): string {
  return JSON.stringify([metadata?.uid, spec]);
}

async function openClient(cluster: KubeFedCluster, options: ClusterClientsOptions): Promise<MemberClient> {
  const { connectWith } = options;
  const config = memberConfig(cluster);
  let token = await readToken(cluster, options);
  const [api, watchApi] = await Promise.all([connectWith(config, () => token), connectWith(config, () => token)]);
  return {
    api,
    watchApi,
    async reloadToken() {
      const next = await readToken(cluster, options);
      const isOther = next !== token;
      token = next;
      return isOther;
    },
  };
}

/** In the words of KubeFed's controller. */
async function readToken(cluster: KubeFedCluster, { host, kubefedNamespace }: ClusterClientsOptions): Promise<string> {
  const name = nameOf(cluster);
  const secretName = cluster.spec.secretRef.name;
  if (secretName === "") throw malformed(name, `cluster ${name} does not have a secret name`);
  const secret = await host.get<Secret>({ type: secretType, namespace: kubefedNamespace, name: secretName });
  if (secret === undefined)
    throw malformed(name, `there is no secret "${secretName}" in namespace "${kubefedNamespace}" of the host cluster`);
  const token = Buffer.from(secret.data?.["token"] ?? "", "base64").toString("utf8");
  if (token === "") throw malformed(name, `the secret for cluster ${name} is missing a non-empty value for "token"`);
  return token;
}
