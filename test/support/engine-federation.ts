import { vi } from "vitest";
import type { KubeObject, UnknownObject } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { rawCreate, rawGet } from "../cluster/raw-client.ts";
import { registrationPath } from "./cluster-pair.ts";
import { uniqueName } from "./clusters.ts";
import type { Federation } from "./federation.ts";

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
