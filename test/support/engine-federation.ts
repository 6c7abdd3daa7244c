import { expect, vi } from "vitest";
import type { KubeObject, UnknownObject } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { rawCreate, rawGet, rawList, rawPatch } from "../cluster/raw-client.ts";
import type { ClusterSet } from "../cluster/start.ts";
import { registrationPath } from "./cluster-pair.ts";
import { uniqueName } from "./clusters.ts";
import { type Federation, openFederation } from "./federation.ts";

/** Short, so that tests need not wait for what takes a minute otherwise. */
const shortTimes = {
  leaderElect: { leaseDuration: "3s", renewDeadline: "2s", retryPeriod: "500ms" },
  clusterHealthCheck: { period: "1s", timeout: "1s", failureThreshold: 2, successThreshold: 1 },
  controllerDuration: { unavailableDelay: "1s" },
};

/** KubeFed in earth, with these clusters registered; times are short. */
export async function openEngineFederation(set: ClusterSet, names: readonly string[]): Promise<Federation> {
  const { kubeconfigPath } = set;
  const federation = await openFederation({ kubeconfigPath, namespace: "kube-federation-system" });
  for (const name of names) expect((await federation.join(name)).error).toBeUndefined();
  const path = `/apis/core.kubefed.io/v1beta1/namespaces/${federation.namespace}/kubefedconfigs/kubefed`;
  await rawPatch(set.cluster("earth").details, path, { spec: shortTimes });
  return federation;
}

/** Paths of federated objects and of what becomes of them. */
export const federatedPath = (namespace: string, plural: string, name = ""): string =>
  `/apis/types.kubefed.io/v1beta1/namespaces/${namespace}/${plural}${name && `/${name}`}`;
export const configMapPath = (namespace: string, name = ""): string =>
  `/api/v1/namespaces/${namespace}/configmaps${name && `/${name}`}`;

export const inClusters = (...names: string[]): { clusters: { name: string }[] } => ({
  clusters: names.map((name) => ({ name })),
});

/** A federated object: KubeFed's form of it. */
export function federatedObject(
  kind: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  spec: object,
): UnknownObject {
  return { apiVersion: "types.kubefed.io/v1beta1", kind: `Federated${kind}`, metadata: { namespace, name }, spec };
}

/** Makes a namespace on the host and federates it. */
export async function federateNamespace(host: ClusterDetails, placement: object): Promise<string> {
  const name = uniqueName("shop");
  await rawCreate(host, "/api/v1/namespaces", { metadata: { name } });
  const object = federatedObject("Namespace", { namespace: name, name }, { placement });
  await rawCreate(host, federatedPath(name, "federatednamespaces"), object);
  return name;
}

export async function federateConfigMap(
  host: ClusterDetails,
  key: { readonly namespace: string; readonly name: string },
  { placement, value = "1", ...spec }: { placement: object; value?: string; overrides?: object },
): Promise<void> {
  const object = federatedObject("ConfigMap", key, { template: { data: { value } }, placement, ...spec });
  await rawCreate(host, federatedPath(key.namespace, "federatedconfigmaps"), object);
}

interface Conditions extends KubeObject {
  status?: { conditions?: { type: string; status: string; reason?: string }[] };
}

/** `Ready`, or why not; undefined while nobody has said. */
export async function readinessOf(
  host: ClusterDetails,
  { namespace }: Federation,
  name: string,
): Promise<string | undefined> {
  const cluster = await rawGet<Conditions>(host, registrationPath(namespace, name));
  const [condition] = cluster?.status?.conditions ?? [];
  return condition?.type === "Ready" && condition.status === "True" ? "Ready" : condition?.reason;
}

/** Waits until something is so. */
export async function until(holds: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  await vi.waitUntil(holds, { timeout: timeoutMs, interval: 50 });
}

/** What a ConfigMap says; undefined when it is not there. */
export async function valueIn(
  cluster: ClusterDetails,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<string | undefined> {
  const found = await rawGet<{ data?: { value?: string } }>(cluster, configMapPath(namespace, name));
  return found?.data?.value;
}

/** The condition Propagation of a FederatedConfigMap, and the clusters: `True earth vulcan:ClusterNotReady`. */
export async function propagationOf(
  host: ClusterDetails,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<string> {
  const found = await rawGet<Conditions & { status?: { clusters?: { name: string; status?: string }[] } }>(
    host,
    federatedPath(namespace, "federatedconfigmaps", name),
  );
  const [condition] = found?.status?.conditions ?? [];
  const clusters = (found?.status?.clusters ?? []).map(({ name: cluster, status }) =>
    status === undefined ? cluster : `${cluster}:${status}`,
  );
  return [condition?.status ?? "unknown", ...clusters].join(" ");
}

/** How many FederatedConfigMaps of a namespace have Propagation True. */
export async function propagatedIn(host: ClusterDetails, namespace: string): Promise<number> {
  const items = await rawList<Conditions>(host, federatedPath(namespace, "federatedconfigmaps"));
  return items.filter(({ status }) => status?.conditions?.[0]?.status === "True").length;
}
