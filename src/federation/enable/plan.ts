import { isDeepStrictEqual } from "node:util";
import type { CustomResourceDefinition } from "../../kube/objects.ts";
import { mergeCrd } from "../kubefed-crds-merge.ts";
import { crdType, defaultFederatedGroup, typeConfigType } from "../kubefed-types.ts";
import type { ApiResourceSpec, FederatedTypeConfig } from "../kubefed-types.ts";
import type { Warning } from "../report.ts";
import { groupQualifiedName, type Step } from "../step.ts";
import { refuseConflicts } from "./conflicts.ts";
import type { EnableFacts, TypeFacts } from "./facts.ts";
import { federatedCrdFor } from "./federated-crd.ts";
import { describeType } from "./type-config.ts";

/** What is to be done for one type: first the CRD, then the FederatedTypeConfig. */
export interface EnableTypePlan {
  /** Group-qualified plural of the target: the name of the FederatedTypeConfig. */
  readonly name: string;
  readonly crd: Step<CustomResourceDefinition>;
  readonly typeConfig: Step<FederatedTypeConfig>;
}

export interface EnablePlan {
  readonly types: readonly EnableTypePlan[];
  readonly warnings: readonly Warning[];
}

/**
 * Plans to enable types. What is enabled already keeps its propagation, its status settings, its metadata and the other
 * versions of its CRD (B-EN5).
 * @throws FedctlError TypeConflict when one of them cannot be enabled
 */
export function planEnable(facts: EnableFacts): EnablePlan {
  refuseConflicts(facts);
  const types = facts.types.map((type) => ({
    name: groupQualifiedName(type.resource),
    crd: planCrd(facts, type),
    typeConfig: planTypeConfig(facts, type),
  }));
  return { types, warnings: [...types.flatMap(warnOfDisabled), ...warnOfNamespaces(facts), ...warnOfGroups(types)] };
}

function planCrd({ cluster }: EnableFacts, facts: TypeFacts): Step<CustomResourceDefinition> {
  const step = { cluster, type: crdType };
  const wanted = crdOf(facts);
  if (facts.crd === undefined) return { ...step, action: "create", object: wanted };
  const next = mergeCrd(facts.crd, wanted);
  if (next === undefined) return { ...step, action: "keep", object: facts.crd };
  return {
    ...step,
    action: "update",
    object: next,
    specOnly: true,
    reason: "its schema or names are not those of a federated type",
  };
}

/** The CRD as it would be made if there were none. */
export function crdOf({ resource, wanted, retainReplicas }: TypeFacts): CustomResourceDefinition {
  return federatedCrdFor(wanted, { shortNames: resource.shortNames, retainReplicas });
}

function planTypeConfig({ cluster, typeConfigs }: EnableFacts, { wanted }: TypeFacts): Step<FederatedTypeConfig> {
  const step = { cluster, type: typeConfigType };
  const live = typeConfigs.find(({ metadata }) => metadata?.name === wanted.metadata?.name);
  if (live === undefined) return { ...step, action: "create", object: wanted };
  const { targetType, federatedType } = wanted.spec;
  if (isSameType(live.spec.targetType, targetType) && isSameType(live.spec.federatedType, federatedType)) {
    return { ...step, action: "keep", object: live };
  }
  const object = { ...live, spec: { ...live.spec, targetType, federatedType } };
  const reason = `target type was ${describeType(live.spec.targetType)}, is ${describeType(targetType)}`;
  return { ...step, action: "update", object, specOnly: true, reason };
}

function isSameType(one: ApiResourceSpec, other: ApiResourceSpec): boolean {
  return isDeepStrictEqual({ ...one, group: one.group ?? "" }, { ...other, group: other.group ?? "" });
}

function warnOfDisabled({ name, typeConfig }: EnableTypePlan): Warning[] {
  if (typeConfig.object.spec.propagation !== "Disabled") return [];
  const message = `propagation of ${name} is disabled in its FederatedTypeConfig, and stays so`;
  return [{ code: "PropagationDisabled", message }];
}

/** KubeFed starts no controller for a namespaced type before namespaces are enabled. */
function warnOfNamespaces({ types, typeConfigs }: EnableFacts): Warning[] {
  const configs = [...typeConfigs, ...types.map(({ wanted }) => wanted)];
  const needsThem = types.filter(({ resource }) => resource.namespaced);
  if (needsThem.length === 0 || configs.some(({ metadata }) => metadata?.name === "namespaces")) return [];
  const names = needsThem.map(({ resource }) => groupQualifiedName(resource)).join(", ");
  const message = `nothing of ${names} is propagated before namespaces are enabled: fedctl enable namespaces`;
  return [{ code: "NamespacesNotEnabled", message }];
}

/** KubeFed's roles cover its own groups only. `patch` is for the finalizer of the sync controller (B-EN13). */
function warnOfGroups(types: readonly EnableTypePlan[]): Warning[] {
  const isKnown = ({ crd, typeConfig }: EnableTypePlan): boolean =>
    crd.action === "keep" && typeConfig.action === "keep";
  const groups = types
    .filter((type) => !isKnown(type))
    .map(({ crd }) => crd.object.spec.group)
    .filter((group) => group !== defaultFederatedGroup);
  return [...new Set(groups)].sort().map((group) => ({
    code: "ControllerNeedsRole",
    message:
      `the roles of a KubeFed controller do not cover the API group ${group}: nothing of it is propagated before ` +
      `get, list, watch, update and patch on all its resources ("*") are granted to its service account`,
  }));
}
