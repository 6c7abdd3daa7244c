import { hasCode } from "../../errors.ts";
import type { KubeApi, ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject } from "../../kube/objects.ts";
import {
  type FederatedObject,
  type FederatedTypeConfig,
  resourceTypeOf,
  schedulingGroup,
  typeConfigType,
} from "../kubefed-types.ts";
import type { Warning } from "../report.ts";
import { groupQualifiedName, identityOf } from "../step.ts";
import type { UnjoinOptions } from "./options.ts";
import type { UnjoinRequest } from "./plan.ts";
import type { Found } from "./workloads.ts";

/** Objects of the host that name a cluster that is about to be none. */
export interface References {
  readonly items: readonly Found[];
  /** There are more objects than were looked at. */
  readonly isIncomplete: boolean;
}

/** A warning is not worth more than a look at the first page of each type, and of this many types. */
const pageSize = 250;
const mostTypes = 60;

const preferenceType: ResourceType = {
  group: schedulingGroup,
  version: "v1alpha1",
  kind: "ReplicaSchedulingPreference",
  plural: "replicaschedulingpreferences",
  namespaced: true,
};

type Place = Pick<UnjoinOptions, "kubefedNamespace" | "clusterName">;

/** Placements, overrides and scheduling preferences that name the cluster. Undefined: none, or too many types to look. */
export async function readReferences(
  api: KubeApi,
  { kubefedNamespace: namespace, clusterName }: Place,
): Promise<References | undefined> {
  const configs = await listFirst<FederatedTypeConfig>(api, typeConfigType, namespace);
  if (configs.remaining || configs.items.length > mostTypes) return undefined;
  const types = [...configs.items.map(({ spec }) => resourceTypeOf(spec.federatedType)), preferenceType];
  const lists = await Promise.all(
    types.map(async (type) => ({ type, ...(await listFirst<FederatedObject>(api, type)) })),
  );
  const items = lists.flatMap(({ type, items: objects }) =>
    objects.filter((object) => isNamedIn(object, clusterName)).map((object): Found => ({ type, object })),
  );
  return items.length === 0 ? undefined : { items, isIncomplete: lists.some(({ remaining }) => remaining) };
}

interface FirstPage<T> {
  readonly items: readonly T[];
  readonly remaining: boolean;
}

async function listFirst<T extends KubeObject>(
  api: KubeApi,
  type: ResourceType,
  namespace?: string,
): Promise<FirstPage<T>> {
  try {
    return await api.list<T>(type, { namespace, pageSize, firstPageOnly: true });
  } catch (error) {
    // Who may not look, or where a type is not served any more, goes without the warning.
    if (hasCode(error, "ServerForbidden", "ServerNotFound", "ServerError")) return { items: [], remaining: false };
    throw error;
  }
}

/** Whether an object places something in the cluster by its name. Pure. */
export function isNamedIn({ spec }: Pick<FederatedObject, "spec">, clusterName: string): boolean {
  const { placement, overrides = [] } = spec as Partial<FederatedObject["spec"]>;
  // Of a ReplicaSchedulingPreference: a map by the clusters' names.
  const { clusters: preferred = {} } = spec as { readonly clusters?: Readonly<Record<string, unknown>> };
  return (
    (placement?.clusters ?? []).some(({ name }) => name === clusterName) ||
    overrides.some((override) => override.clusterName === clusterName) ||
    Object.hasOwn(preferred, clusterName)
  );
}

/** Pure. */
export function referenceWarning(
  { items, isIncomplete }: References,
  { options, hostContext }: Pick<UnjoinRequest, "options" | "hostContext">,
): Warning {
  const [first] = items;
  const label = first === undefined ? "" : identityOf(first);
  const example =
    label === "" ? "" : `${label.kind} "${label.namespace === undefined ? "" : `${label.namespace}/`}${label.name}"`;
  const more = items.length > 1 ? ` and ${items.length - 1} more` : "";
  const types = [...new Set(items.map(({ type }) => groupQualifiedName(type)))].join(",");
  return {
    code: "StaleReferences",
    message: `${isIncomplete ? "at least " : ""}${items.length} objects name cluster "${options.clusterName}" in placements or overrides (${example}${more}); see them with: kubectl --context ${hostContext} get ${types} -A -o yaml`,
  };
}
