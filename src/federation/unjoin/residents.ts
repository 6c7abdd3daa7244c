import type { KubeApi, ResourceType } from "../../kube/kube-api.ts";
import { nameOf, objectLabel } from "../describe.ts";
import { crdType, namespaceType } from "../kubefed-types.ts";
import { namespaceContents } from "../namespace-contents.ts";
import type { CustomResourceDefinition } from "../../kube/objects.ts";
import type { ObjectIdentity } from "../report.ts";
import { identityOf } from "../step.ts";
import type { Found } from "./workloads.ts";

/** Why an object must stay that takes others with it, by its UID. */
export type Residents = ReadonlyMap<string, string>;

/** True for what takes other objects with it when it goes: whatever is in a namespace, all objects of a type. */
export function isContainer({ type }: Pick<Found, "type">): boolean {
  return isCrd(type) || (type.group === namespaceType.group && type.kind === namespaceType.kind);
}

function isCrd({ group, kind }: ResourceType): boolean {
  return group === crdType.group && kind === crdType.kind;
}

/** For the namespaces and CRDs among these objects: what is in them that is not among them. */
export async function readResidents(api: KubeApi, items: readonly Found[]): Promise<Residents> {
  const leaving = new Set(items.map(({ object }) => object.metadata?.uid ?? ""));
  const labels = new Set(items.map((item) => keyOf(identityOf(item))));
  const containers = items.filter(isContainer);
  const reasons = await Promise.all(
    containers.map(async (container) => {
      const inside = await lookInto(api, container, { leaving, labels });
      return [container.object.metadata?.uid ?? "", inside.reason] as const;
    }),
  );
  return new Map(reasons.flatMap(([uid, reason]) => (reason === undefined ? [] : [[uid, reason] as const])));
}

interface Inside {
  /** Why it must stay; undefined when nothing speaks against its going. */
  readonly reason: string | undefined;
  /** Something in it that is going, or goes with something that went. */
  readonly settling: ObjectIdentity | undefined;
}

interface Leaving {
  /** UIDs. */
  readonly leaving: ReadonlySet<string>;
  readonly labels: ReadonlySet<string>;
}

/** What is in it by now, when everything that was to go has been asked to. */
export function lookAgainInto(api: KubeApi, container: Found): Promise<Inside> {
  return lookInto(api, container, { leaving: new Set(), labels: new Set() });
}

function lookInto(api: KubeApi, container: Found, leaving: Leaving): Promise<Inside> {
  return isCrd(container.type) ? lookIntoType(api, container, leaving) : lookIntoNamespace(api, container, leaving);
}

async function lookIntoNamespace(api: KubeApi, { object }: Found, { labels }: Leaving): Promise<Inside> {
  const { items, unreadable } = await namespaceContents(api, nameOf(object));
  const rest = items.filter((item) => !labels.has(keyOf(item)));
  const strangers = rest.filter(({ isDependent }) => isDependent !== true);
  const settling = rest.find(({ isDependent }) => isDependent);
  const [first] = strangers;
  if (first !== undefined) return { settling, reason: holds(first, strangers.length) };
  if (unreadable.length > 0) return { settling, reason: `could not look at ${unreadable.join(", ")} in it` };
  return { settling, reason: undefined };
}

async function lookIntoType(api: KubeApi, container: Found, { leaving }: Leaving): Promise<Inside> {
  const crd = await api.get<CustomResourceDefinition>({ type: crdType, name: nameOf(container.object) });
  const version = crd?.spec.versions.find(({ served }) => served)?.name;
  if (crd === undefined || version === undefined) return { reason: undefined, settling: undefined };
  const { group, names, scope } = crd.spec;
  const type = { group, version, kind: names.kind, plural: names.plural, namespaced: scope === "Namespaced" };
  const { items } = await api.list(type, { metadataOnly: true });
  const rest = items.filter(({ metadata }) => !leaving.has(metadata?.uid ?? ""));
  const strangers = rest.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  const [first] = strangers;
  const reason = first && holds(identityOf({ type, object: first }), strangers.length);
  const [going] = rest.filter((item) => !strangers.includes(item));
  return { reason, settling: going && identityOf({ type, object: going }) };
}

function holds(first: ObjectIdentity, count: number): string {
  const more = count > 1 ? ` and ${count - 1} more` : "";
  return `holds ${objectLabel(first)}${more}, which the federation did not place`;
}

function keyOf({ apiVersion, kind, namespace = "", name }: ObjectIdentity): string {
  return `${apiVersion}/${kind}/${namespace}/${name}`;
}
