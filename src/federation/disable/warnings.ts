import { nameOf } from "../describe.ts";
import type { Warning } from "../report.ts";
import type { DisableFacts } from "./facts.ts";
import { type InstanceFacts, planWhenStopped, strandedInstances } from "./instances.ts";
import type { DisableOptions } from "./options.ts";

/** What a person has to know of a plan, besides its steps. */
export function warningsOf(
  facts: DisableFacts,
  types: readonly InstanceFacts[],
  options: DisableOptions,
): readonly Warning[] {
  return [
    ...noController(facts),
    ...otherNames(facts, options),
    ...types.flatMap((instances) => unpropagated(instances, options)),
    ...dependants(facts),
  ];
}

function noController({ cluster, kubefedNamespace, controller, types }: DisableFacts): Warning[] {
  if (controller.state !== "absent" || types.every(({ typeConfig }) => typeConfig === undefined)) return [];
  const message =
    `no KubeFed controller runs in namespace "${kubefedNamespace}" of cluster "${cluster}" (${controller.reason}): ` +
    "none is waited for";
  return [{ code: "NoController", message }];
}

/** A FederatedTypeConfig says itself which CRD and version it is about. */
function otherNames({ types }: DisableFacts, { federatedGroup, version }: DisableOptions): Warning[] {
  return types.flatMap(({ name, typeConfig }) => {
    if (typeConfig === undefined) return [];
    const { federatedType, targetType } = typeConfig.spec;
    const ignored = [
      ...(federatedGroup === undefined || federatedGroup === federatedType.group ? [] : ["--federated-group"]),
      ...(version === undefined || version === targetType.version ? [] : ["--version"]),
    ];
    if (ignored.length === 0) return [];
    const message = `${ignored.join(" and ")} ignored for ${name}: its FederatedTypeConfig says otherwise`;
    return [{ code: "OptionIgnored", message }];
  });
}

/** Objects that stay, or whose work in the clusters stays. */
function unpropagated(facts: InstanceFacts, options: DisableOptions): Warning[] {
  const { name, federatedType, instances, isRun } = facts;
  const count = (number: number): string => `${number} ${federatedType?.kind ?? name}`;
  if (isRun) return deletedInClusters(facts, options);
  const released = planWhenStopped(facts, options).filter(({ action }) => action === "delete");
  if (released.length > 0) {
    const message =
      `no controller propagates ${name}: what ${count(released.length)} placed in clusters stays there, ` +
      "with the label kubefed.io/managed=true";
    return [{ code: "MemberObjectsStay", message }];
  }
  if (options.instances !== "refuse" || instances.length === 0 || strandedInstances(facts, options).length > 0)
    return [];
  return [{ code: "FederatedObjectsStay", message: `${count(instances.length)} stay, and nothing propagates them` }];
}

/** KubeFed takes over what a federated object was made of, where the host is joined too, and deletes it as any other. */
function deletedInClusters({ federatedType, instances }: InstanceFacts, options: DisableOptions): Warning[] {
  if (options.instances !== "delete" || instances.length === 0) return [];
  const message =
    `what ${instances.length} ${federatedType?.kind ?? ""} placed in clusters is deleted, also in the host where it is ` +
    "joined itself";
  return [{ code: "MemberObjectsDeleted", message }];
}

/** KubeFed runs no namespaced type without the type namespaces. */
function dependants({ types, typeConfigs }: DisableFacts): Warning[] {
  if (!types.some(({ name, typeConfig }) => name === "namespaces" && typeConfig !== undefined)) return [];
  const disabled = new Set(types.map(({ name }) => name));
  const rest = typeConfigs
    .filter(({ spec }) => spec.targetType.scope === "Namespaced" && spec.propagation === "Enabled")
    .map(nameOf)
    .filter((name) => !disabled.has(name))
    .sort();
  if (rest.length === 0) return [];
  const message =
    `every namespaced type depends on namespaces: without it nothing of ${rest.join(", ")} is propagated, and their ` +
    "federated objects cannot be deleted";
  return [{ code: "NamespacedTypesStop", message }];
}
