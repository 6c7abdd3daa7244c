import type { UnknownObject } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { rawCreate, rawDelete, rawGet, rawPatch } from "../cluster/raw-client.ts";
import { federatedObject, federatedPath, inClusters } from "./engine-federation.ts";

/** An object that people create, edit, move and delete. */
export interface Edited {
  readonly kind: "ConfigMap" | "Secret" | "Service";
  readonly namespace: string;
  readonly name: string;
  /** What it says last, and where that is to be; undefined: it is deleted. */
  wanted: { readonly value: string; readonly clusters: readonly string[] } | undefined;
}

const plurals = { ConfigMap: "configmaps", Secret: "secrets", Service: "services" } as const;
const placements: readonly (readonly string[])[] = [["earth", "vulcan"], ["vulcan"], ["earth"], []];

const pathOf = ({ kind, namespace, name }: Edited): string =>
  federatedPath(namespace, `federated${plurals[kind]}`, name);

function templateOf({ kind, namespace }: Edited, value: string): object {
  if (kind === "Service") return { metadata: { labels: { value } }, spec: { ports: [{ port: 80 }] } };
  const data = { value: kind === "Secret" ? Buffer.from(value).toString("base64") : value, namespace: "" };
  return { data: kind === "Secret" ? { value: data.value } : { ...data, namespace } };
}

/** What an object says where it was propagated to; undefined: it is not there, or not the federation's. */
export async function saidIn(cluster: ClusterDetails, edited: Edited): Promise<string | undefined> {
  const { kind, namespace, name } = edited;
  const path = `/api/v1/namespaces/${namespace}/${plurals[kind]}/${name}`;
  const found = await rawGet<UnknownObject & { data?: { value?: string } }>(cluster, path);
  if (found?.metadata?.labels?.["kubefed.io/managed"] !== "true") return undefined;
  if (kind === "Service") return found.metadata.labels["value"];
  const text = found.data?.value ?? "";
  return kind === "Secret" ? Buffer.from(text, "base64").toString() : text;
}

/** So many objects of three types, spread over namespaces; none is there yet. */
export function editedObjects(count: number, namespaces: readonly string[]): readonly Edited[] {
  const kinds = Object.keys(plurals) as Edited["kind"][];
  return Array.from({ length: count }, (_, index) => ({
    kind: kinds[index % kinds.length] ?? "ConfigMap",
    namespace: namespaces[Math.floor(index / kinds.length) % namespaces.length] ?? "",
    name: `o${index}`,
    wanted: undefined,
  }));
}

/** Who edits, where, and by which chance. */
export interface Editing {
  readonly earth: ClusterDetails;
  readonly vulcan: ClusterDetails;
  readonly random: () => number;
  readonly value: string;
}

/** One edit of one object: on the host, or of its copy in a member. */
export async function editAtRandom(edited: Edited, { earth, vulcan, random, value }: Editing): Promise<void> {
  const chance = random();
  const clusters = placements[Math.floor(random() * placements.length)] ?? [];
  const { wanted } = edited;
  if (wanted === undefined) return create(edited, { earth, wanted: { value, clusters } });
  const spec = (next: NonNullable<Edited["wanted"]>): object => ({
    template: templateOf(edited, next.value),
    placement: inClusters(...next.clusters),
  });
  if (chance < 0.2) {
    edited.wanted = undefined;
    await rawDelete(earth, pathOf(edited));
  } else if (chance < 0.3) {
    const { kind, namespace, name } = edited;
    // By nobody's leave; it comes back.
    await rawDelete(vulcan, `/api/v1/namespaces/${namespace}/${plurals[kind]}/${name}`).catch(() => undefined);
  } else {
    edited.wanted = chance < 0.65 ? { ...wanted, value } : { ...wanted, clusters };
    await rawPatch(earth, pathOf(edited), { spec: spec(edited.wanted) });
  }
}

/** The last of that name may still be on its way out. */
async function create(
  edited: Edited,
  { earth, wanted }: { readonly earth: ClusterDetails; readonly wanted: NonNullable<Edited["wanted"]> },
): Promise<void> {
  if ((await rawGet(earth, pathOf(edited))) !== undefined) return;
  const spec = { template: templateOf(edited, wanted.value), placement: inClusters(...wanted.clusters) };
  edited.wanted = wanted;
  await rawCreate(earth, pathOf(edited).replace(/\/[^/]+$/, ""), federatedObject(edited.kind, edited, spec));
}

/** Where an object is not as it was edited last: `Secret shop/o4 in vulcan: "v7" instead of "v9"`. */
export async function strayings(objects: readonly Edited[], clusters: readonly ClusterDetails[]): Promise<string[]> {
  const found: string[] = [];
  for (const edited of objects) {
    for (const cluster of clusters) {
      const wanted = edited.wanted?.clusters.includes(cluster.name) === true ? edited.wanted.value : undefined;
      const said = await saidIn(cluster, edited);
      if (said === wanted) continue;
      const { kind, namespace, name } = edited;
      found.push(`${kind} ${namespace}/${name} in ${cluster.name}: ${String(said)} instead of ${String(wanted)}`);
    }
  }
  return found;
}
