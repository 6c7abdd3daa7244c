import { type FederatedTypeConfig, resourceTypeOf } from "../federation/kubefed-types.ts";
import type { PropagatedType } from "../propagation/types.ts";
import type { ControllerSettings } from "./controller-settings.ts";

type PlanSettings = Pick<ControllerSettings, "scope" | "collectsRawStatus">;

/** What a FederatedTypeConfig asks for. */
export type TypePlan =
  | { readonly kind: "run"; readonly type: PropagatedType }
  /** `why`: in words, where it is not what the config itself says. */
  | { readonly kind: "rest"; readonly why?: string };

/**
 * Whether namespaces are propagated. Where they are not, nobody knows which federated namespace wants what is in it, and what is in the
 * clusters stays as it is. Pure. @param config of namespaces
 */
export function propagatesNamespaces(config: FederatedTypeConfig | undefined): boolean {
  return config?.spec.propagation === "Enabled" && config.metadata?.deletionTimestamp === undefined;
}

/** Whether and how a type is to be propagated (spec/kubefed D.1). Pure. @param hasNamespaces see {@link propagatesNamespaces} */
export function planType(config: FederatedTypeConfig, settings: PlanSettings, hasNamespaces: boolean): TypePlan {
  const { metadata, spec } = config;
  const isGoing = metadata?.deletionTimestamp !== undefined;
  if (isGoing || spec.propagation !== "Enabled") return { kind: "rest" };
  const isNamespaced = spec.targetType.scope === "Namespaced";
  if (settings.scope === "Namespaced" && !isNamespaced)
    return { kind: "rest", why: "this control plane is confined to its namespace" };
  if (settings.scope === "Cluster" && isNamespaced && !hasNamespaces)
    return { kind: "rest", why: "namespaces are not propagated" };
  return { kind: "run", type: propagatedType(config, settings) };
}

function propagatedType(config: FederatedTypeConfig, { collectsRawStatus }: PlanSettings): PropagatedType {
  const { metadata, spec } = config;
  const { statusType, statusCollection, propagation } = spec;
  return {
    name: metadata?.name ?? "",
    target: resourceTypeOf(spec.targetType),
    federated: resourceTypeOf(spec.federatedType),
    statusType: statusType === undefined ? undefined : resourceTypeOf(statusType),
    propagation,
    collectsStatus: collectsRawStatus && statusCollection === "Enabled",
    ...(gathersServices(config, collectsRawStatus) && { writesServiceStatus: true }),
  };
}

/** Of services alone, and while raw statuses are not gathered instead. */
function gathersServices({ metadata, spec }: FederatedTypeConfig, collectsRawStatus: boolean): boolean {
  const isAsked = spec.statusCollection === "Enabled" && spec.statusType !== undefined;
  return isAsked && metadata?.name === "services" && !collectsRawStatus;
}

export type TypeStatus = NonNullable<FederatedTypeConfig["status"]>;

/** What the status of a config says while its type is, or is not, propagated. Pure. */
export function typeStatus({ metadata }: FederatedTypeConfig, running: PropagatedType | undefined): TypeStatus {
  return {
    observedGeneration: metadata?.generation ?? 0,
    propagationController: running === undefined ? "NotRunning" : "Running",
    statusController: running?.writesServiceStatus === true ? "Running" : "NotRunning",
  };
}

export function isSameStatus(one: TypeStatus | undefined, other: TypeStatus): boolean {
  return (
    one?.observedGeneration === other.observedGeneration &&
    one.propagationController === other.propagationController &&
    one.statusController === other.statusController
  );
}
