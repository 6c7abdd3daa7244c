import { ExitCode, FedctlError } from "../../errors.ts";
import type { ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { syncFinalizer } from "../kubefed-types.ts";
import type { Step } from "../step.ts";
import { suggestCommand } from "../suggest.ts";
import type { DisableOptions } from "./options.ts";

/** Federated objects of one type, and what is to become of the type. */
export interface InstanceFacts {
  readonly cluster: string;
  /** Name of the type. */
  readonly name: string;
  readonly federatedType: ResourceType | undefined;
  readonly instances: readonly KubeObject[];
  /** A sync controller runs the type: it holds, or is about to hold, every object with its finalizer. */
  readonly isRun: boolean;
}

/** True while nobody but the sync controller, or fedctl in its place, lets an object be deleted. */
export function isHeld({ metadata }: KubeObject): boolean {
  return metadata?.finalizers?.includes(syncFinalizer) ?? false;
}

/**
 * The objects that must not be left as they are: all where their CRD goes, else those with a finalizer, or with one to come.
 */
export function strandedInstances(
  { instances, isRun }: InstanceFacts,
  { deleteCrd }: Pick<DisableOptions, "deleteCrd">,
): readonly KubeObject[] {
  return deleteCrd || isRun ? instances : instances.filter(isHeld);
}

/** What is done to federated objects while their sync controller runs: it lets go of what is deleted. */
export function planWhileRun(facts: InstanceFacts, { instances, deleteCrd }: DisableOptions): readonly Step[] {
  if (!facts.isRun) return [];
  if (instances === "delete") return facts.instances.map((object) => deletion(facts, object));
  if (instances !== "orphan" || !deleteCrd) return [];
  return facts.instances.map((object) => ({ ...deletion(facts, object), reason: "what it placed in clusters stays" }));
}

/** What is done to federated objects that no sync controller runs. */
export function planWhenStopped(facts: InstanceFacts, { instances, deleteCrd }: DisableOptions): readonly Step[] {
  const reason = "what it placed in clusters stays";
  if (instances === "delete" || (instances === "orphan" && deleteCrd)) {
    return facts.instances.map((object) => ({ ...deletion(facts, object), reason }));
  }
  if (instances !== "orphan") return [];
  return facts.instances.filter(isHeld).map((object) => ({
    ...deletion(facts, object),
    action: "update",
    reason: "its finalizer is removed; it stays, and so does what it placed in clusters",
  }));
}

function deletion({ cluster, federatedType }: InstanceFacts, object: KubeObject): Step {
  if (federatedType === undefined) throw new Error("objects without a type");
  return { cluster, type: federatedType, action: "delete", object };
}

/** @throws FedctlError FederatedObjectsExist with how many there are, and the ways out */
export function refuseStranded(types: readonly InstanceFacts[], options: DisableOptions): void {
  if (options.instances !== "refuse") return;
  const counts = types
    .map((facts) => ({ facts, count: strandedInstances(facts, options).length }))
    .filter(({ count }) => count > 0);
  const [first] = counts;
  if (first === undefined) return;
  const list = counts.map(({ facts, count }) => `${count} ${facts.federatedType?.kind ?? facts.name}`).sort();
  const names = types.map(({ name }) => name).join(" ");
  const flags = options.deleteCrd ? " --delete-crd" : "";
  const why = options.deleteCrd
    ? "their CRD cannot be deleted"
    : `nobody would remove their finalizer ${syncFinalizer} any more`;
  throw new FedctlError(
    "FederatedObjectsExist",
    `cannot disable ${names} in cluster "${first.facts.cluster}": federated objects exist, and ${why}: ${list.join(", ")}`,
    {
      exitCode: ExitCode.Conflict,
      hint:
        `to leave what they placed in clusters: ${suggestCommand(`disable ${names}${flags} --instances=orphan`, options)}; ` +
        "to delete that with them: --instances=delete",
    },
  );
}
