import { ExitCode, FedctlError } from "../../errors.ts";
import type { CustomResourceDefinition, KubeObject, Namespace } from "../../kube/objects.ts";
import type { HostOptions } from "../deps.ts";
import type { NamespaceContents } from "../namespace-contents.ts";
import {
  coreGroup,
  crdType,
  kubefedConfigName,
  kubefedConfigType,
  namespaceType,
  schedulingGroup,
  typeConfigType,
} from "../kubefed-types.ts";
import type { Step } from "../step.ts";
import { suggestCommand } from "../suggest.ts";
import { controllerName, controllerTypes } from "./controller-objects.ts";
import type { FederatedTypeFacts, UninstallFacts } from "./uninstall-facts.ts";

export interface UninstallOptions extends HostOptions {
  /** What to do with federated objects that exist. */
  readonly instances: "refuse" | "delete";
}

export interface UninstallPlan {
  /** Federated objects, and preferences about them. */
  readonly instances: readonly Step[];
  /** The FederatedTypeConfigs and the KubeFedConfig. */
  readonly settings: readonly Step[];
  readonly crds: readonly Step<CustomResourceDefinition>[];
  /** What runs fedctl's controller: it goes once there is nothing for it to do. */
  readonly controller: readonly Step[];
  /** Undefined when there is no such namespace. */
  readonly namespace: Step<Namespace> | undefined;
  /** API groups whose objects are no contents of the namespace, since they go first. */
  readonly groups: readonly string[];
}

/**
 * Plans to remove a control plane.
 * @throws FedctlError ClustersStillJoined, FederatedObjectsExist
 */
export function planUninstall(facts: UninstallFacts, options: UninstallOptions): UninstallPlan {
  refuseJoinedClusters(facts, options);
  refuseInstances(facts, options);
  const { cluster, federatedTypes, typeConfigs, config } = facts;
  const instances = federatedTypes.flatMap(({ type, instances: objects }) =>
    objects.map((object): Step => ({ cluster, type, action: "delete", object })),
  );
  const settings: Step[] = [
    ...typeConfigs.map((object): Step => ({ cluster, type: typeConfigType, action: "delete", object })),
    ...(config === undefined ? [] : [{ cluster, type: kubefedConfigType, action: "delete" as const, object: config }]),
  ];
  const groups = [coreGroup, schedulingGroup, ...federatedTypes.map(({ type }) => type.group)];
  const crds = [...federatedCrdSteps(facts), ...coreCrdSteps(facts)];
  const controller = [...facts.controller].reverse().map(({ type, object }): Step => {
    return { cluster, type, action: "delete", object, propagationPolicy: "Foreground" };
  });
  const namespace = planNamespace(facts, groups);
  const plan = { instances, settings, controller, crds, namespace, groups: [...new Set(groups)] };
  return stepsOf(plan).some(({ action }) => action === "delete") ? plan : { ...plan, settings: [notInstalled(facts)] };
}

/** The whole plan, in the order in which it is carried out. */
export function stepsOf({ instances, settings, controller, crds, namespace }: UninstallPlan): readonly Step[] {
  return [...instances, ...settings, ...controller, ...crds, ...(namespace === undefined ? [] : [namespace])];
}

function notInstalled({ cluster, kubefedNamespace }: UninstallFacts): Step {
  const object: KubeObject = { metadata: { name: kubefedConfigName, namespace: kubefedNamespace } };
  return { cluster, type: kubefedConfigType, action: "keep", object, reason: "KubeFed is not installed" };
}

function federatedCrdSteps({ cluster, federatedTypes, otherPlane }: UninstallFacts): Step<CustomResourceDefinition>[] {
  const isCore = ({ type }: FederatedTypeFacts): boolean => type.group === schedulingGroup;
  return federatedTypes
    .filter((type) => !isCore(type))
    .map(({ crd, shared }) => ({
      cluster,
      type: crdType,
      object: crd,
      ...(shared ? keptFor(otherPlane) : { action: "delete" }),
    }));
}

function coreCrdSteps({ cluster, coreCrds, otherPlane }: UninstallFacts): Step<CustomResourceDefinition>[] {
  const fate = otherPlane === undefined ? ({ action: "delete" } as const) : keptFor(otherPlane);
  return coreCrds.map((object) => ({ cluster, type: crdType, object, ...fate }));
}

function keptFor(otherPlane: string | undefined): { readonly action: "keep"; readonly reason: string } {
  return { action: "keep", reason: `the control plane in namespace "${otherPlane ?? ""}" uses it` };
}

function planNamespace(
  { cluster, namespace, contents }: UninstallFacts,
  groups: readonly string[],
): Step<Namespace> | undefined {
  if (namespace === undefined) return undefined;
  const step = { cluster, type: namespaceType, object: namespace };
  if (contents === undefined) return { ...step, action: "keep", reason: "fedctl did not make it" };
  const reason = reasonToKeep(contents, groups);
  return reason === undefined ? { ...step, action: "delete" } : { ...step, action: "keep", reason };
}

/** Why a namespace must stay; undefined when nothing is in it but objects of these groups. */
export function reasonToKeep({ items, unreadable }: NamespaceContents, groups: readonly string[]): string | undefined {
  const rest = items.filter(
    (item) => !groups.some((group) => item.apiVersion.startsWith(`${group}/`)) && !isOfController(item),
  );
  const [first] = rest;
  if (first !== undefined) {
    const more = rest.length === 1 ? "" : ` and ${rest.length - 1} more`;
    return `it holds ${first.kind} "${first.name}"${more}`;
  }
  const unknown = unreadable.filter((name) => !groups.some((group) => name.endsWith(`.${group}`)));
  return unknown.length === 0 ? undefined : `what it holds of ${unknown.join(", ")} cannot be seen`;
}

const lockKinds = ["ConfigMap", "Lease"];
const kubefedLock = "kubefed-controller-manager";

/** What runs fedctl's controller, and the locks of any controller, which nobody else has a use for. */
function isOfController({ kind, name }: NamespaceContents["items"][number]): boolean {
  if (lockKinds.includes(kind)) return name === kubefedLock || name.startsWith(controllerName);
  const isOwn = name === controllerName && controllerTypes.some((type) => type.kind === kind);
  return isOwn || (["Pod", "ReplicaSet"].includes(kind) && name.startsWith(`${controllerName}-`));
}

function refuseJoinedClusters({ cluster, clusters, kubefedNamespace }: UninstallFacts, options: HostOptions): void {
  const names = clusters.map(({ metadata }) => metadata?.name ?? "").sort();
  const [first] = names;
  if (first === undefined) return;
  throw new FedctlError(
    "ClustersStillJoined",
    `cannot remove KubeFed from namespace "${kubefedNamespace}" of cluster "${cluster}": still joined: ${names.join(", ")}`,
    { exitCode: ExitCode.Conflict, hint: `first run: ${suggestCommand(`unjoin ${first}`, options)}` },
  );
}

function refuseInstances({ cluster, federatedTypes }: UninstallFacts, options: UninstallOptions): void {
  const counts = federatedTypes.filter(({ instances }) => instances.length > 0);
  if (options.instances === "delete" || counts.length === 0) return;
  const list = counts.map(({ type, instances }) => `${instances.length} ${type.kind}`).sort();
  throw new FedctlError(
    "FederatedObjectsExist",
    `cannot remove KubeFed from cluster "${cluster}": federated objects exist: ${list.join(", ")}`,
    {
      exitCode: ExitCode.Conflict,
      hint: `to delete them, but not the objects they were made of: ${suggestCommand("uninstall --instances delete", options)}`,
    },
  );
}
