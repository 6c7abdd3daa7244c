import type { ResourceType } from "../../kube/kube-api.ts";
import type { UnknownObject } from "../../kube/objects.ts";
import type { FederatedObject } from "../kubefed-types.ts";
import { apiVersionOf } from "../step.ts";
import { type Placement, placementOf } from "./placement.ts";
import { templateOf } from "./template.ts";

/** The two types a FederatedTypeConfig ties together. */
export interface TypePair {
  readonly target: ResourceType;
  readonly federated: ResourceType;
}

/** The federated object that places `source` in every cluster, or where it is said. */
export function federatedObjectOf(
  source: UnknownObject,
  { target, federated }: TypePair,
  placement: Placement = placementOf({}),
): FederatedObject {
  const { name = "" } = source.metadata ?? {};
  const namespace = federatedNamespaceOf(source, { target, federated });
  return {
    apiVersion: apiVersionOf(federated),
    kind: federated.kind,
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    spec: {
      template: templateOf(source, target),
      placement,
    },
  };
}

/** A namespace is itself the container of its federated namespace: `X/X`. */
export function federatedNamespaceOf(source: UnknownObject, { target, federated }: TypePair): string | undefined {
  if (!federated.namespaced) return undefined;
  return isNamespace(target) ? source.metadata?.name : source.metadata?.namespace;
}

export function isNamespace(type: Pick<ResourceType, "group" | "kind">): boolean {
  return type.group === "" && type.kind === "Namespace";
}
