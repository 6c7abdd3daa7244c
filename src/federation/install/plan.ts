import { ExitCode, FedctlError } from "../../errors.ts";
import type { CustomResourceDefinition, Namespace } from "../../kube/objects.ts";
import type { HostOptions } from "../deps.ts";
import { type EnableTypePlan, planEnable } from "../enable/plan.ts";
import { mergeCrd } from "../kubefed-crds-merge.ts";
import { crdType, kubefedConfigType, managedByFedctl, managedByLabel, namespaceType } from "../kubefed-types.ts";
import type { KubeFedConfig } from "../kubefed-types.ts";
import type { Warning } from "../report.ts";
import type { Step } from "../step.ts";
import { suggestCommand } from "../suggest.ts";
import type { ControllerOptions } from "./controller-objects.ts";
import type { CoreCrdFacts, InstallFacts } from "./facts.ts";
import { type ControlPlaneScope, kubefedConfigFor } from "./kubefed-config.ts";
import { planController } from "./plan-controller.ts";

export interface InstallOptions extends HostOptions {
  /** What the control plane may federate: the whole cluster, or its own namespace. */
  readonly scope: ControlPlaneScope;
  /** Run fedctl's controller in the cluster. */
  readonly controller?: ControllerOptions | undefined;
}

export interface InstallPlan {
  readonly namespace: Step<Namespace>;
  /** KubeFed's own CRDs. */
  readonly crds: readonly Step<CustomResourceDefinition>[];
  /** The types that are federated from the start. */
  readonly types: readonly EnableTypePlan[];
  readonly config: Step<KubeFedConfig>;
  /** What runs the controller; empty when it is not asked for. */
  readonly controller: readonly Step[];
  readonly warnings: readonly Warning[];
}

/**
 * Plans what a cluster lacks to be the host of a federation. What is there already keeps its settings.
 * @throws FedctlError ObjectConflict, TypeConflict, NamespaceTerminating
 */
export function planInstall(facts: InstallFacts, options: InstallOptions): InstallPlan {
  refuseConflicts(facts, options);
  const { types, warnings } = planEnable(facts.enable);
  const unserved = facts.unserved.map((name) => ({
    code: "TypeNotServed",
    message: `cluster "${facts.cluster}" does not serve ${name} in version v1: it is not enabled`,
  }));
  return {
    namespace: planNamespace(facts),
    crds: facts.coreCrds.map((crd) => planCoreCrd(crd, facts.cluster)),
    types,
    config: planConfig(facts, options),
    controller: planController(facts.controller, facts.cluster),
    warnings: [...warnings, ...unserved],
  };
}

/** The whole plan, in the order in which it is carried out. */
export function stepsOf({ namespace, crds, types, config, controller }: InstallPlan): readonly Step[] {
  return [
    namespace,
    ...crds,
    ...types.map(({ crd }) => crd),
    config,
    ...types.map(({ typeConfig }) => typeConfig),
    ...controller,
  ];
}

function planNamespace({ cluster, namespace, kubefedNamespace }: InstallFacts): Step<Namespace> {
  const step = { cluster, type: namespaceType };
  if (namespace !== undefined) return { ...step, action: "keep", object: namespace };
  return {
    ...step,
    action: "create",
    object: {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: kubefedNamespace, labels: { [managedByLabel]: managedByFedctl } },
    },
  };
}

function planCoreCrd({ wanted, live }: CoreCrdFacts, cluster: string): Step<CustomResourceDefinition> {
  const step = { cluster, type: crdType };
  if (live === undefined) return { ...step, action: "create", object: wanted };
  const next = mergeCrd(live, wanted);
  if (next === undefined) return { ...step, action: "keep", object: live };
  return { ...step, action: "update", object: next, specOnly: true, reason: "it is not that of KubeFed 0.10" };
}

function planConfig({ cluster, config, kubefedNamespace }: InstallFacts, options: InstallOptions): Step<KubeFedConfig> {
  const step = { cluster, type: kubefedConfigType };
  if (config !== undefined) return { ...step, action: "keep", object: config };
  return { ...step, action: "create", object: kubefedConfigFor(kubefedNamespace, options.scope) };
}

function refuseConflicts(facts: InstallFacts, options: InstallOptions): void {
  refuseTerminating(facts);
  refuseOtherScope(facts, options);
  refuseOtherPlane(facts, options);
}

function refuseTerminating({ cluster, namespace, kubefedNamespace, coreCrds }: InstallFacts): void {
  const hint = "run the same command again when it is gone";
  if (namespace?.metadata?.deletionTimestamp !== undefined) {
    throw new FedctlError(
      "NamespaceTerminating",
      `namespace "${kubefedNamespace}" of cluster "${cluster}" is being deleted`,
      { exitCode: ExitCode.Conflict, hint },
    );
  }
  const going = coreCrds.find(({ live }) => live?.metadata?.deletionTimestamp !== undefined);
  if (going === undefined) return;
  const name = going.wanted.metadata?.name ?? "";
  throw new FedctlError("ObjectConflict", `CRD "${name}" of cluster "${cluster}" is being deleted`, {
    exitCode: ExitCode.Conflict,
    hint,
  });
}

function refuseOtherScope({ cluster, config, kubefedNamespace }: InstallFacts, options: InstallOptions): void {
  if (config === undefined || config.spec.scope === options.scope) return;
  throw new FedctlError(
    "ObjectConflict",
    `KubeFed is installed in namespace "${kubefedNamespace}" of cluster "${cluster}" with scope ${config.spec.scope ?? "unset"}, ` +
      `which cannot be changed to ${options.scope}`,
    {
      exitCode: ExitCode.Conflict,
      hint: `keep the scope with --scope ${config.spec.scope ?? options.scope}, or first: ${suggestCommand("uninstall", options)}`,
    },
  );
}

/** Control planes can live side by side only when each keeps to its own namespace. */
function refuseOtherPlane({ cluster, otherConfigs, kubefedNamespace }: InstallFacts, options: InstallOptions): void {
  const other = otherConfigs.find(({ spec }) => spec.scope !== "Namespaced" || options.scope !== "Namespaced");
  if (other === undefined) return;
  const where = other.metadata?.namespace ?? "";
  throw new FedctlError(
    "ObjectConflict",
    `cluster "${cluster}" has a KubeFed control plane in namespace "${where}" with scope ${other.spec.scope ?? "unset"}: ` +
      `one in namespace "${kubefedNamespace}" with scope ${options.scope} would federate the same objects`,
    { exitCode: ExitCode.Conflict, hint: `to use the one that is there: --kubefed-namespace ${where}` },
  );
}
