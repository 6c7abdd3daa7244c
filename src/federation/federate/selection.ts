import type { ResourceType } from "../../kube/kube-api.ts";
import type { UnknownObject } from "../../kube/objects.ts";
import { groupQualifiedName } from "../step.ts";
import { compareText } from "./content-types.ts";
import { isNamespace } from "./federated-object.ts";
import { type Included, nothingIncluded } from "./include.ts";

/** An object that `--contents` leaves out, and why. */
export interface SkippedObject {
  /** Group-qualified plural. */
  readonly type: string;
  readonly namespace: string;
  readonly name: string;
  readonly reason: string;
}

export interface SelectedObjects {
  /** Sorted by name. */
  readonly taken: readonly UnknownObject[];
  readonly skipped: readonly SkippedObject[];
}

export interface SelectionRules {
  /** What `--include` brings back. */
  readonly included: Included;
  /** Only what is included is taken; the rest is passed over without a word. */
  readonly includedOnly: boolean;
  /** Namespaces that KubeFed leaves alone: what is in them is left out. */
  readonly systemNamespaces: readonly string[];
}

const takeWhatUsersMade: SelectionRules = { included: nothingIncluded, includedOnly: false, systemNamespaces: [] };

/** What of one type's objects the user made and another cluster can have; the rest with a reason (B-FD2). */
export function selectObjects(
  type: ResourceType,
  objects: readonly UnknownObject[],
  rules: SelectionRules = takeWhatUsersMade,
): SelectedObjects {
  const { included, includedOnly, systemNamespaces } = rules;
  const taken: UnknownObject[] = [];
  const skipped: SkippedObject[] = [];
  for (const object of objects) {
    const { name = "", namespace = "" } = object.metadata ?? {};
    const isIncluded = included.all || included.names.has(name);
    if (includedOnly && !isIncluded) continue;
    const reason = reasonToSkip(type, object, { isIncluded, systemNamespaces });
    if (reason === undefined) taken.push(object);
    else skipped.push({ type: groupQualifiedName(type), namespace, name, reason });
  }
  return { taken: taken.sort(byName), skipped: skipped.sort((left, right) => compareText(left.name, right.name)) };
}

function byName(left: UnknownObject, right: UnknownObject): number {
  return compareText(left.metadata?.name ?? "", right.metadata?.name ?? "");
}

interface Wanted {
  readonly isIncluded: boolean;
  readonly systemNamespaces: readonly string[];
}

function reasonToSkip(
  type: ResourceType,
  object: UnknownObject,
  { isIncluded, systemNamespaces }: Wanted,
): string | undefined {
  if (systemNamespaces.includes(namespaceOf(type, object))) return "in a namespace that KubeFed leaves alone";
  const made = isIncluded ? undefined : madeByOthers(type, object);
  if (made !== undefined) return made;
  if (object.metadata?.deletionTimestamp !== undefined) return "is being deleted";
  if (isSubdomain(object.metadata?.name ?? "")) return undefined;
  return "its name is no DNS-1123 subdomain, which a federated object's must be";
}

/** A namespace is itself its own. */
function namespaceOf(type: ResourceType, { metadata }: UnknownObject): string {
  return (isNamespace(type) ? metadata?.name : metadata?.namespace) ?? "";
}

function madeByOthers(type: ResourceType, object: UnknownObject): string | undefined {
  const { name = "", ownerReferences = [] } = object.metadata ?? {};
  const owner = ownerReferences.find(({ controller }) => controller === true);
  if (owner !== undefined) return `made by ${owner.kind} ${owner.name}`;
  return madeInEveryNamespace(type, name) ?? unfederatable(type, object);
}

/** Every cluster has its own; the host's would overwrite them, and controllers would fight over them. */
function madeInEveryNamespace(type: ResourceType, name: string): string | undefined {
  if (type.group !== "") return undefined;
  if (type.kind === "ConfigMap" && publishedConfigMaps.includes(name))
    return "published in every namespace of each cluster";
  if (type.kind === "ServiceAccount" && name === "default") return "made in every namespace of each cluster";
  return undefined;
}

const publishedConfigMaps = ["kube-root-ca.crt", "openshift-service-ca.crt"];

/** Why no other cluster can have this very object, even if it is asked for by name: only `--include` makes it so. */
export function unfederatable(type: Pick<ResourceType, "group" | "kind">, object: UnknownObject): string | undefined {
  const isToken =
    type.group === "" && type.kind === "Secret" && object["type"] === "kubernetes.io/service-account-token";
  return isToken ? "a service account token is valid in its own cluster only" : undefined;
}

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Whether a custom resource, such as a federated object, may have this name. */
export function isSubdomain(name: string): boolean {
  return name.length <= 253 && subdomain.test(name);
}
