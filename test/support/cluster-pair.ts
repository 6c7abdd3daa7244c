import type { KubeFedCluster } from "../../src/federation/kubefed-types.ts";
import type { KubeObject, Secret } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { rawDelete, rawGet, rawList, rawRequest } from "../cluster/raw-client.ts";
import { startClusters } from "../cluster/start.ts";
import { changedKeys, readState } from "./cluster-state.ts";
import { type Federation, type FederationOptions, openFederation, type Told } from "./federation.ts";

export const rbacPath = "/apis/rbac.authorization.k8s.io/v1";
export const secretsPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/secrets`;
export const registrationPath = (namespace: string, name: string): string =>
  `/apis/core.kubefed.io/v1beta1/namespaces/${namespace}/kubefedclusters/${name}`;

/** Two clusters of a test file's own, since the whole state of both is compared. */
export interface ClusterPair {
  readonly earth: ClusterDetails;
  readonly vulcan: ClusterDetails;
  /** Holds what goes with the clusters. */
  readonly root: string;
  readonly kubeconfigPath: string;
  readonly stop: () => Promise<void>;
  /** Removes what joins of one control plane would leave in the way of the next: their roles have no namespace in their names. */
  readonly clear: () => Promise<void>;
  /** A control plane in earth, unless told otherwise. */
  openFederation(more?: Partial<FederationOptions>): Promise<Federation>;
  /** Runs, and says which objects of either cluster were made, changed or removed meanwhile. */
  watched(run: () => Promise<Told>): Promise<Watched>;
}

export interface Watched extends Told {
  readonly writes: readonly string[];
}

export async function startClusterPair(): Promise<ClusterPair> {
  const set = await startClusters(["earth", "vulcan"]);
  const { kubeconfigPath, root } = set;
  const [earth, vulcan] = [set.cluster("earth").details, set.cluster("vulcan").details];
  const readBoth = () => Promise.all([readState(earth), readState(vulcan)]);
  return {
    earth,
    vulcan,
    root,
    kubeconfigPath,
    stop: () => set.stop(),
    clear: async () => {
      await Promise.all([earth, vulcan].map(clearRoles));
    },
    openFederation: (more) => openFederation({ kubeconfigPath, ...more }),
    async watched(run) {
      const before = await readBoth();
      const told = await run();
      const after = await readBoth();
      return { ...told, writes: before.flatMap((state, index) => changedKeys(state, after[index] ?? state)) };
    },
  };
}

async function clearRoles(cluster: ClusterDetails): Promise<void> {
  for (const plural of ["clusterrolebindings", "clusterroles"]) {
    const roles = await rawList<KubeObject>(cluster, `${rbacPath}/${plural}`);
    const names = roles.map(({ metadata }) => metadata?.name ?? "");
    const made = names.filter((name) => name.startsWith("kubefed-controller-manager:"));
    await Promise.all(made.map((name) => rawDelete(cluster, `${rbacPath}/${plural}/${name}`)));
  }
}

/** The KubeFedCluster in earth. @throws when there is none */
export async function registrationOf(
  { earth }: ClusterPair,
  { namespace }: Federation,
  name: string,
): Promise<KubeFedCluster> {
  const registration = await rawGet<KubeFedCluster>(earth, registrationPath(namespace, name));
  if (registration === undefined) throw new Error(`${name} is not registered`);
  return registration;
}

export const decodeBase64 = (text = ""): string => Buffer.from(text, "base64").toString();

/** Asks the cluster that is registered as vulcan as KubeFed's controller would: with what is stored in earth and nothing else. */
export async function askVulcan(pair: ClusterPair, federation: Federation, path: string): Promise<number> {
  const { spec } = await registrationOf(pair, federation, "vulcan");
  const secret = await rawGet<Secret>(pair.earth, `${secretsPath(federation.namespace)}/${spec.secretRef.name}`);
  const headers = { authorization: `Bearer ${decodeBase64(secret?.data?.["token"])}` };
  const reached = { ...pair.vulcan, server: spec.apiEndpoint, caPem: decodeBase64(spec.caBundle) };
  return (await rawRequest(reached, { method: "GET", path, headers })).status;
}

/** `create ServiceAccount ...`: what a first join of vulcan does, in the order of its plan. */
export const wholeJoin = ({ namespace }: Federation, credential: string): string[] => [
  `create Namespace ${namespace}`,
  "create ServiceAccount vulcan-earth",
  "create Secret vulcan-earth",
  "create ClusterRole kubefed-controller-manager:vulcan-earth",
  "create ClusterRoleBinding kubefed-controller-manager:vulcan-earth",
  `create Secret ${credential}`,
  "create KubeFedCluster vulcan",
];
