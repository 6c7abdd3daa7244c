import { syncFederation, type SyncOptions } from "../../src/engine/sync.ts";
import type { Change, Warning } from "../../src/federation/report.ts";
import type { KubeObject, UnknownObject } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { rawCreate, rawGet, rawPatch } from "../cluster/raw-client.ts";
import type { ClusterPair } from "./cluster-pair.ts";
import { uniqueName } from "./clusters.ts";
import { coreRun, describeChange } from "./core-run.ts";
import { type FederationOptions, openFederation } from "./federation.ts";
import { connectThrough } from "./kubeconfig-connection.ts";

/** What a pass of the engine told. */
export interface Synced {
  /** `vulcan: create ConfigMap a`, sorted. */
  readonly changes: readonly string[];
  readonly details: readonly Change[];
  readonly warnings: readonly Warning[];
  readonly error: unknown;
}

/** A control plane in earth whose members are earth itself and vulcan. */
export interface EngineFederation {
  readonly namespace: string;
  sync(more?: Partial<SyncOptions>): Promise<Synced>;
}

export async function openEngineFederation(
  pair: ClusterPair,
  more: Pick<FederationOptions, "scope"> = {},
): Promise<EngineFederation> {
  const federation = await openFederation({ kubeconfigPath: pair.kubeconfigPath, ...more });
  for (const name of ["earth", "vulcan"]) {
    const { error } = await federation.join(name);
    if (error !== undefined) throw new Error(`${name} was not joined`, { cause: error });
  }
  const { namespace } = federation;
  return { namespace, sync: (more) => syncIn(pair, namespace, more) };
}

async function syncIn(pair: ClusterPair, kubefedNamespace: string, more: Partial<SyncOptions> = {}): Promise<Synced> {
  const { signal } = new AbortController();
  const { deps, changes, warnings } = coreRun((context) => connectThrough(pair.kubeconfigPath, context, signal));
  const options: SyncOptions = {
    hostClusterContext: "earth",
    kubefedNamespace,
    dryRun: false,
    once: false,
    timeoutMs: 60_000,
    writesNormalEvents: false,
    ...more,
  };
  const error: unknown = await syncFederation(options, deps).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const told = changes.map((change) => `${change.cluster}: ${describeChange(change)}`).sort();
  return { changes: told, details: changes, warnings, error };
}

export const federatedGroup = "/apis/types.kubefed.io/v1beta1";

export function federatedPath(namespace: string, plural: string, name = ""): string {
  return `${federatedGroup}/namespaces/${namespace}/${plural}${name === "" ? "" : `/${name}`}`;
}

export interface Propagation {
  readonly template?: object;
  readonly placement?: object;
  readonly overrides?: readonly object[];
  readonly retainReplicas?: boolean;
}

export const everywhere = { clusterSelector: { matchLabels: {} } };

export function inClusters(...names: readonly string[]): object {
  return { clusters: names.map((name) => ({ name })) };
}

/** A new namespace of the host, federated to where it is said. */
export async function federatedNamespace(earth: ClusterDetails, placement: object = everywhere): Promise<string> {
  const name = uniqueName("shop");
  await rawCreate(earth, "/api/v1/namespaces", { metadata: { name } });
  await federate(
    earth,
    { kind: "FederatedNamespace", plural: "federatednamespaces", namespace: name, name },
    { placement },
  );
  return name;
}

export interface FederatedName {
  readonly kind: string;
  readonly plural: string;
  readonly namespace: string;
  readonly name: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export async function federate(
  earth: ClusterDetails,
  { kind, plural, namespace, name, annotations }: FederatedName,
  spec: Propagation,
): Promise<void> {
  await rawCreate(earth, federatedPath(namespace, plural), {
    apiVersion: "types.kubefed.io/v1beta1",
    kind,
    metadata: { name, namespace, annotations },
    spec,
  });
}

export function federatedConfigMap(namespace: string, name: string): FederatedName {
  return { kind: "FederatedConfigMap", plural: "federatedconfigmaps", namespace, name };
}

export function configMapPath(namespace: string, name: string): string {
  return `/api/v1/namespaces/${namespace}/configmaps/${name}`;
}

/** The spec of a federated object is changed as a merge patch says. */
export async function changeSpec(
  earth: ClusterDetails,
  { namespace, plural, name }: Pick<FederatedName, "namespace" | "plural" | "name">,
  spec: object,
): Promise<void> {
  await rawPatch(earth, federatedPath(namespace, plural, name), { spec });
}

export interface FederatedStatus {
  readonly observedGeneration?: number;
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
  readonly clusters?: readonly { readonly name: string; readonly status?: string }[];
}

/** `True`, or `False CheckClusters`, and the clusters as `earth`, `vulcan:ClusterNotReady`. */
export async function propagationOf(
  earth: ClusterDetails,
  { namespace, plural, name }: Pick<FederatedName, "namespace" | "plural" | "name">,
): Promise<readonly string[]> {
  const object = await rawGet<UnknownObject>(earth, federatedPath(namespace, plural, name));
  const status = object?.["status"] as FederatedStatus | undefined; // Read from a real server, whose CRD says so.
  const condition = status?.conditions.find(({ type }) => type === "Propagation");
  const clusters = status?.clusters?.map(({ name: cluster, status: state }) =>
    state === undefined ? cluster : `${cluster}:${state}`,
  );
  return [[condition?.status, condition?.reason].filter((word) => word !== undefined).join(" "), ...(clusters ?? [])];
}

export async function labelOf(cluster: ClusterDetails, path: string): Promise<string | undefined> {
  const object = await rawGet<KubeObject>(cluster, path);
  return object === undefined ? "absent" : object.metadata?.labels?.["kubefed.io/managed"];
}
