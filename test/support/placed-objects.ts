import type { ClusterDetails } from "../cluster/details.ts";
import { rawCreate, rawDelete, rawList } from "../cluster/raw-client.ts";
import { uniqueName } from "./clusters.ts";

/** The label of what a KubeFed controller placed. */
export const managed = { "kubefed.io/managed": "true" };

/** A namespace as a KubeFed controller makes it in a member, with a ConfigMap, a Deployment and a Service in it. */
export async function placeShop(cluster: ClusterDetails): Promise<string> {
  const shop = await placeNamespace(cluster);
  const core = `/api/v1/namespaces/${shop}`;
  await rawCreate(cluster, `${core}/configmaps`, { metadata: { name: "settings", labels: managed } });
  const labels = { app: "web" };
  const template = { metadata: { labels }, spec: { containers: [{ name: "web", image: "web" }] } };
  await rawCreate(cluster, `/apis/apps/v1/namespaces/${shop}/deployments`, {
    metadata: { name: "web", labels: managed },
    spec: { replicas: 2, selector: { matchLabels: labels }, template },
  });
  await rawCreate(cluster, `${core}/services`, {
    metadata: { name: "web", labels: managed },
    spec: { selector: labels, ports: [{ port: 80 }] },
  });
  await until(async () => (await rawList(cluster, `${core}/pods`)).length === 2);
  return shop;
}

export async function placeNamespace(cluster: ClusterDetails): Promise<string> {
  const name = uniqueName("shop");
  await rawCreate(cluster, "/api/v1/namespaces", { metadata: { name, labels: managed } });
  return name;
}

/** Removes the namespaces that a controller would have made; not awaited, since nothing in them bears the label any longer than they do. */
export async function clearPlaced(cluster: ClusterDetails): Promise<void> {
  const path = "/api/v1/namespaces";
  const selector = "?labelSelector=kubefed.io%2Fmanaged%3Dtrue";
  const namespaces = await rawList<{ metadata: { name: string } }>(cluster, path + selector);
  await Promise.all(namespaces.map(({ metadata }) => rawDelete(cluster, `${path}/${metadata.name}`)));
  await until(async () => (await rawList(cluster, path + selector)).length === 0);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await holds());) {
    if (Date.now() > end) throw new Error("the cluster did not get there");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
