import type { CustomResourceDefinition, KubeObject } from "../../kube/objects.ts";
import { crdType, type FederatedTypeConfig, typeConfigType } from "../kubefed-types.ts";
import type { Warning } from "../report.ts";
import type { Step } from "../step.ts";
import type { DisableFacts, DisableTypeFacts } from "./facts.ts";
import type { InstanceReach } from "./instance-list.ts";
import { type InstanceFacts, planWhenStopped, planWhileRun, refuseStranded } from "./instances.ts";
import type { DisableOptions } from "./options.ts";
import { refuseSharedCrd, requireKnown } from "./refusals.ts";
import { isStopped } from "./stopped.ts";
import { warningsOf } from "./warnings.ts";

/** What is to be done for one type, in this order. */
export interface DisableTypePlan {
  readonly name: string;
  /** Federated objects that are deleted while their sync controller runs. */
  readonly deletions: readonly Step[];
  /** Ends propagation; undefined without a FederatedTypeConfig. */
  readonly stop: Step<FederatedTypeConfig> | undefined;
  /** A controller is there to say that it has stopped, and to let go of the FederatedTypeConfig. */
  readonly isWatched: boolean;
  /** Federated objects that are dealt with once nothing runs them. */
  readonly releases: readonly Step[];
  readonly crd: Step<CustomResourceDefinition> | undefined;
  readonly typeConfig: Step;
  readonly instances: InstanceFacts & { readonly reach: InstanceReach };
}

export interface DisablePlan {
  readonly types: readonly DisableTypePlan[];
  readonly warnings: readonly Warning[];
}

/**
 * Plans to disable types.
 * @throws FedctlError TypeNotEnabled, TypeConflict, FederatedObjectsExist when one of them cannot be disabled
 */
export function planDisable(facts: DisableFacts, options: DisableOptions): DisablePlan {
  facts.types.forEach((type) => {
    requireKnown(type, facts);
    if (options.deleteCrd) refuseSharedCrd(type, facts);
  });
  const types = facts.types.map((type) => ({ type, instances: instancesOf(type, facts) }));
  refuseStranded(
    types.map(({ instances }) => instances),
    options,
  );
  return {
    types: types.map(({ type, instances }) => planType(type, { facts, instances, options })),
    warnings: warningsOf(
      facts,
      types.map(({ instances }) => instances),
      options,
    ),
  };
}

/** The whole plan of a type, in the order in which it is carried out; a FederatedTypeConfig that is only deleted stands in it once. */
export function stepsOf({ deletions, stop, releases, crd, typeConfig }: DisableTypePlan): readonly Step[] {
  return [
    ...deletions,
    ...(stop === undefined || stop.action === "keep" ? [] : [stop]),
    ...releases,
    ...(crd === undefined ? [] : [crd]),
    typeConfig,
  ];
}

function instancesOf(type: DisableTypeFacts, { cluster, controller }: DisableFacts): DisableTypePlan["instances"] {
  const { name, federatedType, instances, typeConfig, reach } = type;
  const isRun = controller.state !== "absent" && typeConfig !== undefined && !isStopped(typeConfig);
  return { cluster, name, federatedType, instances, isRun, reach };
}

interface TypeContext {
  readonly facts: DisableFacts;
  readonly instances: DisableTypePlan["instances"];
  readonly options: DisableOptions;
}

function planType(type: DisableTypeFacts, { facts, instances, options }: TypeContext): DisableTypePlan {
  const { name, typeConfig } = type;
  return {
    name,
    deletions: planWhileRun(instances, options),
    stop: typeConfig === undefined ? undefined : planStop(typeConfig, facts),
    isWatched: facts.controller.state !== "absent",
    releases: planWhenStopped(remaining(instances, options), options),
    crd: options.deleteCrd ? planCrd(type, facts) : undefined,
    typeConfig: planTypeConfig(type, facts),
    instances,
  };
}

/** Of the objects that the controller has deleted by then nothing is left to do. */
function remaining(instances: InstanceFacts, options: DisableOptions): InstanceFacts {
  const gone = planWhileRun(instances, options).length > 0;
  return gone ? { ...instances, instances: [] } : instances;
}

function planStop(object: FederatedTypeConfig, { cluster }: DisableFacts): Step<FederatedTypeConfig> {
  const step = { cluster, type: typeConfigType, object };
  if (object.metadata?.deletionTimestamp !== undefined)
    return { ...step, action: "keep", reason: "it is being deleted" };
  if (object.spec.propagation === "Disabled") {
    return { ...step, action: "keep", reason: "its propagation is disabled already" };
  }
  return { ...step, action: "update", reason: "propagation is disabled" };
}

function planCrd({ crd, crdName }: DisableTypeFacts, { cluster }: DisableFacts): Step<CustomResourceDefinition> {
  const step = { cluster, type: crdType };
  if (crd !== undefined) return { ...step, action: "delete", object: crd };
  // Only its name is known, and needed.
  const object = { metadata: { name: crdName } } as CustomResourceDefinition;
  return { ...step, action: "keep", object, reason: "it does not exist" };
}

function planTypeConfig({ name, typeConfig }: DisableTypeFacts, { cluster, kubefedNamespace }: DisableFacts): Step {
  const step = { cluster, type: typeConfigType };
  if (typeConfig !== undefined) return { ...step, action: "delete", object: typeConfig };
  const object: KubeObject = { metadata: { name, namespace: kubefedNamespace } };
  return { ...step, action: "keep", object, reason: "it does not exist" };
}
