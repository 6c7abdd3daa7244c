import type { ResourceType } from "../../kube/kube-api.ts";
import type { UnknownObject } from "../../kube/objects.ts";
import { groupQualifiedName } from "../step.ts";
import { compareText } from "./content-types.ts";

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

/** What of one type's objects the user made and another cluster can have; the rest with a reason (B-FD2). */
export function selectObjects(type: ResourceType, objects: readonly UnknownObject[]): SelectedObjects {
  const taken: UnknownObject[] = [];
  const skipped: SkippedObject[] = [];
  for (const object of objects) {
    const { name = "", namespace = "" } = object.metadata ?? {};
    const reason = reasonToSkip(type, object);
    if (reason === undefined) taken.push(object);
    else skipped.push({ type: groupQualifiedName(type), namespace, name, reason });
  }
  return { taken: taken.sort(byName), skipped: skipped.sort((left, right) => compareText(left.name, right.name)) };
}

function byName(left: UnknownObject, right: UnknownObject): number {
  return compareText(left.metadata?.name ?? "", right.metadata?.name ?? "");
}

function reasonToSkip(type: ResourceType, object: UnknownObject): string | undefined {
  const { name = "", deletionTimestamp, ownerReferences = [] } = object.metadata ?? {};
  const owner = ownerReferences.find(({ controller }) => controller === true);
  if (owner !== undefined) return `made by ${owner.kind} ${owner.name}`;
  const made = madeInEveryNamespace(type, name) ?? unfederatable(type, object);
  if (made !== undefined) return made;
  if (deletionTimestamp !== undefined) return "is being deleted";
  return isSubdomain(name) ? undefined : "its name is no DNS-1123 subdomain, which a federated object's must be";
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

/** Why no other cluster can have this very object, even if it is asked for by name. */
export function unfederatable(type: ResourceType, object: UnknownObject): string | undefined {
  const isToken =
    type.group === "" && type.kind === "Secret" && object["type"] === "kubernetes.io/service-account-token";
  return isToken ? "a service account token is valid in its own cluster only" : undefined;
}

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Whether a custom resource, such as a federated object, may have this name. */
export function isSubdomain(name: string): boolean {
  return name.length <= 253 && subdomain.test(name);
}
